using RegistryCleaner.Collecting;
using RegistryCleaner.Marking;
using RegistryCleaner.Planning;
using RegistryCleaner.Pruning;

namespace RegistryCleaner;

/// <summary>The collection that belongs to a run of CleanImages, by any of the collectors.</summary>
internal sealed class CollectionAfterPrune(CleanerRun run, CollectorKind kind, PrunePlan plan)
{
    /// <summary>What was freed; in a dry run, what would be where the collector is not the targeted one.</summary>
    public CollectionReport? Report { get; private set; }

    /// <summary>Refuses what would be refused afterwards.</summary>
    public async Task PreviewAsync(bool isDryRun, CancellationToken cancellationToken)
    {
        if (kind == CollectorKind.Full)
        {
            var collection = MarkAndSweepCollector.Report(await PlanFullAsync(isSimulated: true, cancellationToken));
            Report = isDryRun ? collection : null;
        }
        else if (kind == CollectorKind.Registry && !isDryRun && !plan.IsEmpty)
        {
            await run.RegistryCollector.PreviewAsync(new CollectionRequest(), cancellationToken);
        }
    }

    public async Task PruneAndCollectAsync(PruneOutcome outcome, CancellationToken cancellationToken)
    {
        // The targeted collection is part of pruning: blobs go in the same run, through the same trash.
        var isTargeted = kind == CollectorKind.Targeted;
        await run.Pruner.ApplyAsync(isTargeted ? plan : plan with { Blobs = [] }, outcome, cancellationToken);
        if (isTargeted)
            Report = Freed(outcome);
        else if (outcome.Failures.Count == 0 && kind == CollectorKind.Registry)
            Report = await run.RegistryCollector.CollectAsync(new CollectionRequest(), outcome.HasChanged, cancellationToken);
        else if (outcome.Failures.Count == 0 && kind == CollectorKind.Full)
            Report = await run.Collector.CollectAsync(await PlanFullAsync(isSimulated: false, cancellationToken), outcome, cancellationToken);
    }

    private Task<CollectionPlan> PlanFullAsync(bool isSimulated, CancellationToken cancellationToken)
    {
        var question = new CollectionQuestion
        {
            Now = DateTimeOffset.UtcNow,
            Grace = PrunePlanner.PushGrace,
            Pruned = new PrunedImages(plan, isDone: !isSimulated),
            Released = plan.ReleasedBlobs,
        };
        return run.PlanCollectionAsync(question, DeletionLimit.Default, allowNoRepositories: false, cancellationToken);
    }

    private CollectionReport Freed(PruneOutcome outcome)
    {
        var freed = outcome.Blobs.ToHashSet(StringComparer.Ordinal);
        var blobs = plan.Blobs.Where(blob => freed.Contains(blob.Digest.ToString())).ToList();
        return new CollectionReport { Blobs = blobs.Count, Bytes = blobs.Sum(blob => blob.Size) };
    }
}
