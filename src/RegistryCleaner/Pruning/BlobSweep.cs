using RegistryCleaner.Api;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Pruning;

/// <summary>
/// Takes away blobs that nothing needs, looks again, and puts back what somebody needs by now.
/// </summary>
internal sealed class BlobSweep
{
    // What is served after so many times of being told to forget it is being pushed again and again.
    public const int Rounds = 3;

    private readonly IStoreFiles _files;
    private readonly Trash _trash;
    private readonly PruneJournal _journal;
    private readonly PruneOutcome _outcome;
    private readonly ServedStore _served;
    private readonly List<Digest> _blobs;
    private readonly BlobUse _use;
    private readonly HashSet<RepositoryName> _own;

    public BlobSweep(IStoreFiles files, StoreReader reader, ServedStore served, Trash trash, PruneJournal journal, PruneOutcome outcome)
    {
        (_files, _served, _trash, _journal, _outcome) = (files, served, trash, journal, outcome);
        _blobs = [.. journal.Blobs.Select(Digest.Parse)];
        _own = [.. journal.Repositories.Select(repository => RepositoryName.Parse(repository.Name))];
        _use = journal.IsFull ? new MarkedBlobUse(files, journal, _blobs) : new LinkedBlobUse(reader, journal, _blobs);
    }

    /// <summary>Steps 8 to 10; false if a blob that is needed is still in the trash.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        if (_blobs.Count == 0)
            return true;

