using Microsoft.Extensions.Logging;
using RegistryCleaner.Api;
using RegistryCleaner.Marking;
using RegistryCleaner.Planning;
using RegistryCleaner.Store;

namespace RegistryCleaner.Pruning;

/// <summary>
/// Applies plans, and finishes what killed runs left. The order of steps is such that, whenever the process is killed, everything
/// that is still tagged can be pulled.
/// </summary>
public sealed partial class Pruner
{
    private const int MaxJournalLength = 256 << 20;

    // What was removed from under a registry that goes on serving is not deleted before requests of that time have certainly ended.
    private static readonly TimeSpan s_minKept = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan s_lockPause = TimeSpan.FromMilliseconds(500);

    private readonly IStoreFiles _files;
    private readonly StoreReader _reader;
    private readonly ServedStore _served;
    private readonly ILogger _logger;

    /// <summary>Makes a pruner of a store that nobody serves.</summary>
    public Pruner(IStoreFiles files, StoreReader reader, ILogger logger)
        : this(files, reader, ServedStore.Offline, logger)
    {
    }

    internal Pruner(IStoreFiles files, StoreReader reader, ServedStore served, ILogger logger) =>
        (_files, _reader, _served, _logger) = (files, reader, served, logger);

    /// <summary>Locks the store against other cleaners.</summary>
    /// <param name="timeout">How long to wait for another to end.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="CleanerException">Another cleaner holds it.</exception>
    public async Task<IAsyncDisposable> LockAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await _files.TryLockAsync(StoreLayout.LockFile, cancellationToken) is { } theLock)
            {
                try
                {
                    await _files.WriteAsync(StoreLayout.LockOwner, LockOwner.Current().ToJson(), cancellationToken);
                    return theLock;
                }
                catch
                {
                    await theLock.DisposeAsync();
                    throw;
                }
            }

            if (TimeProvider.System.GetElapsedTime(start) >= timeout)
                break;
            await Task.Delay(s_lockPause, cancellationToken);
        }

        var contents = await _files.ReadAsync([StoreLayout.LockOwner], LockOwner.MaxLength, cancellationToken);
        var owner = contents.TryGetValue(StoreLayout.LockOwner, out var content) ? LockOwner.FromJson(content.Bytes.Span) : null;
        throw new CleanerException(
            ExitCode.Refused,
            $"Another cleaner is at work on this store{(owner is null ? "" : $": {owner}")} (it holds '{_files.Root}/{StoreLayout.LockFile}' locked). Run this again when it has finished, or wait for it with --lock-timeout.");
    }

    /// <summary>Whether the trash holds what an earlier run left there, finished or not.</summary>
    internal async Task<bool> HasEarlierRunsAsync(CancellationToken cancellationToken) => (await FindRunsAsync(cancellationToken)).Count > 0;

    /// <summary>The runs that were killed or cancelled before their end, oldest first.</summary>
    public async Task<IReadOnlyList<string>> FindUnfinishedRunsAsync(CancellationToken cancellationToken)
    {
        var runs = await FindRunsAsync(cancellationToken);
        var completed = await _files.StatAsync([.. runs.Select(runId => new Trash(_files, runId).CompletedFile)], cancellationToken);
        return [.. runs.Where(runId => !completed.ContainsKey(new Trash(_files, runId).CompletedFile))];
    }

    private async Task<IReadOnlyList<string>> FindRunsAsync(CancellationToken cancellationToken)
    {
        var listing = await _files.ListAsync([StoreLayout.Trash], ListDepth.Children, cancellationToken);
        if (listing.Problems is [var problem, ..])
            throw new StoreAccessException($"What earlier runs left cannot be listed: {problem}");
        return [.. listing.Entries.Where(entry => entry.Kind == EntryKind.Directory).Select(entry => entry.Path[(StoreLayout.Trash.Length + 1)..]).Order(StringComparer.Ordinal)];
    }

    /// <summary>Finishes what earlier runs began; what is needed of it by now goes back.</summary>
    public async Task FinishEarlierRunsAsync(PruneOutcome outcome, CancellationToken cancellationToken)
    {
        await _files.DeleteTreesAsync([StoreLayout.Discarded], cancellationToken);
        foreach (var runId in await FindRunsAsync(cancellationToken))
        {
            var contents = await _files.ReadAsync([StoreLayout.Journal(runId)], MaxJournalLength, cancellationToken);
            var journal = contents.TryGetValue(StoreLayout.Journal(runId), out var content) ? PruneJournal.FromJson(content.Bytes.Span, runId) : null;
            if (journal is not null && await CompletedAsync(runId, cancellationToken) is { } completed)
            {
                await JudgeAsync(journal, completed, outcome, cancellationToken);
                continue;
            }

            LogFinishing(_logger, runId);
            if (journal is null)
                await PutEverythingBackAsync(runId, outcome);
            else
                await FinishAsync(journal, outcome, cancellationToken);
        }
    }

    /// <summary>Does what the plan says.</summary>
    public Task ApplyAsync(PrunePlan plan, PruneOutcome outcome, CancellationToken cancellationToken) =>
        plan.IsEmpty ? Task.CompletedTask : ApplyAsync(PruneJournal.Of(plan, DateTimeOffset.UtcNow), outcome, cancellationToken);

    /// <summary>Does what the plan says.</summary>
    public Task ApplyAsync(CollectionPlan plan, PruneOutcome outcome, CancellationToken cancellationToken) =>
        plan.IsEmpty ? Task.CompletedTask : ApplyAsync(PruneJournal.Of(plan, DateTimeOffset.UtcNow), outcome, cancellationToken);

    private async Task ApplyAsync(PruneJournal journal, PruneOutcome outcome, CancellationToken cancellationToken)
    {
        await _files.WriteAsync(StoreLayout.Journal(journal.RunId), journal.ToJson(), cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();

        var run = new PruneRun(_files, _reader, _served, journal, outcome);
        await run.TakeTagsAwayAsync();
        await run.FinishAsync(cancellationToken);
    }

    private async Task<DateTimeOffset?> CompletedAsync(string runId, CancellationToken cancellationToken)
    {
        var file = new Trash(_files, runId).CompletedFile;
        return (await _files.StatAsync([file], cancellationToken)).TryGetValue(file, out var entry) ? entry.Modified : null;
    }

    private async Task JudgeAsync(PruneJournal journal, DateTimeOffset completed, PruneOutcome outcome, CancellationToken cancellationToken)
    {
        var mayEnd = !_served.KeepsTrash || completed + s_minKept <= await _reader.GetTimeAsync(cancellationToken);
        var judged = new PruneOutcome();
        await new PruneRun(_files, _reader, _served, journal, judged).JudgeAsync(mayEnd);
        foreach (var drift in judged.Drifted)
            outcome.Note($"run {journal.RunId}: {drift}");
        foreach (var failure in judged.Failures)
            outcome.HasFailed($"run {journal.RunId}: {failure}");
        if (mayEnd && judged.Failures.Count == 0)
            outcome.Note($"the space of the earlier run {journal.RunId} was freed: {judged.Blobs.Count} blobs");
    }

    private async Task FinishAsync(PruneJournal journal, PruneOutcome outcome, CancellationToken cancellationToken)
    {
        outcome.HasChanged();
        var finished = new PruneOutcome();
        await new PruneRun(_files, _reader, _served, journal, finished).FinishAsync(cancellationToken);
        outcome.Note($"the earlier run {journal.RunId}, which had been interrupted, was finished: {finished.Tags.Count} tags, {finished.Manifests.Count} manifests, {finished.Layers.Count} layer links, {finished.Repositories.Count} repositories");
        foreach (var drift in finished.Drifted)
            outcome.Note($"run {journal.RunId}: {drift}");
        foreach (var failure in finished.Failures)
            outcome.HasFailed($"run {journal.RunId}: {failure}");
    }

    // A journal is there whole before anything moves. Where it cannot be read all the same, nothing is known: all of it goes back.
    private async Task PutEverythingBackAsync(string runId, PruneOutcome outcome)
    {
        var trash = new Trash(_files, runId);
        var failed = false;
        foreach (var part in new[] { trash, trash.Rest })
        {
            // Tags last: a tag must not be there before what it leads to.
            var paths = (await part.FilesAsync(CancellationToken.None)).Select(file => file.Path);
            var results = await part.PutBackAsync([.. paths.OrderBy(path => path.Contains($"/{StoreLayout.ManifestsName}/tags/", StringComparison.Ordinal))]);
            foreach (var result in results.Where(result => result.Result == MoveResult.Moved))
                outcome.Note($"{result.Path} went back: the journal of run {runId} cannot be read");
            foreach (var result in results.Where(result => result.Result == MoveResult.Failed))
            {
                failed = true;
                outcome.HasFailed($"{result.Path} could not be put back: {result.Problem}");
            }
        }

        if (!failed)
            await trash.DeleteAsync();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The earlier run {RunId} was interrupted; finishing it first")]
    private static partial void LogFinishing(ILogger logger, string runId);
}
