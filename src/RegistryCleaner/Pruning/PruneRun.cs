using RegistryCleaner.Api;
using RegistryCleaner.Marking;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Store;

namespace RegistryCleaner.Pruning;

/// <summary>
/// One run, from its journal to its end. The same steps finish a run that was killed: each looks at what is there, not at what
/// the step before it did.
/// </summary>
internal sealed class PruneRun
{
    private readonly StoreReader _reader;
    private readonly IStoreFiles _files;
    private readonly PruneJournal _journal;
    private readonly Trash _trash;
    private readonly PruneOutcome _outcome;
    private readonly Dictionary<RepositoryName, JournalRepository> _repositories;
    private readonly TagRemoval _tags;
    private readonly ServedStore _served;
    private readonly BlobSweep _sweep;
    private readonly bool _keepsTrash;
    private readonly Proof _proof;

    private bool _isForgotten;

    public PruneRun(IStoreFiles files, StoreReader reader, ServedStore served, PruneJournal journal, PruneOutcome outcome, PruningOptions options)
    {
        _keepsTrash = journal.TrashRetention > 0 || served.KeepsTrash;
        _files = files;
        _served = served;
        _reader = reader;
        _journal = journal;
        _outcome = outcome;
        _trash = new Trash(files, journal.RunId);
        _repositories = journal.Repositories.ToDictionary(repository => RepositoryName.Parse(repository.Name));
        _tags = new TagRemoval(files, reader, _trash, _repositories, outcome);
        _proof = new Proof(files, reader, _trash, journal, options.Verify, outcome);
        _sweep = new BlobSweep(files, reader, served, _trash, journal, outcome);
    }

    /// <summary>
    /// Step 2: the tags, each by one rename. From here on what they led to is only kept if something else needs it.
    /// </summary>
    public Task TakeTagsAwayAsync() => _tags.TakeAsync();

