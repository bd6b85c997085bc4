using Microsoft.Extensions.Logging.Abstractions;
using RegistryCleaner.Collecting;
using RegistryCleaner.Marking;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Pruning;
using RegistryCleaner.Store;
using RegistryCleaner.Tests.Pruning;

namespace RegistryCleaner.Tests.Collecting;

/// <summary>A store that a test fills itself, beside one image that stays and is whole.</summary>
public sealed class OwnScene : RunScene
{
    public OwnScene() => Store.Tag("keep", "1", Store.Image("keep", "kept", Store.Layer("keep", "kept")));

    public bool DeleteUntagged { get; init; } = true;

    public DeletionLimit Limit { get; init; } = DeletionLimit.None;

    public static bool IsGoing(CollectionPlan plan, Digest digest) =>
        plan.Blobs.Any(blob => blob.Digest == digest)
        || plan.Repositories.Any(repository => repository.Layers.Concat(repository.Manifests).Any(link => link.Digest == digest));

    public Task<CollectionPlan> PlanAsync(IStoreFiles? files = null) => PlanAsync(files ?? Files, DeleteUntagged, Limit);

    /// <summary>Plans a collection that leaves nothing out.</summary>
    public static Task<CollectionPlan> PlanAsync(IStoreFiles files, bool deleteUntagged, DeletionLimit limit)
    {
        var question = new CollectionQuestion { DeleteUntagged = deleteUntagged, Now = DateTimeOffset.UtcNow, Grace = TimeSpan.FromHours(1), UploadsOlderThan = TimeSpan.FromDays(1), Leftovers = true };
        return Collector(files).PlanAsync(question, limit, allowNoRepositories: false, CancellationToken.None);
    }

    /// <summary>Plans undisturbed, and applies through other files.</summary>
    public async Task<PruneOutcome> CollectAsync(IStoreFiles? files = null)
    {
        var outcome = new PruneOutcome();
        await Collector(files ?? Files).CollectAsync(await PlanAsync(), outcome, CancellationToken.None);
        return outcome;
    }

    protected override async Task ApplyAsync(IStoreFiles files, PruneOutcome outcome) =>
        await Collector(files).CollectAsync(await PlanAsync(files), outcome, CancellationToken.None);

    internal static MarkAndSweepCollector Collector(IStoreFiles files) => new(files, PrunerOf(files), NullLogger.Instance);
}
