using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Store;

namespace RegistryCleaner.Pruning;

/// <summary>
/// Takes away the blobs that the removed images alone held, looks again, and puts back what somebody needs by now.
/// </summary>
/// <remarks>
/// A blob cannot be served from a repository that has no link to it, so that every repository is asked for its links alone; the
/// pruned repositories are asked, besides, what their remaining manifests refer to.
/// </remarks>
internal sealed class BlobSweep(StoreReader reader, Trash trash, PruneJournal journal, PruneOutcome outcome)
{
    private readonly List<Digest> _blobs = [.. journal.Blobs.Select(Digest.Parse)];

    /// <summary>Does it; false if a blob that is needed is still in the trash.</summary>
    public async Task<bool> RunAsync()
    {
        if (_blobs.Count == 0)
            return true;

        var needed = await NeededAsync();
        await TakeAwayAsync([.. _blobs.Where(blob => !needed.Contains(blob))]);
        return await PutBackAsync(await NeededAsync());
    }

    private async Task TakeAwayAsync(IReadOnlyList<Digest> blobs)
    {
        var outcomes = await trash.TakeAsync([.. blobs.Select(StoreLayout.BlobData)]);
        foreach (var (blob, moved) in blobs.Zip(outcomes))
        {
            if (moved.Result is MoveResult.Failed or MoveResult.TargetExists)
                outcome.HasFailed($"the blob {blob} could not be removed: {moved.Problem ?? "something else is in its place in the trash"}");
        }
    }

    private async Task<bool> PutBackAsync(IReadOnlySet<Digest> needed)
    {
        var inTrash = await trash.ExistingAsync([.. _blobs.Select(StoreLayout.BlobData)]);
        foreach (var blob in _blobs.Where(blob => inTrash.Contains(StoreLayout.BlobData(blob)) && !needed.Contains(blob)))
            outcome.Removed(RemovedKind.Blob, StoreLayout.BlobData(blob), blob.ToString());

        // Where a blob is in its place again, somebody has pushed it anew: its content is the same.
        var back = _blobs.Where(needed.Contains).Select(StoreLayout.BlobData).Where(inTrash.Contains).ToList();
        var isBack = true;
        foreach (var moved in await trash.PutBackAsync(back))
        {
            if (moved.Result == MoveResult.Moved)
            {
                outcome.HasDrifted($"{moved.Path} went back: something that is there now needs it");
            }
            else if (moved.Result == MoveResult.Failed)
            {
                isBack = false;
                outcome.HasFailed($"{moved.Path} is needed and could not be put back: {moved.Problem}");
            }
        }

        return isBack;
    }

    private async Task<IReadOnlySet<Digest>> NeededAsync()
    {
        var catalog = await reader.FindRepositoriesAsync(CancellationToken.None);
        if (catalog.Problems is [var problem, ..])
        {
            outcome.HasFailed($"no blob was freed, because not every repository could be looked at: {problem}");
            return _blobs.ToHashSet();
        }

        var needed = (await reader.LinkedAsync(catalog.Repositories, _blobs, CancellationToken.None)).ToHashSet();
        var snapshot = await reader.ReadAsync([.. journal.Repositories.Select(repository => RepositoryName.Parse(repository.Name))], CancellationToken.None);
        foreach (var repository in snapshot.Repositories.Values)
        {
            var graph = new RepositoryGraph(repository, snapshot.Manifests, new HashSet<Tag>(), new HashSet<Digest>());
            needed.UnionWith(graph.Doubts.Count > 0 ? _blobs : graph.Needed());
        }

        return needed;
    }
}
