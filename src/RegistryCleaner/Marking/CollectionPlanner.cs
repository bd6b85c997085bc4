using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Marking;

/// <summary>What a full collection is to find.</summary>
internal sealed record CollectionQuestion
{
    /// <summary>Whether manifests without a tag go.</summary>
    public bool DeleteUntagged { get; init; }

    /// <summary>The time against which ages are measured.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>How old has to be what nothing accounts for.</summary>
    public required TimeSpan Grace { get; init; }

    /// <summary>How old an upload has to be; null for none.</summary>
    public TimeSpan? UploadsOlderThan { get; init; }

    /// <summary>Whether temporary files are looked for in every directory.</summary>
    public bool Leftovers { get; init; }

    /// <summary>Whether repositories that hold nothing stay.</summary>
    public bool KeepEmpty { get; init; }

    /// <summary>A prune that counts as done, or null.</summary>
    public PrunedImages? Pruned { get; init; }

    /// <summary>Blobs that count as freed by it.</summary>
    public IReadOnlySet<Digest> Freed { get; init; } = new HashSet<Digest>();

    /// <summary>Blobs that go whatever their age, if nothing needs them: removed images held them.</summary>
    public IReadOnlySet<Digest> Released { get; init; } = new HashSet<Digest>();
}

/// <summary>Marks what is in use, looks closer at the rest alone, and decides what of it goes.</summary>
internal sealed class CollectionPlanner(IStoreFiles files, CollectionQuestion question)
{
    public async Task<CollectionPlan> PlanAsync(CancellationToken cancellationToken)
    {
        var recentSince = question.Now - question.Grace;
        var store = await new StoreMarker(files).MarkAsync(new MarkRequest(question.DeleteUntagged, recentSince, question.Pruned), cancellationToken);
        var problems = new List<StoreProblem>();
        var uploads = new UploadFinder(files, store.Repositories, problems);
        await uploads.ReadAsync(cancellationToken);
        var links = new LinkCandidates(store, recentSince, problems);
        await links.DecideAsync(files, uploads, cancellationToken);
        var blobs = new BlobCandidates(store, question, recentSince, problems);
        await blobs.DecideAsync(files, links, cancellationToken);
        var leftovers = new LeftoverFinder(files, question, problems);
        await leftovers.FindAsync([.. links.EmptyDirectories, .. blobs.EmptyDirectories], cancellationToken);

        // What keeps a manifest's directory keeps the rest of its repository's.
        var going = leftovers.Directories.ToHashSet(StringComparer.Ordinal);
        List<MarkedRepository> emptied = [.. links.Emptied.Where(repository => repository.EmptyRevisions.All(digest => going.Contains(LinkCandidates.EmptyRevision(repository, digest))))];
        List<CollectedPath> abandoned = question.UploadsOlderThan is { } age ? [.. uploads.NotWrittenSince(question.Now - age)] : [];
        return new CollectionPlan
        {
            Repositories = [.. links.Repositories],
            Blobs = blobs.Garbage,
            Uploads = [.. abandoned],
            Leftovers = [.. Apart(leftovers.Found, store, links, abandoned)],
            Directories = [.. leftovers.Directories, .. question.KeepEmpty ? [] : Skeletons(emptied, abandoned)],
            // Those that a prune would free are not there any more by then.
            AllBlobs = store.Blobs.Count - blobs.EmptyDirectories.Count - question.Freed.Count(digest => store.Blobs.IsStored(store.Blobs.Find(digest))),
            DoubtedBlobs = blobs.DoubtedBlobs,
            RecentBlobs = blobs.RecentBlobs,
            RecentBytes = blobs.RecentBytes,
            Remarks = [.. Remarks(store), .. problems.Select(problem => $"{problem}: it stays")],
            HasRepositories = store.HasRepositories,
            LeavesNoRepositories = emptied.Count == store.Repositories.Count,
        };
    }

    // What lies in something that goes goes with it. Where no repository can be, nothing is changed.
    private static IEnumerable<CollectedPath> Apart(IEnumerable<CollectedPath> leftovers, MarkedStore store, LinkCandidates links, IEnumerable<CollectedPath> abandoned)
    {
        HashSet<string> directories =
        [
            .. abandoned.Select(upload => upload.Path),
            .. links.Repositories.SelectMany(repository => repository.Tags.Select(tag => StoreLayout.Tag(repository.Name, tag.Tag))),
            .. store.Repositories.Where(repository => repository.Name is null).SelectMany(repository => StoreLayout.MarkersIn(repository.Directory)),
        ];
        return leftovers.Where(leftover => !StoreLayout.ParentsOf(leftover.Path).Any(directories.Contains));
    }

    // The inner before the outer, and _manifests before _layers: registry 3.x gives up collecting where there is the one without the
    // other (distribution #4443).
    private static IEnumerable<string> Skeletons(IEnumerable<MarkedRepository> emptied, IReadOnlyList<CollectedPath> abandoned)
    {
        var going = abandoned.Select(upload => upload.Path).ToHashSet(StringComparer.Ordinal);
        var empty = emptied
            .Where(repository => repository.Uploads.All(id => going.Contains($"{StoreLayout.UploadsIn(repository.Directory)}/{id}")))
            // A nested repository's directory lies in that of the one whose name it begins with.
            .OrderByDescending(repository => repository.Directory, StringComparer.Ordinal);
        foreach (var repository in empty)
        {
            var revisions = StoreLayout.RevisionsIn(repository.Directory);
            yield return $"{revisions}/sha256";
            yield return revisions;
            yield return StoreLayout.TagsIn(repository.Directory);
            yield return StoreLayout.ParentOf(revisions);
            foreach (var algorithm in repository.LayerAlgorithms)
                yield return $"{StoreLayout.LayersIn(repository.Directory)}/{algorithm}";
            yield return StoreLayout.LayersIn(repository.Directory);
            yield return StoreLayout.UploadsIn(repository.Directory);
            for (var directory = repository.Directory; directory != StoreLayout.Repositories; directory = StoreLayout.ParentOf(directory))
                yield return directory;
        }
    }

    private static IEnumerable<string> Remarks(MarkedStore store)
    {
        foreach (var problem in store.Problems)
            yield return $"{problem}: no blob goes, because nobody can know what is in use there";
        foreach (var problem in store.Blobs.Problems)
            yield return $"{problem}: the blobs in it stay";
        foreach (var unknown in store.Manifests.Unknown)
            yield return $"{unknown}: a manifest of a type that is not known here: all that it seems to refer to counts as needed while it stays";
        foreach (var repository in store.Repositories)
        {
            if (repository.Name is null)
                yield return $"{repository.Directory}: no repository can have this name; everything in it, and what it links, stays";
            foreach (var doubt in repository.Doubts.Distinct(StringComparer.Ordinal))
                yield return $"{repository.Name?.Value ?? repository.Directory}: {doubt}: all manifests and layers that the repository links stay";
        }
    }
}
