using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RegistryCleaner.Collecting;
using RegistryCleaner.Hosts;
using RegistryCleaner.Planning;
using RegistryCleaner.Pruning;
using RegistryCleaner.Selection;
using RegistryCleaner.Store;

namespace RegistryCleaner;

/// <summary>The way in: one method a verb, options in, a report out.</summary>
/// <remarks>
/// Every verb reads: find the registry, validate, read, plan, apply, report. Cancelling takes effect between steps; whatever was
/// begun is finished by the next run.
/// </remarks>
/// <param name="logger">Where it is said what goes on.</param>
/// <param name="confirm">
/// Asks a person, where there is one: told what rules and patterns are about to remove, it answers whether they may. Null where nobody is asked.
/// </param>
/// <param name="progress">Who is told how far it is with many files; null for nobody. What it throws ends the run, as if a file could not be read.</param>
public sealed partial class Cleaner(ILogger? logger = null, Func<string, CancellationToken, Task<bool>>? confirm = null, IProgress<CleanerProgress>? progress = null)
{
    private readonly ILogger _logger = logger ?? NullLogger.Instance;

    /// <summary>Removes images, and collects what they alone held.</summary>
    /// <exception cref="CleanerException">Nothing was touched: bad input, no registry, an image not found where that matters, or refused as unsafe.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two steps.</exception>
    public async Task<CleanerReport> CleanImagesAsync(CleanImagesOptions options, CancellationToken cancellationToken = default)
    {
        var request = await ImageRequest.ReadAsync(options, cancellationToken);
        // Whoever asks why does not want it done yet.
        if (request.Explained is not null)
            options = options with { DryRun = true };
        if (RegistryLocator.IsApiAlone(options))
        {
            if (request.Selects)
                throw new CleanerException(ExitCode.BadInput, "Patterns and rules need the registry's files, and only --registry-url was given: give --registry-container or --registry-root as well.");
            if (options.PlanOut is not null || request.Explained is not null)
                throw new CleanerException(ExitCode.BadInput, "--plan-out and --explain need the registry's files, and only --registry-url was given: give --registry-container or --registry-root as well.");
            return options is { Restart: false, Offline: false }
                ? await new ApiRun(options, _logger).RunAsync(request.Named, cancellationToken)
                : throw new CleanerException(ExitCode.BadInput, "--restart and --offline need the registry's container or directory: give --registry-container or --registry-root as well.");
        }

        var confirmation = new Confirmation(options is { DryRun: false, Yes: false } ? confirm : null);
        return options is { Restart: true, DryRun: false }
            ? await new StoppedRun(_logger).RunAsync(
                options, phase => CleanAsync(request, options with { DryRun = phase == StopPhase.Preview, StopPhase = phase }, confirmation, cancellationToken), cancellationToken)
            : await CleanAsync(request, options, confirmation, cancellationToken);
    }

    /// <summary>Collects what nothing refers to any longer.</summary>
    /// <exception cref="CleanerException">Nothing was touched: bad input, no registry, or refused as unsafe.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<CleanerReport> GarbageCollectAsync(GarbageCollectOptions options, CancellationToken cancellationToken = default)
    {
        if (options.Collector is not (CollectorKind.Full or CollectorKind.Registry))
            throw new CleanerException(ExitCode.BadInput, $"GarbageCollect collects with the collector full or registry, not {options.Collector}.");
        RequireFiles(options, "GarbageCollect");
        return options is { Restart: true, DryRun: false }
            ? await new StoppedRun(_logger).RunAsync(
                options, phase => CollectAsync(options with { DryRun = phase == StopPhase.Preview, StopPhase = phase }, cancellationToken), cancellationToken)
            : await CollectAsync(options, cancellationToken);
    }

    private async Task<CleanerReport> CleanAsync(ImageRequest request, CleanImagesOptions options, Confirmation confirmation, CancellationToken cancellationToken)
    {
        await using var location = await LocateAsync(options, cancellationToken);
        StoppedRun.RequirePossible(options.Restart, location);
        var run = await CleanerRun.StartAsync(location, options, options.Pruning, request.Repositories, options.DryRun, _logger, cancellationToken);
        if (options.Collector == CollectorKind.Registry)
            run.RequireStandstill(options.DryRun);
        return await run.RunAsync(options.DryRun, options.LockTimeout, async outcome =>
        {
            var resolved = await request.ResolveAsync(options, location, run.Reader, cancellationToken);
            var (plan, selection) = await run.PlanAsync(resolved, options, cancellationToken);
            RequireFound(plan, selection, options.Strict);
            var collection = new CollectionAfterPrune(run, options, plan);
            // Refused before anything is touched, rather than between pruning and collecting.
            await collection.PreviewAsync(cancellationToken);
            if (outcome is not null)
                await run.RequireAllowedAsync(plan.Repositories.Select(repository => repository.Name), cancellationToken);
            if (await confirmation.RequireAsync(selection, plan, cancellationToken) && outcome is not null)
                await run.RequireSameServingAsync(cancellationToken);
            if (outcome is not null)
                await CleanerRun.TryAsync(outcome, () => collection.PruneAndCollectAsync(outcome, cancellationToken), cancellationToken);
            var report = run.Report("CleanImages", options.Collector, outcome) with { Plan = plan, Selection = selection, CollectionPlan = collection.Plan, Collection = collection.Report };
            if (resolved.Explained is { } image)
                report = report with { Story = await run.ExplainAsync(image, plan, selection, cancellationToken) };
            if (options.PlanOut is { } file)
                await run.WritePlanAsync(file, report, resolved, cancellationToken);
            return report;
        }, cancellationToken);
    }

    private async Task<CleanerReport> CollectAsync(GarbageCollectOptions options, CancellationToken cancellationToken)
    {
        await using var location = await LocateAsync(options, cancellationToken);
        StoppedRun.RequirePossible(options.Restart, location);
        var run = await CleanerRun.StartAsync(location, options, options.Pruning, [], options.DryRun, _logger, cancellationToken);
        if (options.Collector == CollectorKind.Registry)
            run.RequireStandstill(options.DryRun);
        return await run.RunAsync(options.DryRun, options.LockTimeout, async outcome =>
        {
            var report = run.Report("GarbageCollect", options.Collector, outcome);
            return options.Collector == CollectorKind.Registry
                ? report with { Collection = await CollectByRegistryAsync(run, options, outcome, cancellationToken) }
                : await CollectAsync(run, report, options, outcome, cancellationToken);
        }, cancellationToken);
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
            await run.RequireAllowedAsync(plan.Repositories.Select(repository => repository.Name), cancellationToken);
        if (outcome is not null)
            await CleanerRun.TryAsync(outcome, async () => collection = await run.Collector.CollectAsync(plan, outcome, cancellationToken), cancellationToken);
        return report with { CollectionPlan = plan, Collection = collection };
    }

    private async Task<RegistryLocation> LocateAsync(RegistryOptions options, CancellationToken cancellationToken) =>
        await new RegistryLocator(_logger).LocateAsync(options, cancellationToken) with { Progress = progress };

    private static void RequireFound(PrunePlan plan, ImageSelection? selection, bool strict)
    {
        List<string> missing = [.. plan.Missing.Select(missing => $"{missing.Image}: {missing.Reason}"), .. selection?.Unmatched ?? []];
        if (strict && missing.Count > 0)
            throw new CleanerException(ExitCode.NotFound, missing);
    }
}
