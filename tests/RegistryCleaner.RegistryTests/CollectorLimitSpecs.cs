using System.Text.Json;
using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests;

// What our own collector refuses, and what it leaves for its age.
public sealed class CollectorLimitSpecs(EmptyRegistries registries) : IClassFixture<EmptyRegistries>
{
    private static readonly TimeSpan Old = TimeSpan.FromDays(2);
    private static readonly BuiltManifest Image = ImageBuilder.Image("image", layers: ImageBuilder.Layers("image", 1000, 2000, 3000));
    private static readonly BuiltManifest Other = ImageBuilder.Image("other", layers: [Image.Layers[0], BuiltLayer.From("other", 5000)]);

    [DockerFact]
    public async Task Blobs_without_any_repository_stay_unless_that_is_said_to_be_right()
    {
        var scene = await registries.SceneAsync();
        await scene.Client.PushAsync(Image, "app", "1");
        Directory.Delete(scene.Store.Repositories, recursive: true);
        scene.Store.Age(Old);

        await RefusedAsync(scene, "There are 5 blobs in the store, but no repository at all");
        await RefusedAsync(scene, "There are 5 blobs in the store, but no repository at all", "--max-delete", "100%");
        (await scene.RunAsync("GarbageCollect", "--allow-no-repositories", "--max-delete", "100%")).ShouldEndWith(0);
        scene.Store.BlobSizes().ShouldBeEmpty();
    }

    [DockerTheory]
    [InlineData("50%", "100%")]
    [InlineData("3", "4")]
    public async Task More_than_may_go_at_once_is_refused_with_the_numbers(string tooLittle, string enough)
    {
        var scene = await registries.SceneAsync();
        await scene.Client.PushAsync(ImageBuilder.Image("small", layers: [Image.Layers[0]]), "app", "1");
        await scene.Client.PushAsync(Image, "app");
        scene.Store.Age(Old);

        await RefusedAsync(scene, $"4 of the store's 7 blobs would go, more than --max-delete {tooLittle} allows", "--delete-untagged", "--max-delete", tooLittle);
        await RefusedAsync(scene, "4 of the store's 7 blobs", "--delete-untagged", "--dry-run");
        (await scene.RunAsync("GarbageCollect", "--delete-untagged", "--max-delete", enough)).ShouldEndWith(0);
        await scene.ShouldHoldAsync(["app:1"]);
        scene.Store.BlobSizes().Count.ShouldBe(3);
    }

    [DockerTheory]
    [InlineData("0")]
    [InlineData("0s")]
    public async Task What_is_young_stays_unless_no_grace_is_given(string grace)
    {
        var scene = await registries.SceneAsync();
        await scene.Client.PushAsync(Image, "app", "1");
        var old = scene.Store.AddBlob("old"u8.ToArray());
        scene.Store.Age(Old);
        var fresh = scene.Store.AddBlob("fresh"u8.ToArray());
        // An upload that took long: its last byte is old, and a moment ago it was renamed into its place.
        var arrived = scene.Store.AddBlob("arrived just now"u8.ToArray());
        File.SetLastWriteTimeUtc(scene.Store.Blob(arrived), DateTime.UtcNow - Old);

        var first = (await scene.RunAsync("GarbageCollect", "--output", "json")).ShouldEndWith(0);
        first.Collected("recentBlobs").ShouldBe(2);
        scene.Store.BlobSizes().Keys.ShouldNotContain(old);
        new[] { fresh, arrived }.ShouldBeSubsetOf(scene.Store.BlobSizes().Keys);

        (await scene.RunAsync("GarbageCollect", "--grace", grace)).ShouldEndWith(0);
        scene.Store.BlobSizes().Keys.Order().ShouldBe((await scene.BlobsOfAsync(["app:1"])).Order());
    }

    [DockerTheory]
    [InlineData("targeted")]
    [InlineData("none")]
    public async Task After_CleanImages_what_its_images_held_goes_at_once_as_the_dry_run_of_both_said(string collector)
    {
        var scene = await registries.SceneAsync();
        await scene.Client.PushAsync(Other, "app", "2");
        await scene.Client.PushAsync(ImageBuilder.Image("signature"), "app", $"sha256-{Image.Hex}.sig");
        scene.Store.AddBlob("old"u8.ToArray());
        scene.Store.Age(Old);
        await scene.Client.PushAsync(Image, "app", "1");
        var fresh = scene.Store.AddBlob("fresh"u8.ToArray());
        var before = scene.Store.BlobSizes();
        string[] command = ["CleanImages", "GarbageCollect", "--images", "app:1", "--collector", collector, "--delete-untagged", "--max-delete", "100%", "--output", "json"];

        var dry = (await scene.RunAsync([.. command, "--dry-run"])).ShouldEndWith(0).Json;
        scene.Store.BlobSizes().ShouldBe(before, ignoreOrder: true);
        var real = (await scene.RunAsync(command)).ShouldEndWith(0).Json;

        CleanerResult.Items(real[0], "removed").ShouldBe(CleanerResult.Items(dry[0], "planned"));
        CleanerResult.Items(real[1], "removed").ShouldBe(CleanerResult.Items(dry[1], "planned"));
        real[1].GetProperty("collection").GetRawText().ShouldBe(dry[1].GetProperty("collection").GetRawText());
        var after = scene.Store.BlobSizes();
        (Freed(real[0]) + Freed(real[1])).ShouldBe(before.Values.Sum() - after.Values.Sum());
        after.Keys.Order().ShouldBe((await scene.BlobsOfAsync(["app:2"])).Append(fresh).Order());
        await scene.ShouldHoldAsync(["app:2"]);
    }

    [DockerTheory]
    [InlineData("CleanImages", "GarbageCollect", "--images", "app")]
    [InlineData("CleanImages", "--images", "app", "--collector", "full")]
    public async Task After_the_last_repository_was_removed_the_rest_is_collected(params string[] command)
    {
        var scene = await registries.SceneAsync();
        await scene.Client.PushAsync(Image, "app", "1");
        scene.Store.AddBlob("old"u8.ToArray());
        var fresh = Enumerable.Range(0, 12).Select(i => scene.Store.AddBlob([(byte)i])).ToList();
        scene.Store.Age(Old);
        foreach (var blob in fresh)
            File.SetLastWriteTimeUtc(scene.Store.Blob(blob), DateTime.UtcNow);

        (await scene.RunAsync([.. command, "--dry-run"])).ShouldEndWith(0);
        (await scene.RunAsync(command)).ShouldEndWith(0);
        scene.Store.BlobSizes().Keys.ShouldBe(fresh, ignoreOrder: true);
    }

    private static long Freed(JsonElement report) =>
        report.TryGetProperty("collection", out var collection) ? collection.GetProperty("bytes").GetInt64() : 0;

    private static async Task RefusedAsync(RegistryScene scene, string sentence, params string[] options)
    {
        var before = scene.Store.BlobSizes();
        (await scene.RunAsync(["GarbageCollect", .. options])).ShouldEndWith(4).Error.ShouldContain(sentence);
        scene.Store.BlobSizes().ShouldBe(before, ignoreOrder: true);
    }
}
