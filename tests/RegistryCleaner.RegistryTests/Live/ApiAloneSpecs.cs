using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests.Live;

// Where nothing but the address is given: tags and manifests go through the API, the space stays for a later collection.
public class ApiAloneSpecs
{
    private static readonly BuiltManifest One = ImageBuilder.Image("one");
    private static readonly BuiltManifest Two = ImageBuilder.Image("two");
    private static readonly BuiltManifest Index = ImageBuilder.TwoPlatformIndex("index");

    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_only_the_removed_tags_led_to_goes_and_siblings_stay(int version)
    {
        await using var scene = await StartAsync(version);
        var before = scene.Store.Fingerprint();

        (await RunAsync(scene, "--images", "app:1", "app:multi", "--dry-run")).ShouldEndWith(0);
        scene.Store.Fingerprint().ShouldBe(before);
        var result = (await RunAsync(scene, "--images", "app:1", "app:multi", "--output", "json")).ShouldEndWith(0);

        result.Json.GetProperty("removed").GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()).ShouldBe(["app:1", "app:multi"], ignoreOrder: true);
        result.Error.ShouldContain("GarbageCollect");
        await scene.ShouldHoldAsync(["app:same", "app:2"]);
        await scene.ShouldNotKnowAsync(["app:1", "app:multi", $"app@{Index.Digest}"]);

        // What it made on the way is garbage like the rest, and goes with it.
        (await scene.RunAsync("GarbageCollect", "--grace", "0s", "--delete-untagged", "--max-delete", "100%", "--offline")).ShouldEndWith(0);
        await scene.Registry.RestartAsync();
        await scene.ShouldHoldAsync(["app:same", "app:2"]);
        scene.Store.BlobSizes().Keys.Order().ShouldBe((await scene.BlobsOfAsync(["app:same", "app:2"])).Order());
    }

    [DockerFact]
    public async Task A_tag_that_points_elsewhere_by_now_is_not_the_one_that_was_meant()
    {
        await using var scene = await StartAsync(2);

        (await RunAsync(scene, "--images", $"app:1@{Two.Digest}")).ShouldEndWith(0).Error.ShouldContain("points to");

        await scene.ShouldHoldAsync(["app:1", "app:same", "app:2", "app:multi"]);
    }

    [DockerFact]
    public async Task A_registry_that_does_not_delete_is_refused()
    {
        await using var scene = await RegistryScene.StartAsync();
        await scene.Client.PushAsync(One, "app", "1");

        (await RunAsync(scene, "--images", "app:1")).ShouldEndWith(4).Error.ShouldContain("storage.delete.enabled");

        await scene.ShouldHoldAsync(["app:1"]);
    }

    [DockerFact]
    public async Task What_needs_the_files_says_so()
    {
        await using var scene = await StartAsync(2);

        (await CleanerProcess.RunAsync("GarbageCollect", "--registry-url", $"http://{scene.Registry.Host}")).ShouldEndWith(2).Error.ShouldContain("--registry-root");
        (await RunAsync(scene, "--images", "app:1", "--restart")).ShouldEndWith(2);
    }

    private static async Task<RegistryScene> StartAsync(int version)
    {
        var scene = await RegistryScene.StartAsync(version: version, live: true);
        await scene.Client.PushAsync(One, "app", "1");
        await scene.Client.PushAsync(One, "app", "same");
        await scene.Client.PushAsync(Two, "app", "2");
        await scene.Client.PushAsync(Index, "app", "multi");
        return scene;
    }

    private static Task<CleanerResult> RunAsync(RegistryScene scene, params string[] words) =>
        CleanerProcess.RunAsync(["CleanImages", .. words, "--registry-url", $"http://{scene.Registry.Host}"]);
}
