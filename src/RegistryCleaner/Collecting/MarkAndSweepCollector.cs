using System.Globalization;
using Microsoft.Extensions.Logging;
using RegistryCleaner.Marking;
using RegistryCleaner.Planning;
using RegistryCleaner.Pruning;
using RegistryCleaner.Store;

namespace RegistryCleaner.Collecting;

/// <summary>
/// Our own collector: marks what is in use from the tags of every repository, and sweeps the rest through the trash, in the order
/// and with the second looks of a prune.
/// </summary>
internal sealed partial class MarkAndSweepCollector(IStoreFiles files, Pruner pruner, ILogger logger)
{
    /// <summary>Finds what would go.</summary>
    /// <exception cref="CleanerException">More would go than is allowed, or there is no repository at all.</exception>
    public async Task<CollectionPlan> PlanAsync(CollectionQuestion question, DeletionLimit maxDelete, bool allowNoRepositories, CancellationToken cancellationToken)
    {
        var plan = await WithoutKeptAsync(await new CollectionPlanner(files, question).PlanAsync(cancellationToken), cancellationToken);
        LogPlanned(logger, plan.Blobs.Length, plan.AllBlobs);
        // A volume that is not mounted looks like this.
        if (!plan.HasRepositories && plan.AllBlobs > 0 && !allowNoRepositories)
        {
            throw new CleanerException(
                ExitCode.Refused,
                $"There are {Number(plan.AllBlobs)} blobs in the store, but no repository at all: are the repositories on a volume that is not mounted? If all of them were removed, say so with --allow-no-repositories.");
        }

        // Where no blob goes because not everything could be looked at, links go all the same: what they held counts.
        var going = plan.Blobs.Length + (plan.Repositories.IsEmpty ? 0 : plan.DoubtedBlobs);
        if (!maxDelete.Allows(going, plan.AllBlobs))
        {
            throw new CleanerException(
                ExitCode.Refused,
                $"{Number(going)} of the store's {Number(plan.AllBlobs)} blobs would go, more than --max-delete {maxDelete} allows: nothing was collected. If that is right, give a larger one, such as --max-delete 100%.");
        }

        return plan;
    }

    /// <summary>Does what the plan says.</summary>
    public async Task<CollectionReport> CollectAsync(CollectionPlan plan, PruneOutcome outcome, CancellationToken cancellationToken)
    {
        var before = (outcome.Manifests.Count, Tags: outcome.Tags.Count, Layers: outcome.Layers.Count);
        await pruner.ApplyAsync(plan, outcome, cancellationToken);
        var freed = outcome.Blobs.ToHashSet(StringComparer.Ordinal);
        List<CollectedBlob> blobs = [.. plan.Blobs.Where(blob => freed.Contains(blob.Digest.ToString()))];
        return (Report(plan) with
        {
            Blobs = blobs.Count,
            Bytes = blobs.Sum(blob => blob.Size),
            Manifests = outcome.Manifests.Count - before.Count,
            Tags = outcome.Tags.Count - before.Tags,
            Layers = outcome.Layers.Count - before.Layers,
            Uploads = outcome.Uploads.Count,
            Leftovers = outcome.Leftovers.Count,
        }).With(outcome, plan.Blobs.ToDictionary(blob => blob.Digest.ToString(), blob => blob.Size));
    }

    /// <summary>The plan as numbers.</summary>
    public static CollectionReport Report(CollectionPlan plan) => new()
    {
        Blobs = plan.Blobs.Length,
        Bytes = plan.Bytes,
        Manifests = plan.Repositories.Sum(repository => repository.Manifests.Length),
        Tags = plan.Repositories.Sum(repository => repository.Tags.Length),
        Layers = plan.Repositories.Sum(repository => repository.Layers.Length),
        Uploads = plan.Uploads.Length,
        Leftovers = plan.Leftovers.Length,
        RecentBlobs = plan.RecentBlobs,
        RecentBytes = plan.RecentBytes,
    };

    private async Task<CollectionPlan> WithoutKeptAsync(CollectionPlan plan, CancellationToken cancellationToken)
    {
        var (kept, remarks) = await pruner.FindKeptAsync(plan.Blobs.Select(blob => blob.Digest), cancellationToken);
        return plan with { Blobs = plan.Blobs.RemoveAll(blob => kept.ContainsKey(blob.Digest)), Remarks = [.. plan.Remarks, .. remarks] };
    }

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Garbage} of {All} blobs are in use by nothing")]
    private static partial void LogPlanned(ILogger logger, int garbage, int all);
}
