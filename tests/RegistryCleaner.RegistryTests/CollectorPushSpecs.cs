using Microsoft.Extensions.Logging.Abstractions;
using RegistryCleaner.Collecting;
using RegistryCleaner.Hosts;
using RegistryCleaner.Marking;
using RegistryCleaner.Planning;
using RegistryCleaner.Pruning;
using RegistryCleaner.RegistryTests.Fixture;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;
using Shouldly;

namespace RegistryCleaner.RegistryTests;

// A client that pushes an image whose manifest, links and layers are garbage at that moment, while these are taken away: before
// each of the calls that rename. The registry has no cache.
public class CollectorPushSpecs
{
    private static readonly BuiltManifest Image = ImageBuilder.Image("image");
    private static readonly BuiltManifest Garbage = ImageBuilder.Image("garbage", layers: ImageBuilder.Layers("garbage", 1000, 2000));

    // Manifests go first, then links to layers, then blobs, then, with nothing to put back, the trash.
    [DockerTheory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task What_is_pushed_while_it_is_collected_can_be_pulled_whole(int rename)
    {
        await using var scene = await RegistryScene.StartAsync(cache: false);
        await scene.Client.PushAsync(Image, "app", "1");
        await scene.Client.PushAsync(Garbage, "app");
        scene.Store.Age(TimeSpan.FromDays(2));
        Hosts.ContainerEngine.TryParse("docker", out var docker, out _).ShouldBeTrue();
        var files = new HookedFiles(
            new ContainerStoreFiles(CommandHost.InContainer(docker!, scene.Registry.Name), "/var/lib/registry/docker/registry", NullLogger.Instance),
            async count =>
            {
                if (count == rename)
                    await scene.Client.PushWithSkopeoAsync(Garbage, "app", "again");
            });
        var collector = new MarkAndSweepCollector(files, new Pruner(files, new StoreReader(files), NullLogger.Instance), NullLogger.Instance);
        var question = new CollectionQuestion { DeleteUntagged = true, Now = DateTimeOffset.UtcNow, Grace = TimeSpan.FromHours(1) };

        await collector.CollectAsync(await collector.PlanAsync(question, DeletionLimit.None, false, CancellationToken.None), new PruneOutcome(), CancellationToken.None);

        files.Moves.ShouldBeGreaterThanOrEqualTo(rename);
        await scene.ShouldHoldAsync(["app:1", "app:again"]);
        scene.Store.UnfinishedRuns().ShouldBeEmpty();
        (await scene.RunAsync("GarbageCollect", "--delete-untagged", "--max-delete", "100%", "--grace", "0s")).ShouldEndWith(0);
        await scene.ShouldHoldAsync(["app:1", "app:again"]);
    }

    // Does something before each of the collection's renames.
    private sealed class HookedFiles(IStoreFiles inner, Func<int, Task> beforeMove) : StoreFilesDecorator(inner, _ => { })
    {
        private readonly IStoreFiles inner = inner;

        public int Moves { get; private set; }

        public override async Task<IReadOnlyList<MoveOutcome>> MoveAsync(string fromBase, string toBase, IReadOnlyList<string> paths, CancellationToken cancellationToken)
        {
            await beforeMove(++Moves);
            return await inner.MoveAsync(fromBase, toBase, paths, cancellationToken);
        }
    }
}
