using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Marking;

/// <summary>
/// The digests of all blobs of a store at one moment, 32 bytes each, and a number for each: what is said of millions of blobs is then
/// an array. Digests that are met elsewhere and are not among them get higher numbers.
/// </summary>
internal sealed class BlobTable
{
    private readonly DigestList[] _shards;
    private readonly int[] _starts;
    private readonly Lock _lock = new();
    private readonly Dictionary<Digest, int> _others = [];
    private readonly List<Digest> _otherDigests = [];

    private BlobTable(DigestList[] shards, IReadOnlyList<StoreProblem> problems)
    {
        _shards = shards;
        _starts = new int[shards.Length + 1];
        for (var i = 0; i < shards.Length; i++)
            _starts[i + 1] = _starts[i] + shards[i].Count;
        Problems = problems;
    }

    /// <summary>How many blobs there are: their numbers are below this.</summary>
    public int Count => _starts[^1];

    /// <summary>Directories that could not be listed: their blobs are not known, and never a candidate.</summary>
    public IReadOnlyList<StoreProblem> Problems { get; }

    /// <summary>Lists the blobs: the names of directories, no file is looked at.</summary>
    /// <param name="files">The store.</param>
    /// <param name="others">Blobs that count as being there.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    public static async Task<BlobTable> ReadAsync(IStoreFiles files, IReadOnlyCollection<Digest> others, CancellationToken cancellationToken)
    {
        List<string> directories = [.. Enumerable.Range(0, 256).Select(i => StoreLayout.BlobShard((byte)i))];
        DigestList[] shards = [.. directories.Select(_ => new DigestList())];
        var problems = await files.ListNamesAsync(
            directories,
            (index, name) =>
            {
                // What the registry did not put there is left alone.
                if (Sha256.TryParseHex(name, out var sha256) && sha256.FirstByte == index)
                    shards[index].Add(sha256);
            },
            cancellationToken);

        foreach (var sha256 in others.Where(digest => digest.Sha256 is not null).Select(digest => digest.Sha256!.Value))
            shards[sha256.FirstByte].Add(sha256);

        Sha256[] buffer = [];
        foreach (var shard in shards)
            shard.Sort(ref buffer);
        return new BlobTable(shards, problems);
    }

    /// <summary>Whether a number stands for a blob that was there when the table was made.</summary>
    public bool IsStored(int id) => id >= 0 && id < Count;

    /// <summary>A digest's number, or -1 for one that was never met.</summary>
    public int Find(Digest digest)
    {
        if (FindStored(digest) is var id and >= 0)
            return id;
        lock (_lock)
            return _others.TryGetValue(digest, out var other) ? other : -1;
    }

    /// <summary>A digest's number; it gets one where it has none.</summary>
    public int IdOf(Digest digest)
    {
        if (FindStored(digest) is var id and >= 0)
            return id;
        lock (_lock)
        {
            if (_others.TryGetValue(digest, out var other))
                return other;
            _others[digest] = Count + _otherDigests.Count;
            _otherDigests.Add(digest);
            return Count + _otherDigests.Count - 1;
        }
    }

    /// <summary>The digest behind a number.</summary>
    public Digest DigestOf(int id)
    {
        if (!IsStored(id))
        {
            lock (_lock)
                return _otherDigests[id - Count];
        }

        var shard = Array.BinarySearch(_starts, id);
        // Of shards that are empty, and begin at the same number, the last is meant.
        shard = shard < 0 ? ~shard - 1 : shard;
        while (_starts[shard + 1] <= id)
            shard++;
        return new Digest(_shards[shard][id - _starts[shard]]);
    }

    private int FindStored(Digest digest)
    {
        if (digest.Sha256 is not { } sha256)
            return -1;
        var index = _shards[sha256.FirstByte].Find(sha256);
        return index < 0 ? -1 : _starts[sha256.FirstByte] + index;
    }
}