    /// <summary>Steps 2 to 12, from the look at the tags in the trash on.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FinishStepsAsync(cancellationToken);
        }
        catch (Exception e) when (_served.KeepsTrash && e is OperationCanceledException or RegistryApiException)
        {
            // Whoever pushed meanwhile, and was told that all is there, is not left waiting for the next run.
            await LookAgainAsync();
            await _sweep.PutBackWithoutAskingAsync();
            if (_served.HasCache && !_isForgotten)
                await PutLinksBackAsync();
            throw;
        }
    }

    private async Task FinishStepsAsync(CancellationToken cancellationToken)
    {
        await _tags.CheckAsync();
        await _tags.TakeReferrersAsync();
        cancellationToken.ThrowIfCancellationRequested();

        var removable = await DecideAgainAsync();
        await UnlinkManifestsAsync(removable);
        cancellationToken.ThrowIfCancellationRequested();

        await UnlinkLayersAsync(removable);
        cancellationToken.ThrowIfCancellationRequested();

        await TakeRepositoriesAwayAsync();
        await TakeLeftoversAwayAsync();
        cancellationToken.ThrowIfCancellationRequested();

        await ForgetAsync(cancellationToken);
        _isForgotten = true;
        cancellationToken.ThrowIfCancellationRequested();

        var everythingIsBack = await _sweep.RunAsync(cancellationToken);
        // A push that was accepted while the links were there may have ended since: its blobs are back, its links are not.
        everythingIsBack &= await LookAgainAsync();
        if (everythingIsBack && !await ProveAsync())
            return;

        // A directory without its link says that the registry may remember the link: so it goes last.
        if (!_served.KeepsTrash)
            await RemoveEmptyDirectoriesAsync();
        if (_keepsTrash)
            await KeepTrashAsync(everythingIsBack);
        else
            await EndAsync(everythingIsBack);
    }

    /// <summary>
    /// Looks once more at a run that has done all that it set out to do: what is needed by now goes back, whoever had begun a request
    /// before and ended it since.
    /// </summary>
    /// <param name="mayEnd">Whether the rest may be deleted.</param>
    public async Task JudgeAsync(bool mayEnd)
    {
        var everythingIsBack = await LookAgainAsync();
        everythingIsBack &= await _sweep.LookAgainAsync();
        // Where nobody could know what is needed, the blobs are back, and the links are still wanted.
        if (!mayEnd || _outcome.Failures.Count > 0)
            return;
        await RemoveEmptyDirectoriesAsync();
        await EndAsync(everythingIsBack);
    }

    // The proof, after step 10. What was pushed a moment ago is looked for once more before this run is given up.
    private async Task<bool> ProveAsync()
    {
        if ((await _proof.FindHarmAsync(CancellationToken.None)).Count == 0)
            return true;
        await LookAgainAsync();
        await _sweep.LookAgainAsync();
        if (await _proof.FindHarmAsync(CancellationToken.None) is not [var harm, ..])
            return true;

        _outcome.HasFailed($"what remains cannot be pulled without what was removed, such as {harm}: all of it was put back. Please report this");
        if (await new Rollback(_files, _trash, _journal, _outcome).RunAsync("something that remains needs it"))
            await new EarlierRuns(_files).EndAsync(_journal.RunId, RunEnd.Restored);
        return false;
    }

    // Step 11: a request that took longer than both waits is seen to by the next run.
    private async Task KeepTrashAsync(bool everythingIsBack)
    {
        _outcome.TrashIsKept = true;
        if (everythingIsBack)
            await _trash.CompleteAsync(_journal.TrashRetention);
        else
            HasKeptWhatIsNeeded();
    }

    private async Task EndAsync(bool everythingIsBack)
    {
        if (everythingIsBack)
            await new EarlierRuns(_files).EndAsync(_journal.RunId, RunEnd.Freed);
        else
            HasKeptWhatIsNeeded();
    }

    private void HasKeptWhatIsNeeded() =>
        _outcome.HasFailed($"the trash of run {_journal.RunId} holds what is needed; it is kept, and the next run tries again");

    // Steps 5 and 6. A request that was under way may have written down again what had just been forgotten (registry/storage/blobwriter.go, Commit). What
    // is served then whatever is done has its link again: a client would be told that it is there, now and until the registry restarts.
    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        await _served.ForgetAsync(await GoneAsync(cancellationToken), cancellationToken);
        for (var round = 0; ; round++)
        {
            await _served.SettleAsync(LookAgainAsync, cancellationToken);
            var served = await _served.FindServedAsync(await GoneAsync(cancellationToken), cancellationToken);
            if (served.Count == 0)
                return;
            if (round == BlobSweep.Rounds)
            {
                await PutServedBackAsync(served);
                return;
            }

            await _served.ForgetAsync(served, cancellationToken);
        }
    }

    // Whose blob goes as well, the sweep sees to.
    private async Task PutServedBackAsync(IReadOnlyList<RepositoryLink> served)
    {
        var going = _journal.Blobs.ToHashSet(StringComparer.Ordinal);
        List<string> links = [.. served.Where(link => !going.Contains(link.Blob.ToString())).Select(link => StoreLayout.LayerLink(link.Repository, link.Blob))];
        _outcome.WentBack((await _trash.PutBackAsync(links)).Concat(await _trash.Rest.PutBackAsync(links)), "the registry goes on serving it, whatever it is told", "is served from the registry's memory");
    }

    // What a manifest that stays needs as a layer is linked, and not asked about; all else that is gone is to be forgotten.
    private async Task<IReadOnlyList<RepositoryLink>> GoneAsync(CancellationToken cancellationToken)
    {
        if (!_served.HasCache)
            return [];
        List<RepositoryLink> links = [.. _journal.Links().Concat(await LinksInRestAsync(cancellationToken)).Distinct()];
        var there = await _files.StatAsync([.. links.SelectMany(PathsOf)], cancellationToken);
        return [.. links.Where(link => !PathsOf(link).Any(there.ContainsKey))];
    }

    // Written since the plan was made, and gone with their repository, which was asked for: whoever pushed was told that they are there.
    private async Task<IEnumerable<RepositoryLink>> LinksInRestAsync(CancellationToken cancellationToken)
    {
        if (!_repositories.Values.Any(repository => repository.Removed))
            return [];
        var files = await _trash.Rest.FilesAsync(cancellationToken);
        return files.Select(file => StoreLayout.TryReadLink(file.Path, out var name, out var place) && Digest.TryParse(place.Name, out var digest, out _)
            ? new RepositoryLink(name, digest)
            : (RepositoryLink?)null).OfType<RepositoryLink>();
    }

    // What the registry was not told to forget it goes on serving: a push that found it there would lack it after the next restart. The
    // next run takes it all away again.
    private async Task PutLinksBackAsync()
    {
        List<string> directories = [.. _repositories.Keys.SelectMany(name => (string[])[StoreLayout.Manifests(name), StoreLayout.Layers(name)])];
        var inRest = (await _trash.Rest.FilesAsync(CancellationToken.None)).Select(file => file.Path);
        List<string> links =
        [
            .. _journal.Repositories.SelectMany(repository => repository.Layers.Select(layer => layer.Name)),
            .. _repositories.SelectMany(pair => pair.Value.Manifests.Select(manifest => StoreLayout.RevisionLink(pair.Key, Digest.Parse(manifest.Name)))),
        ];
        List<MoveOutcome> moves =
        [
            .. await _trash.Rest.PutBackAsync(directories),
            .. await _trash.Rest.PutBackAsync([.. inRest.Where(path => directories.Any(directory => path.StartsWith(directory + "/", StringComparison.Ordinal)))]),
            .. await _trash.PutBackAsync(links),
        ];
        _outcome.WentBack(moves, why: null, "is served from the registry's memory");
        foreach (var name in _repositories.Keys)
            _outcome.WentBack(StoreLayout.Repository(name));
    }

    private static string[] PathsOf(RepositoryLink link) => [StoreLayout.LayerLink(link.Repository, link.Blob), StoreLayout.RevisionLink(link.Repository, link.Blob)];

    // Step 7, and part of 10.
    private async Task<bool> LookAgainAsync()
    {
        // Tags first: what they lead to by now goes back with them.
        await _tags.CheckAsync();
        var everythingIsBack = await new SecondLook(_reader, _trash, _repositories, _outcome).PutBackWhatIsNeededAsync();
        var (isAnyBack, areTagsBack) = await _tags.PutReferrersBackAsync();
        if (isAnyBack)
            everythingIsBack &= await new SecondLook(_reader, _trash, _repositories, _outcome).PutBackWhatIsNeededAsync();
        return everythingIsBack && areTagsBack;
    }

    // The store as it is now, without the tags that went: what the journal names can only turn out to be needed, never more to go.
    private async Task<IReadOnlyList<Removable>> DecideAgainAsync()
    {
        var snapshot = await _reader.ReadAsync(_repositories.Keys, CancellationToken.None);
        snapshot = await _reader.ReadLayersAsync(snapshot, repository => _repositories[repository.Name].LayerDigests(), CancellationToken.None);
        var removable = new List<Removable>();
        foreach (var (name, journal) in _repositories)
        {
            if (!snapshot.Repositories.TryGetValue(name, out var repository))
                continue;

            // In the order in which they go. What was pushed again since stays, with all that it needs.
            var planned = journal.Manifests
                .Select(manifest => (Manifest: manifest, Digest: Digest.Parse(manifest.Name)))
                .Where(item => repository.Revisions.TryGetValue(item.Digest, out var link) && item.Manifest.IsSame(link.Modified))
                .Select(item => item.Digest)
                .ToList();
            var plannedSet = planned.ToHashSet();
            var graph = new RepositoryGraph(repository, snapshot.Manifests, new HashSet<Tag>(), plannedSet, limit: plannedSet);
            var doubtsMatter = graph.Doubts.Count > 0 && !journal.IsGoing(repository);
            if (doubtsMatter && journal.Manifests.Count + journal.Layers.Count > 0)
                _outcome.HasDrifted($"no manifest and no layer of {name} was removed: {graph.Doubts[0]}");
            var layers = journal.Layers.ToDictionary(layer => layer.Name, StringComparer.Ordinal);
            removable.Add(doubtsMatter ? new Removable(name, [], []) : new Removable(
                name,
                [.. planned.Where(digest => !graph.IsKept(digest))],
                [.. repository.Layers.Where(layer => layers.TryGetValue(layer.Path, out var same) && same.IsSame(layer.Modified) && !(layer.Link.Target is { } target && graph.KeptNeeds(target)))]));
        }

        return removable;
    }

    // Step 3: a parent before its children, so that no index that is still linked lacks one.
    private async Task UnlinkManifestsAsync(IReadOnlyList<Removable> removable)
    {
        var manifests = removable.SelectMany(item => item.Manifests.Select(digest => (item.Repository, Digest: digest))).ToList();
        var outcomes = await _trash.TakeAsync([.. manifests.Select(item => StoreLayout.RevisionLink(item.Repository, item.Digest))]);
        foreach (var (item, outcome) in manifests.Zip(outcomes))
            Note(RemovedKind.Manifest, outcome, $"{item.Repository}@{item.Digest}");
    }

    // Step 4: what no manifest that stays needs.
    private async Task UnlinkLayersAsync(IReadOnlyList<Removable> removable)
    {
        var layers = removable.SelectMany(item => item.Layers.Select(layer => (item.Repository, Layer: layer))).ToList();
        var outcomes = await _trash.TakeAsync([.. layers.Select(item => item.Layer.Path)]);
        foreach (var (item, outcome) in layers.Zip(outcomes))
            Note(RemovedKind.Layer, outcome, $"{item.Repository}@{item.Layer.Link.Target?.ToString() ?? item.Layer.Path}");
    }

    private void Note(RemovedKind kind, MoveOutcome outcome, string name)
    {
        if (outcome.Result == MoveResult.Moved)
            _outcome.Removed(kind, outcome.Path, name);
        else if (outcome.Result != MoveResult.Missing)
            _outcome.HasFailed($"{name} could not be unlinked: {outcome.Why}");
    }

    // Step 4, too. A repository is never deleted as a tree: `a/b` lies in the directory of `a`.
    private async Task TakeRepositoriesAwayAsync()
    {
        var going = _repositories.Where(pair => pair.Value.Removed).Select(pair => pair.Key).ToList();
        var snapshot = await _reader.ReadLayersAsync(await _reader.ReadAsync(going, CancellationToken.None), _ => null, CancellationToken.None);
        var now = await _reader.GetTimeAsync(CancellationToken.None);
        foreach (var name in going)
        {
            // Of a repository that a killed run took away, empty directories may be left.
            if (!snapshot.Repositories.TryGetValue(name, out var repository))
                _outcome.Removed(RemovedKind.Repository, StoreLayout.Repository(name), name.Value);
            else if (_repositories[name].WhyToStay(repository, now) is { } reason)
                _outcome.HasDrifted($"the repository {name} stays: {reason}");
            else
                await TakeRepositoryAwayAsync(name);
        }
    }

    // What went before lies at these places in the trash; the directories with what is left in them go beside it.
    private async Task TakeRepositoryAwayAsync(RepositoryName name)
    {
        foreach (var outcome in await _trash.Rest.TakeAsync([StoreLayout.Manifests(name), StoreLayout.Layers(name), StoreLayout.Uploads(name)]))
        {
            if (outcome.Result is MoveResult.Failed or MoveResult.TargetExists)
                _outcome.HasFailed($"{outcome.Path} could not be removed: {outcome.Why}");
        }

        _outcome.Removed(RemovedKind.Repository, StoreLayout.Repository(name), name.Value);
    }

    // What was written to since the plan was made is no leftover.
    private async Task TakeLeftoversAwayAsync()
    {
        if (_journal.Leftovers.Count == 0)
            return;

        List<string> paths = [.. _journal.Leftovers.Select(leftover => leftover.Name)];
        var entries = await _files.StatAsync(paths, CancellationToken.None);
        var inside = await _files.ListAsync([.. entries.Values.Where(entry => entry.Kind == EntryKind.Directory).Select(entry => entry.Path)], ListDepth.Tree, CancellationToken.None);
        var lastWritten = inside.Entries.Concat(entries.Values)
            .ToLookup(entry => LeftoverFinder.IsTemporary(entry.Path) && entries.ContainsKey(entry.Path) ? entry.Path : StoreLayout.UploadOf(entry.Path), entry => entry.Modified);
        List<string> same = [.. _journal.Leftovers.Where(leftover => lastWritten.Contains(leftover.Name) && leftover.IsSame(lastWritten[leftover.Name].Max())).Select(leftover => leftover.Name)];
        foreach (var outcome in await _trash.TakeAsync(same))
            Note(StoreLayout.IsUpload(outcome.Path) ? RemovedKind.Upload : RemovedKind.Leftover, outcome, outcome.Path);
    }

    // The registry's collector gives up where a repository lacks _layers or tags: only the digests' own directories go, and those
    // of repositories that went.
    private async Task RemoveEmptyDirectoriesAsync()
    {
        var directories = _journal.Blobs.Select(digest => StoreLayout.ParentOf(StoreLayout.BlobData(Digest.Parse(digest)))).ToList();
        foreach (var (name, journal) in _repositories)
        {
            directories.AddRange(journal.Manifests.Select(digest => StoreLayout.ParentOf(StoreLayout.RevisionLink(name, Digest.Parse(digest.Name)))));
            directories.AddRange(journal.Layers.Select(layer => StoreLayout.ParentOf(layer.Name)));
            if (!_outcome.Repositories.Contains(name.Value))
                continue;
            for (var directory = StoreLayout.Repository(name); directory != StoreLayout.Repositories; directory = StoreLayout.ParentOf(directory))
                directories.Add(directory);
        }

        directories.AddRange(_journal.Directories);
        await _files.RemoveEmptyDirectoriesAsync(directories, CancellationToken.None);
    }

    private sealed record Removable(RepositoryName Repository, IReadOnlyList<Digest> Manifests, IReadOnlyList<LayerLink> Layers);
}
