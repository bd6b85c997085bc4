using Microsoft.Extensions.Logging;
using RegistryCleaner.Api;
using RegistryCleaner.Checking;
using RegistryCleaner.Marking;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Store;

namespace RegistryCleaner.Pruning;

/// <summary>
/// Applies plans, and finishes what killed runs left. The order of steps is such that, whenever the process is killed, everything
/// that is still tagged can be pulled.
/// </summary>
public sealed partial class Pruner
{
    // What was removed from under a registry that goes on serving is not deleted before requests of that time have certainly ended.
    private static readonly TimeSpan s_minKept = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan s_lockPause = TimeSpan.FromMilliseconds(500);

    private readonly IStoreFiles _files;
    private readonly StoreReader _reader;
    private readonly ServedStore _served;
    private readonly ILogger _logger;
    private readonly PruningOptions _options;
    private readonly EarlierRuns _earlier;

    /// <summary>Makes a pruner of a store that nobody serves.</summary>
    public Pruner(IStoreFiles files, StoreReader reader, ILogger logger)
        : this(files, reader, ServedStore.Offline, PruningOptions.None, logger)
    {
    }

    internal Pruner(IStoreFiles files, StoreReader reader, ServedStore served, PruningOptions options, ILogger logger) =>
        (_files, _reader, _served, _options, _logger, _earlier) = (files, reader, served, options, logger, new EarlierRuns(files));

    /// <summary>Locks the store against other cleaners.</summary>
    /// <param name="timeout">How long to wait for another to end.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="CleanerException">Another cleaner holds it.</exception>
    public Task<IAsyncDisposable> LockAsync(TimeSpan timeout, CancellationToken cancellationToken) => LockAsync(timeout, () => { }, cancellationToken);

