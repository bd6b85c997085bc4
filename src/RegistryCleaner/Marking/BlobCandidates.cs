using RegistryCleaner.Store;

namespace RegistryCleaner.Marking;

/// <summary>Looks at the blobs that nothing needs, and at no other, and decides which go.</summary>
internal sealed class BlobCandidates(MarkedStore store, CollectionQuestion question, DateTimeOffset recentSince, List<StoreProblem> problems)
{
    /// <summary>The blobs that go.</summary>
    public List<CollectedBlob> Garbage { get; } = [];

    /// <summary>Directories in which a blob should be and is not.</summary>
    public List<string> EmptyDirectories { get; } = [];

    /// <summary>How many would go, or be looked at, if everything in the store could be.</summary>
    public int DoubtedBlobs { get; private set; }

    /// <summary>How many stay for their age, or for that of a link, alone.</summary>
    public int RecentBlobs { get; private set; }

    /// <summary>The length of these together.</summary>
    public long RecentBytes { get; private set; }

    public async Task DecideAsync(IStoreFiles files, LinkCandidates links, CancellationToken cancellationToken)
    {
        int[] candidates = [.. Enumerable.Range(0, store.Blobs.Count).Where(id => !store.IsNeeded[id] && !question.Freed.Contains(store.Blobs.DigestOf(id)))];
        // What is not known to be in use may be needed by what could not be looked at.
        if (store.Problems.Count > 0)
        {
            DoubtedBlobs = candidates.Length;
            return;
        }

        // The data's time is that of its last byte, the directory's that of its arrival there: data is renamed into it.
        var data = new Data?[candidates.Length];
        var arrived = new DateTimeOffset[candidates.Length];
        problems.AddRange(await files.StatEachAsync(
            new LazyList<string>(candidates.Length * 2, index => index % 2 == 0
                ? StoreLayout.BlobData(store.Blobs.DigestOf(candidates[index / 2]))
                : StoreLayout.BlobDirectory(store.Blobs.DigestOf(candidates[index / 2]))),
            (index, entry) =>
            {
                if (index % 2 == 0)
                    data[index / 2] = new Data(entry.Kind, entry.Size, entry.Modified);
                else
                    arrived[index / 2] = entry.Kind == EntryKind.Directory ? entry.Modified : DateTimeOffset.MaxValue;
            },
            cancellationToken));

        for (var i = 0; i < candidates.Length; i++)
            Decide(candidates[i], data[i], arrived[i], links);
    }

    private void Decide(int id, Data? data, DateTimeOffset arrived, LinkCandidates links)
    {
        var digest = store.Blobs.DigestOf(id);
        var isReleased = question.Released.Contains(digest);
        var isOld = data is { Kind: EntryKind.File } file && file.Modified <= recentSince && arrived <= recentSince;
        if (data is null)
        {
            EmptyDirectories.Add(StoreLayout.BlobDirectory(digest));
        }
        else if (data is { Kind: EntryKind.File } && arrived != DateTimeOffset.MaxValue && (isOld || isReleased) && !links.StayingBlobs.Contains(id))
        {
            Garbage.Add(new CollectedBlob(digest, data.Value.Size));
        }
        else
        {
            RecentBlobs++;
            RecentBytes += data.Value.Size;
        }
    }

    // An entry without its path: there may be many.
    private readonly record struct Data(EntryKind Kind, long Size, DateTimeOffset Modified);
}
