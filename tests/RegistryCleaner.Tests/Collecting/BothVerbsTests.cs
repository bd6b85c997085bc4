using RegistryCleaner.Collecting;
using RegistryCleaner.Planning;

namespace RegistryCleaner.Tests.Collecting;

/// <summary>CleanImages with GarbageCollect behind it: the dry run of both says what both do.</summary>
public class BothVerbsTests
{
    [Theory]
    [InlineData(CollectorKind.Targeted)]
    [InlineData(CollectorKind.Full)]
    [InlineData(CollectorKind.None)]
    public async Task The_dry_run_of_both_predicts_what_both_do(CollectorKind collector)
    {
        using var scene = Scene();
        scene.Store.Blob("orphan"u8);
        scene.Store.Write("v2/repositories/app/_layers/sha512/" + new string('a', 128) + "/link", System.Text.Encoding.ASCII.GetBytes(scene.Store.Layer("app", "two").ToString()));
        scene.Store.Age(TimeSpan.FromDays(2));

        var planned = await RunAsync(scene, dryRun: true, collector);
        var done = await RunAsync(scene, dryRun: false, collector);

        planned.ShouldBe(done);
        done.Sum(report => report!.Blobs).ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task The_limit_says_the_same_in_the_dry_run()
    {
        using var scene = Scene();
        for (byte i = 0; i < 7; i++)
            scene.Store.Blob([i]);
        scene.Store.Age(TimeSpan.FromDays(2));

        foreach (var dryRun in new[] { true, false })
            (await Should.ThrowAsync<CleanerException>(() => RunAsync(scene, dryRun, CollectorKind.Targeted, DeletionLimit.Default))).ExitCode.ShouldBe(ExitCode.Refused);
    }

    [Fact]
    public async Task A_repository_that_is_to_stay_empty_stays_whatever_collects()
    {
        using var scene = Scene();
        scene.Store.Age(TimeSpan.FromDays(2));

        await new Cleaner().CleanImagesAsync(new CleanImagesOptions { Images = ["app:1", "app:2"], RegistryRoot = scene.Store.RootDirectory, Collector = CollectorKind.Full, KeepEmpty = true, MaxDelete = DeletionLimit.None });

        scene.Store.Has("v2/repositories/app/_layers").ShouldBeTrue();
    }

    [Fact]
    public async Task No_repository_is_left_with_manifests_and_without_layers()
    {
        using var scene = Scene();
        scene.Store.Age(TimeSpan.FromDays(2));
        // As deleting both images by the API leaves it.
        foreach (var link in Directory.GetFiles(scene.Store.FullPath("v2/repositories/app/_manifests/revisions"), "link", SearchOption.AllDirectories))
            File.Delete(link);
        Directory.Delete(scene.Store.FullPath("v2/repositories/app/_manifests/tags"), recursive: true);

        await new Cleaner().GarbageCollectAsync(new GarbageCollectOptions { RegistryRoot = scene.Store.RootDirectory, MaxDelete = DeletionLimit.None });

        scene.Store.Has("v2/repositories/app/_manifests").ShouldBe(scene.Store.Has("v2/repositories/app/_layers"));
    }

    private static OwnScene Scene()
    {
        var scene = new OwnScene();
        scene.Store.Tag("app", "1", scene.Store.Image("app", "one", scene.Store.Layer("app", "one")));
        scene.Store.Tag("app", "2", scene.Store.Image("app", "two", scene.Store.Layer("app", "two")));
        return scene;
    }

    private static async Task<CollectionReport?[]> RunAsync(OwnScene scene, bool dryRun, CollectorKind collector, DeletionLimit? limit = null)
    {
        var cleaner = new Cleaner();
        var clean = await cleaner.CleanImagesAsync(new CleanImagesOptions { Images = ["app:2"], RegistryRoot = scene.Store.RootDirectory, DryRun = dryRun, Collector = collector, TrashRetention = TimeSpan.Zero });
        var freed = clean.Collection ?? (dryRun && collector == CollectorKind.Targeted ? Freed(clean) : CollectionReport.Empty);
        var collect = await cleaner.GarbageCollectAsync(new GarbageCollectOptions { RegistryRoot = scene.Store.RootDirectory, DryRun = dryRun, After = clean, MaxDelete = limit ?? DeletionLimit.None, TrashRetention = TimeSpan.Zero });
        return [freed, collect.Collection];
    }

    private static CollectionReport Freed(CleanerReport report) =>
        new() { Blobs = report.Plan!.Blobs.Count(blob => blob.Removed), Bytes = report.Plan.BytesFreed };
}
