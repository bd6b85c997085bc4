using RegistryCleaner.Collecting;
using RegistryCleaner.Pruning;
using RegistryCleaner.Restoring;
using RegistryCleaner.Store;

namespace RegistryCleaner;

/// <content>The verbs about what earlier runs removed.</content>
public sealed partial class Cleaner
{
    private const string Latest = "latest";

    /// <summary>Puts back what a run removed, as far as it is in the trash.</summary>
    /// <exception cref="CleanerException">Nothing was touched: bad input, no registry, or a run or an image that is not there.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<CleanerReport> RestoreImagesAsync(RestoreImagesOptions options, CancellationToken cancellationToken = default)
    {
        var asked = options.Images.Count == 0 ? [] : ImageList.Parse(options.Images);
        RequireFiles(options, "RestoreImages");
        await using var location = await LocateAsync(options, cancellationToken);
        // To finish a run takes something away: whoever serves has to be told.
        var run = options.Interrupted == InterruptedRunPolicy.RollBack
            ? CleanerRun.StartPuttingBack(location, _logger)
            : await CleanerRun.StartAsync(location, options, new PruningOptions { Earlier = EarlierTrash.Keep, Interrupted = options.Interrupted }, [], options.DryRun, _logger, cancellationToken);
        var images = await ImageList.ResolveAsync(asked, options, location, run.Reader, cancellationToken);
        var earlier = new EarlierRuns(run.Files);
        var request = new RestoreRequest([.. images], options.Overwrite);
        var journal = await FindJournalAsync(earlier, options, request, cancellationToken);
        if (request.NotIn(journal).Select(image => image.ToString()).ToList() is { Count: > 0 } others)
            throw new CleanerException(ExitCode.NotFound, [.. others.Select(image => $"The run {journal.RunId} did not remove {image}. History says which run removed what.")]);

        return await run.RunAsync(options.DryRun, options.LockTimeout, async outcome =>
        {
            var restorer = await Restorer.PlanAsync(run.Files, journal, request, cancellationToken);
            if (outcome is not null)
                await CleanerRun.TryAsync(outcome, restorer.ApplyAsync, cancellationToken);
            return run.Report("RestoreImages", CollectorKind.None, outcome) with
            {
                Restoration = restorer.Plan,
                ExitCode = restorer.Plan.IsComplete ? ExitCode.Done : ExitCode.Incomplete,
            };
        }, cancellationToken);
    }

    /// <summary>Frees the space of what earlier runs removed, without waiting for its time.</summary>
    /// <exception cref="CleanerException">Nothing was touched: bad input, no registry, or refused as unsafe.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<CleanerReport> EmptyTrashAsync(EmptyTrashOptions options, CancellationToken cancellationToken = default)
    {
        RequireFiles(options, "EmptyTrash");
        await using var location = await LocateAsync(options, cancellationToken);
        var run = await CleanerRun.StartAsync(location, options, new PruningOptions { Earlier = EarlierTrash.Empty, Interrupted = options.Interrupted }, [], options.DryRun, _logger, cancellationToken);
        var before = (await ReadHistoryAsync(run, cancellationToken)).Where(summary => summary.BytesInTrash > 0 || summary.State is RunState.InTrash or RunState.Interrupted).ToList();
        return await run.RunAsync(options.DryRun, options.LockTimeout, async outcome =>
        {
            // What could be done is done by now: earlier runs come first, whatever the verb.
            var left = outcome is null ? [] : (await new EarlierRuns(run.Files).FindAsync(cancellationToken)).ToHashSet(StringComparer.Ordinal);
            foreach (var runId in left.Where(runId => !outcome!.Failures.Any(failure => failure.Contains(runId, StringComparison.Ordinal))))
                run.Warn($"The trash of the run {runId} stays: it ended a moment ago, and a request to the registry may still need something of it. Run EmptyTrash again in a minute.");
            return run.Report("EmptyTrash", CollectorKind.None, outcome) with { Runs = [.. before.Where(summary => !left.Contains(summary.Run))] };
        }, cancellationToken);
    }

