using System.Globalization;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using RegistryCleaner.Collecting;
using RegistryCleaner.Marking;
using RegistryCleaner.Planning;
using RegistryCleaner.Pruning;
using RegistryCleaner.RegistryTests.Fixture;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;
using RegistryCleaner.TestKit.Sketches;
using Shouldly;

namespace RegistryCleaner.RegistryTests;

// The random stores of the fast tests, collected by ours and shown to real registries. They follow one another in the directory of a
// registry without a cache, which says what is there at any moment. With CsCheck_Seed=SEED in the environment the store that failed
// is the first one; REGISTRY_CLEANER_REGISTRY_STORES=1000 makes a long run.
public class RandomStoreSpecs
{
    private static readonly int Stores = int.Parse(Environment.GetEnvironmentVariable("REGISTRY_CLEANER_REGISTRY_STORES") ?? "12", CultureInfo.InvariantCulture);

    [DockerTheory]
    [InlineData(2, true)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public async Task A_registry_serves_all_that_stays_and_nothing_that_goes(int version, bool deleteUntagged)
    {
        await using var scene = await RegistryScene.StartAsync(RegistryScene.MountedDirectory, version, cache: false);
        await StoreSketches.Served.SampleAsync(sketch => CheckServedAsync(scene, sketch, deleteUntagged), iter: Stores, threads: 1, print: sketch => sketch.ToString());
    }

    [DockerFact]
    public async Task What_is_left_of_the_blobs_is_what_the_collector_of_a_2_leaves()
    {
        await using var scene = await RegistryScene.StartAsync(RegistryScene.MountedDirectory, cache: false);
        await StoreSketches.CollectedBy28.SampleAsync(sketch => CheckBlobsAsync(scene, sketch), iter: Stores, threads: 1, print: sketch => sketch.ToString());
    }

    private static async Task CheckServedAsync(RegistryScene scene, StoreSketch sketch, bool deleteUntagged)
    {
        Lay(scene.Store.Root, sketch);
        var model = new SlowModel(scene.Store.Root, new ModelQuestion(deleteUntagged, DateTime.UtcNow, TimeSpan.FromHours(1), TimeSpan.FromDays(1)));
        var oracle = new StoreOracle(scene.Store.Root);
        List<string> gone = [.. model.Tags.Select(path => ImageOf(path, "/_manifests/tags/", ":")), .. model.Manifests.Select(path => ImageOf(path[..^"/link".Length], "/_manifests/revisions/sha256/", "@sha256:"))];
        List<string> whole = [.. oracle.WholeTags.Concat(oracle.WholeManifests).Except(gone)];
        await scene.ShouldPullWholeAsync(whole);

        await CollectAsync(scene.Store.Root, deleteUntagged);

        await scene.ShouldPullWholeAsync(whole);
        await scene.ShouldNotKnowAsync(gone);
    }

    private static async Task CheckBlobsAsync(RegistryScene scene, StoreSketch sketch)
    {
        Lay(scene.Store.Root, sketch);
        await scene.Registry.ExecAsync("/bin/registry", "garbage-collect", scene.Registry.ConfigurationPath);
        var left = scene.Store.BlobSizes();

        Lay(scene.Store.Root, sketch);
        await CollectAsync(scene.Store.Root, deleteUntagged: false);

        scene.Store.BlobSizes().Keys.Order().ShouldBe(left.Keys.Order());
    }

    private static void Lay(string root, StoreSketch sketch)
    {
        if (Directory.Exists($"{root}/docker"))
            Directory.Delete($"{root}/docker", recursive: true);
        SketchWriter.Write(new StoreBuilder(root), sketch);
    }

    private static async Task CollectAsync(string root, bool deleteUntagged)
    {
        var files = new LocalStoreFiles($"{root}/{StoreLayout.BaseDirectory}");
        var collector = new MarkAndSweepCollector(files, new Pruner(files, new StoreReader(files), NullLogger.Instance), NullLogger.Instance);
        var question = new CollectionQuestion { DeleteUntagged = deleteUntagged, Now = DateTimeOffset.UtcNow, Grace = TimeSpan.FromHours(1), UploadsOlderThan = TimeSpan.FromDays(1) };
        var plan = await collector.PlanAsync(question, DeletionLimit.None, allowNoRepositories: true, CancellationToken.None);
        await collector.CollectAsync(plan, new PruneOutcome(), CancellationToken.None);
    }

    // repositories/NAME/_manifests/tags/TAG
    private static string ImageOf(string path, string separator, string written) => path["repositories/".Length..].Replace(separator, written);
}
