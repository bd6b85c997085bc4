using RegistryCleaner.Marking;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Store;

namespace RegistryCleaner.Pruning;

/// <summary>
/// Takes away the blobs that the removed images alone held, looks again, and puts back what somebody needs by now.
/// </summary>
/// <remarks>
/// A blob cannot be served from a repository that has no link to it, so that every repository is asked for its links alone; the
/// pruned repositories are asked, besides, what their remaining manifests refer to. A full collection has too many blobs for that: it
/// marks the whole store again.
/// </remarks>
internal sealed class BlobSweep
{
    private readonly IStoreFiles _files;
    private readonly StoreReader _reader;
    private readonly Trash _trash;
    private readonly PruneJournal _journal;
    private readonly PruneOutcome _outcome;
    private readonly List<Digest> _blobs;
    private StoreMarker? _marker;

    public BlobSweep(IStoreFiles files, StoreReader reader, Trash trash, PruneJournal journal, PruneOutcome outcome)
    {
        (_files, _reader, _trash, _journal, _outcome) = (files, reader, trash, journal, outcome);
        _blobs = [.. journal.Blobs.Select(Digest.Parse)];
    }

    /// <summary>Does it; false if a blob that is needed is still in the _trash.</summary>
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
        var outcomes = await _trash.TakeAsync([.. blobs.Select(StoreLayout.BlobData)]);
        foreach (var (blob, moved) in blobs.Zip(outcomes))
        {
            if (moved.Result is MoveResult.Failed or MoveResult.TargetExists)
                _outcome.HasFailed($"the blob {blob} could not be removed: {moved.Problem ?? "something else is in its place in the trash"}");
        }
    }

    private async Task<bool> PutBackAsync(IReadOnlySet<Digest> needed)
    {
        var inTrash = await _trash.ExistingAsync([.. _blobs.Select(StoreLayout.BlobData)]);
        foreach (var blob in _blobs.Where(blob => inTrash.Contains(StoreLayout.BlobData(blob)) && !needed.Contains(blob)))
            _outcome.Removed(RemovedKind.Blob, StoreLayout.BlobData(blob), blob.ToString());

        // Where a blob is in its place again, somebody has pushed it anew: its content is the same.
        var back = _blobs.Where(needed.Contains).Select(StoreLayout.BlobData).Where(inTrash.Contains).ToList();
        var isBack = true;
        foreach (var moved in await _trash.PutBackAsync(back))
        {
            if (moved.Result == MoveResult.Moved)
            {
                _outcome.HasDrifted($"{moved.Path} went back: something that is there now needs it");
            }
            else if (moved.Result == MoveResult.Failed)
            {
                isBack = false;
                _outcome.HasFailed($"{moved.Path} is needed and could not be put back: {moved.Problem}");
            }
        }

        return isBack;
    }

    private Task<IReadOnlySet<Digest>> NeededAsync() => _journal.IsFull ? NeededByTheStoreAsync() : NeededByLinksAsync();

    private async Task<IReadOnlySet<Digest>> NeededByTheStoreAsync()
    {
        _marker ??= new StoreMarker(_files, _blobs);
        var (needed, problem) = await _marker.FindNeededAsync(_blobs, _journal.LeavesNoRepositories, CancellationToken.None);
        if (needed is not null)
            return needed;
        _outcome.HasFailed($"no blob was freed, because nobody can know what is in use: {problem}");
        return _blobs.ToHashSet();
    }

    private async Task<IReadOnlySet<Digest>> NeededByLinksAsync()
    {
        var catalog = await _reader.FindRepositoriesAsync(CancellationToken.None);
        if (catalog.Problems is [var problem, ..])
        {
            _outcome.HasFailed($"no blob was freed, because not every repository could be looked at: {problem}");
            return _blobs.ToHashSet();
        }

        var needed = (await _reader.LinkedAsync(catalog.Directories, _blobs, CancellationToken.None)).ToHashSet();
        var snapshot = await _reader.ReadAsync([.. _journal.Repositories.Select(repository => RepositoryName.Parse(repository.Name))], CancellationToken.None);
        foreach (var repository in snapshot.Repositories.Values)
        {
            var graph = new RepositoryGraph(repository, snapshot.Manifests, new HashSet<Tag>(), new HashSet<Digest>());
            needed.UnionWith(graph.Doubts.Count > 0 ? _blobs : graph.Needed());
        }

        return needed;
    }
}
