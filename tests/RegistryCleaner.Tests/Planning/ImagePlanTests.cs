using RegistryCleaner.TestKit;
using RegistryCleaner.Tests.Pruning;

namespace RegistryCleaner.Tests.Planning;

public class ImagePlanTests
{
    private const int LayerSize = 1024;

    [Fact]
    public async Task An_image_frees_alone_exactly_what_a_plan_for_it_alone_frees()
    {
        using var scene = new PruneScene();
        string[] images = ["team/app:1.0", "team/app:1.1", "team/app:stable", "team/app:2.0", "team/app:2.1", "team/gone:1", "team/gone:2", "team/last/one:1", "other:1.0"];
        var plan = await PruneScene.PlanAsync(scene.Files, images);

        plan.Images.Select(image => image.Image).ShouldBe(images, ignoreOrder: true);
        foreach (var image in plan.Images)
            image.BytesFreedAlone.ShouldBe((await PruneScene.PlanAsync(scene.Files, image.Image)).BytesFreed, image.Image);
        plan.Images.ShouldContain(image => image.BytesFreedAlone > 0);
    }

    [Fact]
    public async Task What_two_removed_images_share_is_freed_by_neither_alone()
    {
        using var store = new TemporaryStore();
        var builder = store.Builder;
        var shared = builder.Layer("app", "shared");
        builder.Tag("app", "1", builder.Image("app", "one", shared, builder.Layer("app", "one")));
        builder.Tag("app", "2", builder.Image("app", "two", shared, builder.Layer("app", "two")));
        builder.Tag("app", "3", builder.Image("app", "three", builder.Layer("app", "three")));

        var plan = await PlanAsync(store, "app:1", "app:2");

        plan.Images.ShouldAllBe(image => image.BytesShared == LayerSize);
        plan.BytesFreed.ShouldBe(plan.Images.Sum(image => image.BytesFreedAlone) + LayerSize);
    }

    [Fact]
    public async Task Two_tags_of_one_image_free_nothing_alone()
    {
        using var store = new TemporaryStore();
        var builder = store.Builder;
        builder.Tag("app", "latest", builder.Tag("app", "1", builder.Image("app", "one", builder.Layer("app", "one"))));

        var plan = await PlanAsync(store, "app:1", "app:latest");

        plan.BytesFreed.ShouldBeGreaterThan(LayerSize);
        plan.Images.ShouldAllBe(image => image.BytesFreedAlone == 0 && image.BytesShared == plan.BytesFreed);
    }

    [Fact]
    public async Task What_another_repository_holds_is_shared_whether_it_goes_or_stays()
    {
        using var store = new TemporaryStore();
        var builder = store.Builder;
        foreach (var repository in new[] { "a", "b" })
            builder.Tag(repository, "1", builder.Image(repository, repository, builder.Layer(repository, "both")));

        foreach (var images in new string[][] { ["a:1"], ["a:1", "b:1"], ["a:1", "b"] })
        {
            var plan = await PlanAsync(store, images);
            plan.Images.Single(image => image.Image == "a:1").BytesShared.ShouldBe(LayerSize, string.Join(' ', images));
        }
    }

    [Fact]
    public async Task A_whole_repositorys_untagged_manifests_and_stale_links_hold_their_blobs_too()
    {
        using var store = new TemporaryStore();
        var builder = store.Builder;
        var (untagged, stale) = (builder.Layer("app", "untagged"), builder.Layer("app", "stale"));
        builder.Image("app", "untagged", untagged);
        builder.Tag("app", "1", builder.Image("app", "one", untagged, builder.Layer("app", "one")));
        builder.Tag("other", "1", builder.Image("other", "other", builder.Layer("other", "stale")));

        var plan = await PlanAsync(store, "app", "other:1");

        plan.Images.Single(image => image.Image == "app:1").BytesShared.ShouldBe(LayerSize);
        plan.Images.Single(image => image.Image == "other:1").BytesShared.ShouldBe(LayerSize);
        plan.Blobs.Single(blob => blob.Digest == stale).Removed.ShouldBeTrue();
    }

    [Fact]
    public async Task A_manifest_named_by_its_digest_is_an_image_too()
    {
        using var store = new TemporaryStore();
        var builder = store.Builder;
        var untagged = builder.Image("app", "untagged", builder.Layer("app", "untagged"));
        builder.Tag("app", "1", builder.Image("app", "one", builder.Layer("app", "one")));

        var plan = await PlanAsync(store, $"app@{untagged}");

        plan.Images.Single().Image.ShouldBe($"app@{untagged}");
        plan.Images.Single().BytesFreedAlone.ShouldBe(plan.BytesFreed);
    }

    private static Task<RegistryCleaner.Planning.PrunePlan> PlanAsync(TemporaryStore store, params string[] images) =>
        PruneScene.PlanAsync(new RegistryCleaner.Store.LocalStoreFiles(Path.Combine(store.Builder.RootDirectory, RegistryCleaner.Store.StoreLayout.BaseDirectory)), images);
}
