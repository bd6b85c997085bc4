using RegistryCleaner.Marking;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Store;

namespace RegistryCleaner.Pruning;

/// <summary>Asks the store, anew each time, what it does with the blobs of a run.</summary>
internal abstract class BlobUse
{
    /// <summary>Those that are in use, as things are now; null where nobody can know, with the reason.</summary>
    public abstract Task<(IReadOnlySet<Digest>? Needed, string? Problem)> FindNeededAsync();

    /// <summary>
    /// Which repositories link some of them, or once did: deleting a link leaves its directory, and the registry may remember what was
    /// in it.
    /// </summary>
    public abstract Task<IReadOnlyList<RepositoryLink>> FindHoldersAsync(IReadOnlyCollection<Digest> blobs);
}

/// <summary>
/// What links say: a blob cannot be served from a repository that has no link to it, so that every repository is asked for its links
/// alone; the pruned repositories are asked, besides, what their remaining manifests refer to.
/// </summary>
internal sealed class LinkedBlobUse(StoreReader reader, PruneJournal journal, IReadOnlyList<Digest> blobs) : BlobUse
{
    public override async Task<(IReadOnlySet<Digest>? Needed, string? Problem)> FindNeededAsync()
    {
        var catalog = await reader.FindRepositoriesAsync(CancellationToken.None);
        if (catalog.Problems is [var problem, ..])
            return (null, problem.ToString());

        var candidates = blobs.ToHashSet();
        var needed = (await reader.LinkedAsync(catalog.Directories, blobs, CancellationToken.None)).ToHashSet();
        var snapshot = await reader.ReadAsync([.. journal.Repositories.Select(repository => RepositoryName.Parse(repository.Name))], CancellationToken.None);
        foreach (var repository in snapshot.Repositories.Values)
        {
            var graph = new RepositoryGraph(repository, snapshot.Manifests, new HashSet<Tag>(), new HashSet<Digest>());
            needed.UnionWith(graph.Doubts.Count > 0 ? blobs : graph.NeededAmong(candidates));
        }

        return (needed, null);
    }

    public override async Task<IReadOnlyList<RepositoryLink>> FindHoldersAsync(IReadOnlyCollection<Digest> blobs)
    {
        var catalog = await reader.FindRepositoriesAsync(CancellationToken.None);
        return await reader.FindLinkDirectoriesAsync(catalog.Repositories, blobs, CancellationToken.None);
    }
}

/// <summary>What marking the whole store again says: a full collection has too many blobs to ask for each.</summary>
internal sealed class MarkedBlobUse(IStoreFiles files, PruneJournal journal, IReadOnlyList<Digest> blobs) : BlobUse
{
    private readonly StoreMarker _marker = new(files, blobs);

    public override Task<(IReadOnlySet<Digest>? Needed, string? Problem)> FindNeededAsync() =>
        _marker.FindNeededAsync(blobs, journal.LeavesNoRepositories, CancellationToken.None);

    public override Task<IReadOnlyList<RepositoryLink>> FindHoldersAsync(IReadOnlyCollection<Digest> blobs) => Task.FromResult(_marker.FindHolders(blobs));
}
