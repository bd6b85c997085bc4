using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RegistryCleaner.Collecting;
using RegistryCleaner.Hosts;
using RegistryCleaner.Planning;
using RegistryCleaner.Pruning;
using RegistryCleaner.Store;

namespace RegistryCleaner;

/// <summary>The way in: one method a verb, options in, a report out.</summary>
/// <remarks>
/// Every verb reads: find the registry, validate, read, plan, apply, report. Cancelling takes effect between steps; whatever was
/// begun is finished by the next run.
/// </remarks>
public sealed class Cleaner(ILogger? logger = null)
{
    private readonly ILogger _logger = logger ?? NullLogger.Instance;

    /// <summary>Removes images, and collects what they alone held.</summary>
    /// <exception cref="CleanerException">Nothing was touched: bad input, no registry, an image not found where that matters, or refused as unsafe.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two steps.</exception>
    public async Task<CleanerReport> CleanImagesAsync(CleanImagesOptions options, CancellationToken cancellationToken = default)
    {
        var images = ImageList.Parse(options.Images);
        var location = await new RegistryLocator(_logger).LocateAsync(options, cancellationToken);
        RequireRestartable(options.Restart, location);
        var run = new CleanerRun(location, _logger);
        return await run.RunAsync(options.DryRun, async outcome =>
        {
            var request = await ImageList.ResolveAsync(images, options, location, run.Reader, cancellationToken);
            var plan = await run.PlanAsync(request, options.KeepEmpty, cancellationToken);
            RequireFound(plan, options.Strict);
            var collection = new CollectionAfterPrune(run, options, plan);
            // Refused before anything is touched, rather than between pruning and collecting.
            await collection.PreviewAsync(cancellationToken);
            if (outcome is not null)
                await CleanerRun.TryAsync(outcome, () => collection.PruneAndCollectAsync(outcome, cancellationToken), cancellationToken);
            return run.Report("CleanImages", options.Collector, outcome) with { Plan = plan, CollectionPlan = collection.Plan, Collection = collection.Report };
        }, options.Restart, cancellationToken);
    }

    /// <summary>Collects what nothing refers to any longer.</summary>
    /// <exception cref="CleanerException">Nothing was touched: bad input, no registry, or refused as unsafe.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<CleanerReport> GarbageCollectAsync(GarbageCollectOptions options, CancellationToken cancellationToken = default)
    {
        if (options.Collector is not (CollectorKind.Full or CollectorKind.Registry))
            throw new CleanerException(ExitCode.BadInput, $"GarbageCollect collects with the collector full or registry, not {options.Collector}.");
        var location = await new RegistryLocator(_logger).LocateAsync(options, cancellationToken);
        RequireRestartable(options.Restart, location);
        var run = new CleanerRun(location, _logger);
        return await run.RunAsync(options.DryRun, async outcome =>
        {
            var report = run.Report("GarbageCollect", options.Collector, outcome);
            return options.Collector == CollectorKind.Registry
                ? report with { Collection = await CollectByRegistryAsync(run, options, outcome, cancellationToken) }
                : await CollectAsync(run, report, options, outcome, cancellationToken);
        }, options.Restart, cancellationToken);
    }

    private static async Task<CollectionReport> CollectByRegistryAsync(CleanerRun run, GarbageCollectOptions options, PruneOutcome? outcome, CancellationToken cancellationToken)
    {
        var request = new CollectionRequest(options.DeleteUntagged, options.AllowMultiArchLoss);
        return outcome is null
            ? await run.RegistryCollector.PreviewAsync(request, cancellationToken)
            : await run.RegistryCollector.CollectAsync(request, outcome.HasChanged, cancellationToken);
    }

    private static async Task<CleanerReport> CollectAsync(
        CleanerRun run, CleanerReport report, GarbageCollectOptions options, PruneOutcome? outcome, CancellationToken cancellationToken)
    {
        var plan = await run.PlanCollectionAsync(options.Question(await run.Reader.GetTimeAsync(cancellationToken)), options.MaxDelete, options.AllowNoRepositories, cancellationToken);
        var collection = MarkAndSweepCollector.Report(plan);
        if (outcome is not null)
            await CleanerRun.TryAsync(outcome, async () => collection = await run.Collector.CollectAsync(plan, outcome, cancellationToken), cancellationToken);
        return report with { CollectionPlan = plan, Collection = collection };
    }

    private static void RequireRestartable(bool restart, RegistryLocation location)
    {
        if (restart && RegistryRestart.WhyImpossible(location.Host) is { } reason)
            throw new CleanerException(ExitCode.BadInput, reason);
    }

    private static void RequireFound(PrunePlan plan, bool strict)
    {
        if (strict && plan.Missing.Length > 0)
            throw new CleanerException(ExitCode.NotFound, [.. plan.Missing.Select(missing => $"{missing.Image}: {missing.Reason}")]);
    }
}