    /// <summary>Lists the runs that removed something, and what became of them.</summary>
    /// <exception cref="CleanerException">Bad input, or no registry.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<CleanerReport> HistoryAsync(HistoryOptions options, CancellationToken cancellationToken = default)
    {
        RequireFiles(options, "History");
        await using var location = await LocateAsync(options, cancellationToken);
        var run = CleanerRun.StartPuttingBack(location, _logger);
        return run.Report("History", CollectorKind.None, null) with { Runs = await ReadHistoryAsync(run, cancellationToken) };
    }

    private static async Task<IReadOnlyList<RunSummary>> ReadHistoryAsync(CleanerRun run, CancellationToken cancellationToken)
    {
        try
        {
            return await new RunHistory(run.Files).ReadAsync(cancellationToken);
        }
        catch (StoreAccessException e)
        {
            throw new CleanerException(ExitCode.Incomplete, e.Message);
        }
    }

    private static void RequireFiles(Hosts.RegistryOptions options, string verb)
    {
        if (RegistryLocator.IsApiAlone(options))
            throw new CleanerException(ExitCode.BadInput, $"{verb} needs the registry's files, and only --registry-url was given: give --registry-container or --registry-root as well.");
    }

    private static async Task<PruneJournal> FindJournalAsync(EarlierRuns earlier, RestoreImagesOptions options, RestoreRequest request, CancellationToken cancellationToken)
    {
        var asked = options.Run ?? Latest;
        try
        {
            var runs = await earlier.ReadAsync(cancellationToken);
            if (asked != Latest)
            {
                if (runs.FirstOrDefault(run => run.RunId == asked) is { } named)
                    return await RequireKeptAsync(named);
                throw NotFound((await earlier.ReadEndedAsync(cancellationToken)).FirstOrDefault(run => run.RunId == asked) is { } ended
                    ? $"The run {asked} cannot be taken back: what it removed was {(ended.End == RunEnd.Freed ? "freed" : "put back")} already."
                    : $"There is no run {asked}. History lists those that are known.");
            }

            foreach (var run in runs.Reverse())
            {
                var journal = await ReadJournalAsync(run);
                if (request.IsAbout(journal))
                    return await RequireKeptAsync(run);
            }

            throw NotFound(runs.Count == 0 ? "There is no run whose trash is there, so that nothing can be put back."
                : request.IsWhole ? "No run whose trash is there removed a tag. History lists the runs, and --run takes back any of them."
                : $"No run whose trash is there removed {string.Join(" or ", request.Images)}. History says which run removed what.");
        }
        catch (StoreAccessException e)
        {
            throw new CleanerException(ExitCode.Incomplete, e.Message);
        }

        async Task<PruneJournal> ReadJournalAsync(EarlierRun run) => await earlier.ReadJournalAsync(run.RunId, cancellationToken)
            ?? throw new CleanerException(ExitCode.Incomplete, $"The journal of the run {run.RunId} cannot be read, so that nobody knows what it removed: " + (run.Completed is null
                ? "it was interrupted, and the next run of CleanImages puts back all that is in its trash."
                : "its trash is left as it is until EmptyTrash frees it. CheckRegistry --repair puts back what the store lacks, and --run takes back another run."));

        // What it has taken away would be deleted at its end, before any of it could come back.
        async Task<PruneJournal> RequireKeptAsync(EarlierRun run)
        {
            var journal = await ReadJournalAsync(run);
            return run.Completed is null && journal.TrashRetention == 0 && options.Interrupted != InterruptedRunPolicy.RollBack
                ? throw new CleanerException(ExitCode.Refused, $"The run {run.RunId} was interrupted, and keeps no trash once it is finished: it can be taken back by --interrupted rollback alone.")
                : journal;
        }

        static CleanerException NotFound(string sentence) => new(ExitCode.NotFound, sentence);
    }
}
