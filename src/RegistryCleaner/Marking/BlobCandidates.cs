using System.Collections.Immutable;
using RegistryCleaner.Store;

namespace RegistryCleaner.Marking;

/// <summary>Looks at the blobs that nothing needs, and at no other, and decides which go.</summary>
internal sealed class BlobCandidates(MarkedStore store, CollectionQuestion question, DateTimeOffset recentSince, List<StoreProblem> problems)
{
    /// <summary>The blobs that go, in order.</summary>
    public ImmutableArray<CollectedBlob> Garbage { get; private set; } = [];

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
        var candidates = Find();
        // What is not known to be in use may be needed by what could not be looked at.
        if (store.Problems.Count > 0)
        {
            DoubtedBlobs = candidates.Count;
            return;
        }

        // The data's time is that of its last byte, the directory's that of its arrival there: data is renamed into it.
        var data = new Seen[candidates.Count];
        var sizes = new long[candidates.Count];
        var arrived = new Seen[candidates.Count];
        problems.AddRange(await files.StatEachAsync(
            new LazyList<string>(candidates.Count * 2, index => index % 2 == 0
                ? StoreLayout.BlobData(store.Blobs.DigestOf(candidates[index / 2]))
                : StoreLayout.BlobDirectory(store.Blobs.DigestOf(candidates[index / 2]))),
            (index, entry) =>
            {
                if (index % 2 == 0)
                    (data[index / 2], sizes[index / 2]) = (entry.SeenAs(EntryKind.File, recentSince), entry.Size);
                else
                    arrived[index / 2] = entry.SeenAs(EntryKind.Directory, recentSince);
            },
            cancellationToken));

        var going = new bool[candidates.Count];
        for (var i = 0; i < going.Length; i++)
            going[i] = Goes(candidates[i], data[i], sizes[i], arrived[i], links);
        var garbage = ImmutableArray.CreateBuilder<CollectedBlob>(going.Count(goes => goes));
        for (var i = 0; i < going.Length; i++)
        {
            if (going[i])
                garbage.Add(new CollectedBlob(store.Blobs.DigestOf(candidates[i]), sizes[i]));
        }

        Garbage = garbage.MoveToImmutable();
    }

    // By their numbers, whose order is that of the digests.
    private ArraySegment<int> Find()
    {
        var candidates = new int[store.IsNeeded.Count(isNeeded => !isNeeded)];
        var count = 0;
        for (var id = 0; id < store.Blobs.Count; id++)
        {
            if (!store.IsNeeded[id] && !question.Freed.Contains(store.Blobs.DigestOf(id)))
                candidates[count++] = id;
        }

        return new ArraySegment<int>(candidates, 0, count);
    }

    private bool Goes(int id, Seen data, long size, Seen arrived, LinkCandidates links)
    {
        if (data == Seen.Nothing)
        {
            EmptyDirectories.Add(StoreLayout.BlobDirectory(store.Blobs.DigestOf(id)));
            return false;
        }

        var isOld = data == Seen.Old && arrived is Seen.Old or Seen.Nothing;
        if (data != Seen.SomethingElse && arrived != Seen.SomethingElse && (isOld || question.Released.Contains(store.Blobs.DigestOf(id))) && !links.StayingBlobs.Contains(id))
            return true;
        RecentBlobs++;
        RecentBytes += size;
        return false;
    }
}
