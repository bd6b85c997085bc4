using Microsoft.Extensions.Logging;
using RegistryCleaner.Marking;
using RegistryCleaner.Planning;
using RegistryCleaner.Store;

namespace RegistryCleaner.Pruning;

/// <summary>
/// Applies plans, and finishes what killed runs left. The order of steps is such that, whenever the process is killed, everything
/// that is still tagged can be pulled.
/// </summary>
public sealed partial class Pruner(IStoreFiles files, StoreReader reader, ILogger logger)
{
    private const int MaxJournalLength = 256 << 20;

    /// <summary>Locks the store against other cleaners.</summary>
    /// <exception cref="CleanerException">Another cleaner holds it.</exception>
    public async Task<IAsyncDisposable> LockAsync(CancellationToken cancellationToken) =>
        await files.TryLockAsync(StoreLayout.LockFile, cancellationToken)
        ?? throw new CleanerException(ExitCode.Refused, $"Another cleaner is at work on this store (it holds '{files.Root}/{StoreLayout.LockFile}' locked). Run this again when it has finished.");

    /// <summary>The runs that were killed or cancelled before their end, oldest first.</summary>
    public async Task<IReadOnlyList<string>> FindUnfinishedRunsAsync(CancellationToken cancellationToken)
    {
        var listing = await files.ListAsync([StoreLayout.Trash], ListDepth.Children, cancellationToken);
        if (listing.Problems is [var problem, ..])
            throw new StoreAccessException($"What earlier runs left cannot be listed: {problem}");
        return [.. listing.Entries.Where(entry => entry.Kind == EntryKind.Directory).Select(entry => entry.Path[(StoreLayout.Trash.Length + 1)..]).Order(StringComparer.Ordinal)];
    }

    /// <summary>Finishes what earlier runs began; what is needed of it by now goes back.</summary>
    public async Task FinishEarlierRunsAsync(PruneOutcome outcome, CancellationToken cancellationToken)
    {
        await files.DeleteTreesAsync([StoreLayout.Discarded], cancellationToken);
        foreach (var runId in await FindUnfinishedRunsAsync(cancellationToken))
        {
            var contents = await files.ReadAsync([StoreLayout.Journal(runId)], MaxJournalLength, cancellationToken);
            var journal = contents.TryGetValue(StoreLayout.Journal(runId), out var content) ? PruneJournal.FromJson(content.Bytes.Span, runId) : null;
            LogFinishing(logger, runId);
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
        await files.WriteAsync(StoreLayout.Journal(journal.RunId), journal.ToJson(), cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();

        var run = new PruneRun(files, reader, journal, outcome);
        await run.TakeTagsAwayAsync();
        await run.FinishAsync(cancellationToken);
    }

    private async Task FinishAsync(PruneJournal journal, PruneOutcome outcome, CancellationToken cancellationToken)
    {
        outcome.HasChanged();
        var finished = new PruneOutcome();
        await new PruneRun(files, reader, journal, finished).FinishAsync(cancellationToken);
        outcome.Note($"the earlier run {journal.RunId}, which had been interrupted, was finished: {finished.Tags.Count} tags, {finished.Manifests.Count} manifests, {finished.Layers.Count} layer links, {finished.Repositories.Count} repositories");
        foreach (var drift in finished.Drifted)
            outcome.Note($"run {journal.RunId}: {drift}");
        foreach (var failure in finished.Failures)
            outcome.HasFailed($"run {journal.RunId}: {failure}");
    }

    // A journal is there whole before anything moves. Where it cannot be read all the same, nothing is known: all of it goes back.
    private async Task PutEverythingBackAsync(string runId, PruneOutcome outcome)
    {
        var trash = new Trash(files, runId);
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