    /// <summary>The same, and tells where it had to be waited for: for somebody else, or for what a killed cleaner was still doing.</summary>
    internal async Task<IAsyncDisposable> LockAsync(TimeSpan timeout, Action onWait, CancellationToken cancellationToken)
    {
        await RequireOwnDirectoriesAsync(cancellationToken);
        var start = TimeProvider.System.GetTimestamp();
        for (var isFirst = true; ; isFirst = false)
        {
            if (await _files.TryLockAsync(StoreLayout.LockFile, cancellationToken) is { } theLock)
            {
                if (theLock is IWaitedLock { HasWaited: true })
                    onWait();
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
            if (isFirst)
            {
                onWait();
                var (owner, patience) = (await FindLockOwnerAsync(cancellationToken), DurationText.Write(timeout));
                LogWaiting(_logger, owner, patience);
            }

            await Task.Delay(s_lockPause, cancellationToken);
        }

        throw new CleanerException(
            ExitCode.Refused,
            $"Another cleaner is at work on this store{await FindLockOwnerAsync(cancellationToken)} (it holds '{_files.Root}/{StoreLayout.LockFile}' locked, or was killed and what it began still runs). Run this again when it has finished, or wait for it with --lock-timeout.");
    }

    // After a colon; empty where it does not say.
    private async Task<string> FindLockOwnerAsync(CancellationToken cancellationToken)
    {
        try
        {
            var contents = await _files.ReadAsync([StoreLayout.LockOwner], LockOwner.MaxLength, cancellationToken);
            return contents.TryGetValue(StoreLayout.LockOwner, out var content) && LockOwner.FromJson(content.Bytes.Span) is { } owner ? $": {owner}" : "";
        }
        catch (StoreAccessException)
        {
            // It is only for whoever reads it.
            return "";
        }
    }

    // What lies in the trash goes back into the store, or is deleted: whoever could have it lie elsewhere could have anything deleted.
    private async Task RequireOwnDirectoriesAsync(CancellationToken cancellationToken)
    {
        var entries = await _files.StatAsync([StoreLayout.WorkDirectory, StoreLayout.LockFile, StoreLayout.Fence, StoreLayout.Discarded, StoreLayout.History, .. EarlierRuns.Directories], cancellationToken);
        if (entries.Values.Where(entry => entry.Kind == EntryKind.SymbolicLink).OrderBy(entry => entry.Path.Length).FirstOrDefault() is { Path: not null } link)
            throw new CleanerException(ExitCode.Refused, $"'{_files.Root}/{link.Path}' is a symbolic link. What is removed is kept there by rename, and deleted from there: remove the link, and the cleaner makes a directory of its own.");
        try
        {
            // Nothing is there that could be renamed: only whether it could.
            await _files.MoveAsync(StoreLayout.Version2, StoreLayout.Trash, [Guid.NewGuid().ToString("n")], cancellationToken);
        }
        catch (StoreAccessException e)
        {
            throw new CleanerException(ExitCode.Refused, e.Message);
        }
    }

    /// <summary>Whether the trash holds what an earlier run left there, finished or not.</summary>
    internal async Task<bool> HasEarlierRunsAsync(CancellationToken cancellationToken) => (await _earlier.FindAsync(cancellationToken)).Count > 0;

    /// <summary>The runs that were killed or cancelled before their end, oldest first.</summary>
    public async Task<IReadOnlyList<string>> FindUnfinishedRunsAsync(CancellationToken cancellationToken) =>
        [.. (await _earlier.ReadAsync(cancellationToken)).Where(run => run.Completed is null).Select(run => run.RunId)];

    /// <summary>
    /// Finishes what earlier runs began, or puts it back; of those that ended, what is needed by now goes back, and what has been kept
    /// long enough is deleted.
    /// </summary>
    public async Task FinishEarlierRunsAsync(PruneOutcome outcome, CancellationToken cancellationToken)
    {
        await _earlier.TidyAsync(cancellationToken);
        // Interrupted ones first: what they put back may need what a run before them removed, and must be seen to.
        foreach (var run in (await _earlier.ReadAsync(cancellationToken)).OrderBy(run => run.Completed is not null))
        {
            var age = run.Completed is { } completed ? await _reader.GetTimeAsync(cancellationToken) - completed : (TimeSpan?)null;
            var mayEnd = age is { } passed && IsOver(run, passed) && IsSettled(passed);
            if (run.IsJudged && !mayEnd)
                continue;
            var journal = await _earlier.ReadJournalAsync(run.RunId, cancellationToken);
            if (age is { } kept && journal is not null)
                await JudgeAsync(journal, kept, mayEnd, outcome);
            else if (age is not null)
                await JudgeUnknownAsync(run.RunId, mayEnd && _options.Earlier == EarlierTrash.Empty, outcome, cancellationToken);
            else
                await EndInterruptedAsync(run.RunId, journal, outcome, cancellationToken);
        }
    }

    /// <summary>Does what the plan says.</summary>
    public Task ApplyAsync(PrunePlan plan, PruneOutcome outcome, CancellationToken cancellationToken) =>
        plan.IsEmpty ? Task.CompletedTask : ApplyAsync(PruneJournal.Of(plan, DateTimeOffset.UtcNow, _options.TrashRetention), outcome, cancellationToken);

    /// <summary>Does what the plan says.</summary>
    public Task ApplyAsync(CollectionPlan plan, PruneOutcome outcome, CancellationToken cancellationToken) => ApplyAsync(plan, "GarbageCollect", outcome, cancellationToken);

    /// <summary>Does what the plan says, for another verb than GarbageCollect.</summary>
    internal Task ApplyAsync(CollectionPlan plan, string verb, PruneOutcome outcome, CancellationToken cancellationToken) =>
        plan.IsEmpty ? Task.CompletedTask : ApplyAsync(PruneJournal.Of(plan, verb, DateTimeOffset.UtcNow, _options.TrashRetention), outcome, cancellationToken);

    /// <summary>What earlier runs may need that are kept longer than this one, and what is to be said of it.</summary>
    internal async Task<(IReadOnlyDictionary<Digest, string> Blobs, IReadOnlyList<string> Remarks)> FindKeptAsync(IEnumerable<Digest> blobs, CancellationToken cancellationToken)
    {
        var (kept, unknown) = await _earlier.FindKeptAsync(await _reader.GetTimeAsync(cancellationToken), _options.TrashRetention, cancellationToken);
        return (kept,
        [
            .. blobs.Where(kept.ContainsKey).GroupBy(blob => kept[blob], StringComparer.Ordinal).Select(run => $"{run.Count()} blobs that nothing uses stay: the run {run.Key}, whose trash is kept longer than this one's, may need them to be taken back"),
            .. unknown.Select(run => $"the journal of run {run} cannot be read: what it needs to be taken back may go before its trash does"),
        ]);
    }

    private async Task ApplyAsync(PruneJournal journal, PruneOutcome outcome, CancellationToken cancellationToken)
    {
        var (kept, remarks) = await FindKeptAsync(journal.Blobs.Select(Digest.Parse), cancellationToken);
        foreach (var remark in remarks)
            outcome.Note(remark);
        journal = journal with { Blobs = [.. journal.Blobs.Where(blob => !kept.ContainsKey(Digest.Parse(blob)))] };
        var json = journal.ToJson();
        if (json.Length > EarlierRuns.MaxJournalLength)
            throw new CleanerException(ExitCode.Refused, "So much would go at once that the journal of it could not be read again: remove it in several runs.");
        await _files.WriteAsync(StoreLayout.Journal(journal.RunId), json, cancellationToken);
        outcome.Began(journal.RunId, _options.TrashRetention);
        cancellationToken.ThrowIfCancellationRequested();

        var run = new PruneRun(_files, _reader, _served, journal, outcome, _options);
        await run.TakeTagsAwayAsync();
        await run.FinishAsync(cancellationToken);
    }

    private bool IsOver(EarlierRun run, TimeSpan age) => _options.Earlier switch
    {
        EarlierTrash.Empty => true,
        EarlierTrash.Keep => false,
        _ => age >= run.Retention,
    };

    private bool IsSettled(TimeSpan kept) => !_served.KeepsTrash || kept >= s_minKept;

    private async Task JudgeAsync(PruneJournal journal, TimeSpan kept, bool mayEnd, PruneOutcome outcome)
    {
        var judged = new PruneOutcome();
        await new PruneRun(_files, _reader, _served, journal, judged, _options).JudgeAsync(mayEnd);
        foreach (var drift in judged.Drifted)
            outcome.Note($"run {journal.RunId}: {drift}");
        foreach (var failure in judged.Failures)
            outcome.HasFailed($"run {journal.RunId}: {failure}");
        if (judged.Failures.Count > 0)
            return;
        if (mayEnd)
            outcome.Note($"the space of the earlier run {journal.RunId} was freed: {judged.Blobs.Count} blobs");
        // Once is enough, if it is late enough, and if whoever serves was asked, too: who only puts back asks nobody.
        else if (IsSettled(kept) && _options.Earlier != EarlierTrash.Keep)
            await new Trash(_files, journal.RunId).JudgeAsync();
    }

    // What it took away nobody knows, but what the store lacks can be seen.
    private async Task JudgeUnknownAsync(string runId, bool mayEnd, PruneOutcome outcome, CancellationToken cancellationToken)
    {
        if (!mayEnd)
        {
            outcome.Note($"the journal of run {runId} cannot be read: its trash is left as it is, until EmptyTrash frees it");
            return;
        }

        var checker = new StoreChecker(_files, VerifyKind.Size);
        var findings = await checker.CheckAsync(new Progress<(int Done, int All)>(), cancellationToken);
        var trash = new Trash(_files, runId);
        List<string> missing = [.. findings.Select(finding => finding.Repair).OfType<string>().Concat(checker.OfChildren).Distinct(StringComparer.Ordinal)];
        var lacks = findings.FirstOrDefault(finding => finding.Severity == Severity.Error) is { } error ? $"{error.Where}: {error.What}"
            : (await trash.ExistingAsync(missing)).Concat(await trash.Rest.ExistingAsync(missing)).FirstOrDefault() is { } path ? $"{path} lies in it"
            : null;
        if (lacks is not null)
        {
            outcome.HasFailed($"the journal of run {runId} cannot be read, and its trash may hold what the store lacks ({lacks}): it is left as it is. CheckRegistry tells more, and puts back with --repair what it can");
            return;
        }

        await _earlier.EndAsync(runId, RunEnd.Freed);
        outcome.Note($"the space of the earlier run {runId} was freed: its journal could not be read, and the store is whole without it");
    }

    private async Task EndInterruptedAsync(string runId, PruneJournal? journal, PruneOutcome outcome, CancellationToken cancellationToken)
    {
        if (await WhyRollBackAsync(journal, cancellationToken) is not { } why)
        {
            LogFinishing(_logger, runId);
            await FinishAsync(journal!, outcome, cancellationToken);
            return;
        }

        LogRollingBack(_logger, runId, why);
        if (await new Rollback(_files, new Trash(_files, runId), journal, outcome).RunAsync(why))
            await _earlier.EndAsync(runId, RunEnd.Restored);
    }

    private async Task<string?> WhyRollBackAsync(PruneJournal? journal, CancellationToken cancellationToken) => _options.Interrupted switch
    {
        // A journal is there whole before anything moves. Where it cannot be read all the same, nothing is known.
        _ when journal is null => "its journal cannot be read",
        InterruptedRunPolicy.RollBack => "it was interrupted",
        InterruptedRunPolicy.Finish => null,
        _ => await new InterruptedRun(_files, _reader, journal).FindChangeAsync(cancellationToken) is { } change ? $"it was interrupted, and {change}" : null,
    };

    private async Task FinishAsync(PruneJournal journal, PruneOutcome outcome, CancellationToken cancellationToken)
    {
        outcome.HasChanged();
        var finished = new PruneOutcome();
        await new PruneRun(_files, _reader, _served, journal, finished, _options).FinishAsync(cancellationToken);
        outcome.Note($"the earlier run {journal.RunId}, which had been interrupted, was finished: {finished.Tags.Count} tags, {finished.Manifests.Count} manifests, {finished.Layers.Count} layer links, {finished.Repositories.Count} repositories");
        foreach (var drift in finished.Drifted)
            outcome.Note($"run {journal.RunId}: {drift}");
        foreach (var failure in finished.Failures)
            outcome.HasFailed($"run {journal.RunId}: {failure}");
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Another cleaner is at work on this store{Owner}; it is waited for, up to {Patience}")]
    private static partial void LogWaiting(ILogger logger, string owner, string patience);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The earlier run {RunId} was interrupted; finishing it first")]
    private static partial void LogFinishing(ILogger logger, string runId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What the earlier run {RunId} took away goes back first: {Why}")]
    private static partial void LogRollingBack(ILogger logger, string runId, string why);
}
