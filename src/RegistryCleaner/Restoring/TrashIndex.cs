using RegistryCleaner.Pruning;
using RegistryCleaner.Store;

namespace RegistryCleaner.Restoring;

/// <summary>Which files of the store lie in the trash of which runs.</summary>
internal sealed class TrashIndex
{
    // By path in the store: the trashes that hold it, the one to ask first first.
    private readonly Dictionary<string, List<(Trash Trash, long Size)>> _trashes = new(StringComparer.Ordinal);

    private TrashIndex(Trash own) => Own = own;

    /// <summary>The trash of the run that is to be taken back.</summary>
    public Trash Own { get; }

    /// <summary>The files in it, by their path in the store.</summary>
    public IReadOnlyList<string> Files { get; private init; } = [];

    /// <summary>What was left of whole repositories.</summary>
    public IReadOnlyList<string> Rest { get; private init; } = [];

    /// <summary>Reads one run's trash, and those of the others besides: a later run may have taken what images of this one need.</summary>
    public static async Task<TrashIndex> ReadAsync(IStoreFiles files, string runId, CancellationToken cancellationToken)
    {
        var all = await new EarlierRuns(files).ReadFilesAsync(cancellationToken);
        var index = new TrashIndex(new Trash(files, runId))
        {
            Files = [.. all.Where(file => file.RunId == runId && !file.IsRest).Select(file => file.File.Path)],
            Rest = [.. all.Where(file => file.RunId == runId && file.IsRest).Select(file => file.File.Path)],
        };
        // Of the others the latest first: it is the likeliest to have what was kept longest.
        foreach (var run in all.GroupBy(file => file.RunId).OrderByDescending(run => run.Key == runId).ThenByDescending(run => run.Key, StringComparer.Ordinal))
        {
            var trash = new Trash(files, run.Key);
            foreach (var file in run)
                index.Add(file.IsRest ? trash.Rest : trash, file.File);
        }

        return index;
    }

    /// <summary>Whether a path of the store lies in any trash.</summary>
    public bool Has(string path) => _trashes.ContainsKey(path);

    /// <summary>The trash to take it from: the first, of those that have the longest. A shorter one broke off while it was written.</summary>
    public Trash TrashOf(string path) => _trashes[path].MaxBy(item => item.Size).Trash;

    /// <summary>Its length in bytes.</summary>
    public long SizeOf(string path) => _trashes.TryGetValue(path, out var trashes) ? trashes.Max(item => item.Size) : 0;

    /// <summary>Where it lies.</summary>
    public IReadOnlyList<string> PlacesOf(string path) => _trashes.TryGetValue(path, out var trashes) ? [.. trashes.Select(item => item.Trash.Of(path))] : [];

    private void Add(Trash trash, StoreEntry file)
    {
        if (!_trashes.TryGetValue(file.Path, out var trashes))
            _trashes[file.Path] = trashes = [];
        trashes.Add((trash, file.Size));
    }
}
