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
        var collector = options.Collector == CollectorKind.Registry ? run.Collector : null;
        return await run.RunAsync(options.DryRun, async outcome =>
        {
            var request = await ImageList.ResolveAsync(images, options, location, run.Reader, cancellationToken);
            var plan = await run.PlanAsync(request, options.KeepEmpty, cancellationToken);
            RequireFound(plan, options.Strict);
            // Refused before anything is touched, rather than between pruning and collecting.
            if (collector is not null && !options.DryRun && !plan.IsEmpty)
                await collector.PreviewAsync(new CollectionRequest(), cancellationToken);

            CollectionReport? collection = null;
            if (outcome is not null)
            {
                await CleanerRun.TryAsync(outcome, async () =>
                {
                    // The targeted collection is part of pruning: blobs go in the same run, through the same trash.
                    var isTargeted = options.Collector == CollectorKind.Targeted;
                    await run.Pruner.ApplyAsync(isTargeted ? plan : plan with { Blobs = [] }, outcome, cancellationToken);
                    if (collector is not null && outcome.Failures.Count == 0)
                        collection = await collector.CollectAsync(new CollectionRequest(), outcome.HasChanged, cancellationToken);
                    else if (isTargeted)
                        collection = Freed(plan, outcome);
                }, cancellationToken);
            }

            return run.Report("CleanImages", options.Collector, plan, outcome, collection);
        }, options.Restart, cancellationToken);
    }

    /// <summary>Collects what nothing refers to any longer.</summary>
    /// <exception cref="CleanerException">Nothing was touched: bad input, no registry, or refused as unsafe.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<CleanerReport> GarbageCollectAsync(GarbageCollectOptions options, CancellationToken cancellationToken = default)
    {
        var location = await new RegistryLocator(_logger).LocateAsync(options, cancellationToken);
        RequireRestartable(options.Restart, location);
        var run = new CleanerRun(location, _logger);
        var request = new CollectionRequest(options.DeleteUntagged, options.AllowMultiArchLoss);
        return await run.RunAsync(options.DryRun, async outcome =>
        {
            var collection = outcome is null
                ? await run.Collector.PreviewAsync(request, cancellationToken)
                : await run.Collector.CollectAsync(request, outcome.HasChanged, cancellationToken);
            return run.Report("GarbageCollect", CollectorKind.Registry, null, outcome, collection);
        }, options.Restart, cancellationToken);
    }

    private static CollectionReport Freed(PrunePlan plan, PruneOutcome outcome)
    {
        var freed = outcome.Blobs.ToHashSet(StringComparer.Ordinal);
        var blobs = plan.Blobs.Where(blob => freed.Contains(blob.Digest.ToString())).ToList();
        return new CollectionReport(blobs.Count, blobs.Sum(blob => blob.Size), 0);
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