        await TakeAwayAsync(await FreeAsync(cancellationToken), cancellationToken);
        return await _served.SettleAsync(LookAgainAsync, cancellationToken);
    }

    /// <summary>Step 10: puts back what is needed by now; false if it cannot be.</summary>
    public async Task<bool> LookAgainAsync()
    {
        if (_blobs.Count == 0)
            return true;

        var served = await FindServedWithoutLinkAsync();
        await WriteLinksAsync(served);
        var needed = await NeededAsync();
        return await PutBackAsync(needed.Union(served.Select(link => link.Blob)).ToHashSet());
    }

    /// <summary>Puts back what the store's files say is needed, where the registry cannot be asked any more.</summary>
    public async Task PutBackWithoutAskingAsync()
    {
        if (_blobs.Count > 0)
            await PutBackAsync((await NeededAsync()).ToHashSet());
    }

    // Step 8: what is still served without a link was read just before the link went. It is forgotten, and looked for again later.
    // Never where the link is there, which the registry would delete: somebody pushed a moment ago. And never in a repository that
    // this run does not look after: nobody would miss a link there that is written between the look and the deletion.
    private async Task<IReadOnlyList<Digest>> FreeAsync(CancellationToken cancellationToken)
    {
        var free = await FreeNowAsync();
        for (var round = 0; _served.HasCache && round < Rounds; round++)
        {
            var served = await _served.FindServedAsync(await HoldersAsync(free), cancellationToken);
            if (served.Count == 0)
                return free;
            await _served.ForgetAsync([.. (await WithoutLinkAsync(served)).Where(link => _own.Contains(link.Repository))], cancellationToken);
            await _served.SettleAsync(() => Task.FromResult(true), cancellationToken);
            free = await FreeNowAsync();
        }

        if (!_served.HasCache)
            return free;
        // Whoever asks is told that they are there, now and until the registry restarts: so they are.
        var stillServed = await _served.FindServedAsync(await HoldersAsync(free), cancellationToken);
        await WriteLinksAsync(await WithoutLinkAsync([.. stillServed.Where(link => _own.Contains(link.Repository))]));
        var left = stillServed.Select(link => link.Blob).ToHashSet();
        if (left.Count > 0)
            _outcome.Note($"{left.Count} blobs are still served from the registry's memory; they stay for the next run");
        return [.. free.Where(blob => !left.Contains(blob))];
    }

    private async Task<List<Digest>> FreeNowAsync()
    {
        var needed = await NeededAsync();
        return [.. _blobs.Where(blob => !needed.Contains(blob))];
    }

    private async Task<IReadOnlyList<RepositoryLink>> HoldersAsync(IReadOnlyList<Digest> blobs)
    {
        if (!_served.HasCache || blobs.Count == 0)
            return [];
        var asked = blobs.ToHashSet();
        return [.. (await _use.FindHoldersAsync(asked)).Concat(_journal.Links().Where(link => asked.Contains(link.Blob))).Distinct()];
    }

    // The data alone: whoever uploads it anew may have found its directory there. Manifests' data by step 12.
    private async Task TakeAwayAsync(IReadOnlyList<Digest> blobs, CancellationToken cancellationToken)
    {
        // Data that an interrupted run took away may be a manifest's that the registry was never asked about.
        if (_served.HasCache)
            await _trash.PutBackAsync([.. (await InTrashAsync()).Select(StoreLayout.BlobData)]);
        var manifests = _served.HasCache ? await ManifestData.FindAsync(_files, blobs, cancellationToken) : new HashSet<Digest>();
        List<Digest> others = [.. blobs.Where(blob => !manifests.Contains(blob))];
        foreach (var (blob, moved) in others.Zip(await _trash.TakeAsync([.. others.Select(StoreLayout.BlobData)])))
        {
            if (moved.Result is MoveResult.Failed or MoveResult.TargetExists)
                _outcome.HasFailed($"the blob {blob} could not be removed: {moved.Problem ?? "something else is in its place in the trash"}");
        }

        if (manifests.Count > 0)
            await new ManifestData(_files, _served, _trash, _outcome).TakeAwayAsync([.. manifests], _own, cancellationToken);
    }

    private async Task<IReadOnlyList<Digest>> InTrashAsync()
    {
        var inTrash = await _trash.ExistingAsync([.. _blobs.Select(StoreLayout.BlobData)]);
        return [.. _blobs.Where(blob => inTrash.Contains(StoreLayout.BlobData(blob)))];
    }

    // A client may have been told that it is there, and that counts.
    private async Task<List<RepositoryLink>> FindServedWithoutLinkAsync() =>
        await WithoutLinkAsync(await _served.FindServedAsync(await HoldersAsync(await InTrashAsync()), CancellationToken.None));

    private async Task<List<RepositoryLink>> WithoutLinkAsync(IReadOnlyList<RepositoryLink> served)
    {
        var there = await _files.StatAsync([.. served.Select(link => StoreLayout.LayerLink(link.Repository, link.Blob))], CancellationToken.None);
        return [.. served.Where(link => !there.ContainsKey(StoreLayout.LayerLink(link.Repository, link.Blob)))];
    }

    private async Task WriteLinksAsync(IReadOnlyList<RepositoryLink> links)
    {
        foreach (var link in links)
        {
            await _files.WriteAsync(StoreLayout.LayerLink(link.Repository, link.Blob), System.Text.Encoding.ASCII.GetBytes(link.Blob.ToString()), CancellationToken.None);
            _outcome.HasDrifted($"{link.Repository} has its link to {link.Blob} again: it was served meanwhile");
        }
    }

    private async Task<bool> PutBackAsync(HashSet<Digest> needed)
    {
        var inTrash = await InTrashAsync();
        foreach (var blob in inTrash.Where(blob => !needed.Contains(blob)))
            _outcome.Removed(RemovedKind.Blob, StoreLayout.BlobData(blob), blob.ToString());

        // Where a blob is in its place again, somebody has pushed it anew: its content is the same.
        return _outcome.WentBack(await _trash.PutBackAsync([.. inTrash.Where(needed.Contains).Select(StoreLayout.BlobData)]), PruneOutcome.IsNeeded);
    }

    private async Task<IReadOnlySet<Digest>> NeededAsync()
    {
        var (needed, problem) = await _use.FindNeededAsync();
        if (needed is not null)
            return needed;
        _outcome.HasFailed($"no blob was freed, because nobody can know what is in use: {problem}");
        return _blobs.ToHashSet();
    }
}
