using RegistryCleaner.Collecting;
using RegistryCleaner.Marking;
using RegistryCleaner.Planning;
using RegistryCleaner.Pruning;

namespace RegistryCleaner;

/// <summary>The collection that belongs to a run of CleanImages, by any of the collectors.</summary>
internal sealed class CollectionAfterPrune(CleanerRun run, CleanImagesOptions options, PrunePlan plan)
{
    private readonly CollectorKind _kind = options.Collector;


    /// <summary>What our own full collector decided; null where it did not run.</summary>
    public CollectionPlan? Plan { get; private set; }

    /// <summary>What was freed; in a dry run, what would be where the collector is not the targeted one.</summary>
    public CollectionReport? Report { get; private set; }

    /// <summary>Refuses what would be refused afterwards.</summary>
    public async Task PreviewAsync(CancellationToken cancellationToken)
    {
        if (_kind == CollectorKind.Full)
        {
            Plan = await PlanFullAsync(isSimulated: true, cancellationToken);
            Report = options.DryRun ? MarkAndSweepCollector.Report(Plan) : null;
        }
        else if (_kind == CollectorKind.Registry && !options.DryRun && !plan.IsEmpty)
        {
            await run.RegistryCollector.PreviewAsync(new CollectionRequest(), cancellationToken);
        }
    }

    public async Task PruneAndCollectAsync(PruneOutcome outcome, CancellationToken cancellationToken)
    {
        // The targeted collection is part of pruning: blobs go in the same run, through the same trash.
        var isTargeted = _kind == CollectorKind.Targeted;
        await run.Pruner.ApplyAsync(isTargeted ? plan : plan with { Blobs = [] }, outcome, cancellationToken);
        if (isTargeted)
            Report = Freed(outcome);
        else if (outcome.Failures.Count == 0 && _kind == CollectorKind.Registry)
            Report = await run.RegistryCollector.CollectAsync(new CollectionRequest(), outcome.HasChanged, cancellationToken);
        else if (outcome.Failures.Count == 0 && _kind == CollectorKind.Full)
            Report = await run.Collector.CollectAsync(Plan = await PlanFullAsync(isSimulated: false, cancellationToken), outcome, cancellationToken);
    }

    private async Task<CollectionPlan> PlanFullAsync(bool isSimulated, CancellationToken cancellationToken)
    {
        var question = new CollectionQuestion
        {
            Now = await run.Reader.GetTimeAsync(cancellationToken),
            Grace = PrunePlanner.PushGrace,
            KeepEmpty = options.KeepEmpty,
            Pruned = new PrunedImages(plan, isDone: !isSimulated),
            Released = plan.ReleasedBlobs,
        };
        return await run.PlanCollectionAsync(question, options.MaxDelete ?? DeletionLimit.Default, allowNoRepositories: false, cancellationToken);
    }

    private CollectionReport Freed(PruneOutcome outcome)
    {
        var freed = outcome.Blobs.ToHashSet(StringComparer.Ordinal);
        var blobs = plan.Blobs.Where(blob => freed.Contains(blob.Digest.ToString())).ToList();
        return new CollectionReport { Blobs = blobs.Count, Bytes = blobs.Sum(blob => blob.Size) }.With(outcome, plan.Blobs.ToDictionary(blob => blob.Digest.ToString(), blob => blob.Size));
    }
}
