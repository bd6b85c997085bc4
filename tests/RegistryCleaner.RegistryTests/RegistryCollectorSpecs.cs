using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests;

// The registry's own collector, where it would destroy what is in use (2.8; the numbers are those of the behaviours that were
// found in it): refused by name before it starts, with everything still there; and run where it is right.
public sealed class RegistryCollectorSpecs(EmptyRegistries registries) : IClassFixture<EmptyRegistries>
{
    private static readonly BuiltManifest Image = ImageBuilder.Image("image");
    private static readonly BuiltManifest Other = ImageBuilder.Image("other");
    private static readonly BuiltManifest Index = ImageBuilder.TwoPlatformIndex("index");

    [DockerFact]
    public async Task Row_1_untagged_platforms_of_an_index_are_not_deleted_by_a_2()
    {
        var scene = await StartAsync();
        await scene.Client.PushAsync(Index, "multi", "1");
        Age(scene);

        await RefusedAsync(scene, ["multi"], "--delete-untagged");
        (await CollectAsync(scene)).ShouldEndWith(0);
        await scene.ShouldHoldAsync(["app:1", "multi:1"]);
    }

    [DockerFact]
    public async Task Row_1_unless_the_user_insists()
    {
        var scene = await StartAsync();
        await scene.Client.PushAsync(Index, "multi", "1");
        Age(scene);

        (await CollectAsync(scene, "--delete-untagged", "--allow-multi-arch-loss")).ShouldEndWith(0);
        await scene.ShouldPullWholeAsync(["app:1"]);
        await Should.ThrowAsync<IncompletePullException>(() => scene.Client.PullWholeAsync("multi", "1"));
    }

    [DockerFact]
    public async Task Row_2_a_stray_file_that_would_hide_every_repository_behind_it()
    {
        var scene = await StartAsync();
        await File.WriteAllTextAsync(scene.Store.Repository("_note"), "hello");

        await RefusedAsync(scene, ["_note", "app"]);
    }

    [DockerFact]
    public async Task Row_3_a_repository_without_tags()
    {
        var scene = await StartAsync();
        await scene.Client.PushAsync(Other, "untagged");
        Directory.Exists(scene.Store.Repository("untagged", "_manifests/tags")).ShouldBeFalse();
        Age(scene);

        await RefusedAsync(scene, ["gives up"], "--delete-untagged");
        (await CollectAsync(scene)).ShouldEndWith(0);
        await scene.ShouldPullWholeAsync(["app:1", $"untagged@{Other.Digest}"]);
    }

    [DockerFact]
    public async Task Row_4_an_empty_tag_link()
    {
        var scene = await StartAsync();
        await scene.Client.PushAsync(Other, "half", "1");
        await File.WriteAllTextAsync(scene.Store.TagLink("half", "1"), "");
        Age(scene);

        await RefusedAsync(scene, ["gives up"], "--delete-untagged");
        (await CollectAsync(scene)).ShouldEndWith(0);
        await scene.ShouldPullWholeAsync(["app:1", $"half@{Other.Digest}"]);
    }

    [DockerFact]
    public async Task Row_4b_an_empty_revision_link()
    {
        var scene = await StartAsync();
        await scene.Client.PushAsync(Other, "half", "1");
        await File.WriteAllTextAsync(scene.Store.Revision("half", Other.Digest), "");

        await RefusedAsync(scene, ["gives up"]);
    }

    [DockerFact]
    public async Task Row_5_a_manifest_whose_blob_is_missing_keeps_its_layers()
    {
        var scene = await StartAsync();
        await scene.Client.PushAsync(Other, "lost", "1");
        File.Delete(scene.Store.Blob(Other.Digest));

        await RefusedAsync(scene, ["lost"]);
        Other.Blobs.ShouldAllBe(blob => File.Exists(scene.Store.Blob(blob.Digest)));
    }

    [DockerTheory]
    [InlineData("")]
    [InlineData("{\"schemaVersion\":2,\"mediaType\":\"application/x-unknown\"}")]
    public async Task Rows_6_and_7_a_manifest_that_is_altered_or_unknown(string content)
    {
        var scene = await StartAsync();
        await scene.Client.PushAsync(Other, "altered", "1");
        await File.WriteAllTextAsync(scene.Store.Blob(Other.Digest), content);

        await RefusedAsync(scene, ["gives up"]);
        Other.Blobs.ShouldAllBe(blob => File.Exists(scene.Store.Blob(blob.Digest)));
    }

