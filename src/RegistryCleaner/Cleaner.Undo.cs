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
        await using var location = await new RegistryLocator(_logger).LocateAsync(options, cancellationToken);
        var run = CleanerRun.StartPuttingBack(location, _logger);
        var images = await ImageList.ResolveAsync(asked, options, location, run.Reader, cancellationToken);
        var earlier = new EarlierRuns(run.Files);
        var runId = await FindRunAsync(earlier, options.Run ?? Latest, cancellationToken);
        var journal = await earlier.ReadJournalAsync(runId, cancellationToken)
            ?? throw new CleanerException(ExitCode.Incomplete, $"The journal of the run {runId} cannot be read: the next run of CleanImages puts back all that is in its trash.");
        var request = new RestoreRequest([.. images], options.Overwrite);
        if (request.NotIn(journal).Select(image => image.ToString()).ToList() is { Count: > 0 } others)
            throw new CleanerException(ExitCode.NotFound, [.. others.Select(image => $"The run {runId} did not remove {image}. History says which run removed what.")]);

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
        await using var location = await new RegistryLocator(_logger).LocateAsync(options, cancellationToken);
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
        await using var location = await new RegistryLocator(_logger).LocateAsync(options, cancellationToken);
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

    private static async Task<string> FindRunAsync(EarlierRuns earlier, string asked, CancellationToken cancellationToken)
    {
        try
        {
            var runs = await earlier.FindAsync(cancellationToken);
            if (asked == Latest)
                return runs is [.., var last] ? last : throw NotFound("There is no run whose trash is there, so that nothing can be put back.");
            if (runs.Contains(asked))
                return asked;
            throw NotFound((await earlier.ReadEndedAsync(cancellationToken)).FirstOrDefault(run => run.RunId == asked) is { } ended
                ? $"The run {asked} cannot be taken back: what it removed was {(ended.End == RunEnd.Freed ? "freed" : "put back")} already."
                : $"There is no run {asked}. History lists those that are known.");
        }
        catch (StoreAccessException e)
        {
            throw new CleanerException(ExitCode.Incomplete, e.Message);
        }

        static CleanerException NotFound(string sentence) => new(ExitCode.NotFound, sentence);
    }
}