    [DockerFact]
    public async Task Row_8_a_first_push_that_has_no_manifest_yet()
    {
        var scene = await StartAsync();
        var layer = await scene.Client.PutBlobAsync("fresh", "a layer"u8.ToArray());
        Age(scene);

        await RefusedAsync(scene, ["fresh"]);
        File.Exists(scene.Store.Blob(layer)).ShouldBeTrue();
    }

    [DockerTheory]
    [InlineData("Foo")]
    [InlineData("lost+found")]
    public async Task Row_9_a_directory_whose_name_no_repository_can_have(string name)
    {
        var scene = await StartAsync();
        await scene.Client.PushAsync(Other, "other", "1");
        Directory.Move(scene.Store.Repository("other"), scene.Store.Repository(name));

        await RefusedAsync(scene, [name]);
    }

    [DockerFact]
    public async Task Row_10_a_store_without_repositories_or_blobs()
    {
        var scene = await registries.SceneAsync(wayIn: RegistryScene.DockerExec);
        Directory.CreateDirectory($"{scene.Store.Registry}/v2");

        (await CollectAsync(scene)).ShouldEndWith(0);
    }

    [DockerFact]
    public async Task Row_14_a_repository_that_holds_an_index_alone()
    {
        var scene = await StartAsync();
        await scene.Client.PushAsync(Index, "multi", "1");
        Directory.Delete(scene.Store.Repository("multi", "_layers"), recursive: true);

        await RefusedAsync(scene, ["multi"]);
    }

    [DockerFact]
    public async Task Row_16_an_untagged_referrer_of_a_tagged_image()
    {
        var scene = await StartAsync();
        var signature = ImageBuilder.Artifact("signature", Image);
        await scene.Client.PushAsync(signature, "app");
        Age(scene);

        await RefusedAsync(scene, ["app"], "--delete-untagged");
        await scene.ShouldPullWholeAsync([$"app@{signature.Digest}"]);
    }

    [DockerFact]
    public async Task Untagged_manifests_go_where_they_are_asked_for()
    {
        var scene = await StartAsync();
        await scene.Client.PushAsync(Other, "app");
        Age(scene);

        (await CollectAsync(scene)).ShouldEndWith(0);
        await scene.ShouldPullWholeAsync([$"app@{Other.Digest}"]);
        var report = (await CollectAsync(scene, "--delete-untagged", "--output", "json")).ShouldEndWith(0);
        report.Json.GetProperty("collection").GetProperty("manifests").GetInt32().ShouldBe(1);
        await scene.Registry.RestartAsync();
        await scene.ShouldHoldAsync(["app:1"]);
        await scene.ShouldNotKnowAsync([$"app@{Other.Digest}"]);
        scene.Store.BlobSizes().Keys.Order().ShouldBe((await scene.BlobsOfAsync(["app:1"])).Order());
    }

    [DockerFact]
    public async Task CleanImages_with_the_registrys_collector_refuses_before_it_touches_anything()
    {
        var scene = await StartAsync();
        await scene.Client.PutBlobAsync("fresh", "a layer"u8.ToArray());
        var before = scene.Store.BlobSizes();

        (await scene.RunAsync("CleanImages", "--images", "app:1", "--collector", "registry")).ShouldEndWith(4);
        await scene.ShouldPullWholeAsync(["app:1"]);
        scene.Store.BlobSizes().ShouldBe(before, ignoreOrder: true);
        (await scene.RunAsync("CleanImages", "--images", "app:1")).ShouldEndWith(0);
    }

    private async Task<RegistryScene> StartAsync()
    {
        var scene = await registries.SceneAsync(wayIn: RegistryScene.DockerExec);
        await scene.Client.PushAsync(Image, "app", "1");
        return scene;
    }

    // What was pushed within the last hour counts as a push in progress, where nothing else accounts for it.
    private static void Age(RegistryScene scene) => scene.Store.Age(TimeSpan.FromHours(2));

    private static Task<CleanerResult> CollectAsync(RegistryScene scene, params string[] options) =>
        scene.RunAsync(["GarbageCollect", "--collector", "registry", .. options]);

    private static async Task RefusedAsync(RegistryScene scene, IEnumerable<string> named, params string[] options)
    {
        var before = scene.Store.BlobSizes();
        var result = (await CollectAsync(scene, options)).ShouldEndWith(4);
        foreach (var name in named)
            result.Error.ShouldContain(name);
        scene.Store.BlobSizes().ShouldBe(before, ignoreOrder: true);
        await scene.ShouldPullWholeAsync(["app:1"]);
    }
}
