using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests;

// What a real registry wrote is as it should be; what the registry cannot serve any more is found, by name.
public class CheckRegistrySpecs
{
    private static readonly BuiltManifest Kept = ImageBuilder.Image("kept");
    private static readonly BuiltManifest Broken = ImageBuilder.Image("broken", layers: ImageBuilder.Layers("broken", 1000, 2000, 3000));
    private static readonly BuiltManifest Multi = ImageBuilder.TwoPlatformIndex("multi");

    [DockerTheory]
    [InlineData(RegistryScene.DockerExec)]
    [InlineData(RegistryScene.MountedDirectory)]
    public async Task What_cannot_be_pulled_is_found_and_what_can_is_in_order(string wayIn)
    {
        await using var scene = await RegistryScene.StartAsync(wayIn, cache: false);
        await scene.Client.PushAsync(Kept, "app", "kept");
        await scene.Client.PushAsync(Broken, "app", "broken");
        await scene.Client.PushAsync(Multi, "app/multi", "1");
        await scene.Client.PushAsync(ImageBuilder.Artifact("signature", Multi), "app/multi");
        (await scene.RunAsync("CheckRegistry", "--verify", "hash")).ShouldEndWith(0);

        var (missing, truncated, altered) = (scene.Store.Blob(Broken.Blobs[1].Digest), scene.Store.Blob(Broken.Blobs[2].Digest), scene.Store.Blob(Broken.Blobs[3].Digest));
        File.Delete(missing);
        File.WriteAllBytes(truncated, File.ReadAllBytes(truncated)[..100]);
        File.WriteAllBytes(altered, [.. File.ReadAllBytes(altered).Reverse()]);
        File.WriteAllText($"{scene.Store.Repositories}/_stray", "");
        File.WriteAllText(scene.Store.TagLink("app/multi", "1"), "");

        var result = (await scene.RunAsync("CheckRegistry", "--verify", "hash")).ShouldEndWith(6);

        foreach (var what in new[] { Broken.Blobs[1].Hex, Broken.Blobs[2].Hex, Broken.Blobs[3].Hex, "_stray", "app/multi:1" })
            result.Output.ShouldContain(what);
        result.Output.ShouldNotContain(Kept.Hex);
        // The registry says the same.
        await Should.ThrowAsync<IncompletePullException>(() => scene.Client.PullWholeAsync("app", "broken"));
        await scene.ShouldPullWholeAsync(["app:kept"]);
    }

    [DockerFact]
    public async Task What_a_prune_took_away_and_a_push_needs_again_is_put_back()
    {
        await using var scene = await RegistryScene.StartAsync(cache: false);
        await scene.Client.PushAsync(Kept, "app", "kept");
        await scene.Client.PushAsync(Broken, "app", "broken");
        var blob = scene.Store.Blob(Broken.Blobs[1].Digest);
        (await scene.RunAsync("app:broken", "--trash-retention", "7d")).ShouldEndWith(0);
        File.Exists(blob).ShouldBeFalse();
        // As it is where somebody puts a link back by hand.
        StoreDirectory.Write(scene.Store.Layer("app", Broken.Blobs[1].Digest), System.Text.Encoding.ASCII.GetBytes(Broken.Blobs[1].Digest));

        (await scene.RunAsync("CheckRegistry", "--repair")).ShouldEndWith(0);

        File.Exists(blob).ShouldBe(true);
        (await scene.RunAsync("RestoreImages")).ShouldEndWith(0);
        await scene.ShouldPullWholeAsync(["app:kept", "app:broken"]);
    }

    [DockerFact]
    public async Task What_is_odd_about_its_settings_is_said()
    {
        await using var second = await SecondRegistry.StartAsync(new Dictionary<string, string> { ["REGISTRY_STORAGE_MAINTENANCE_READONLY"] = "{\"enabled\": true}" });
        (await CleanerInside.RunAsync(["CheckRegistry", .. second.Where])).ShouldEndWith(6).Output.ShouldContain("storage.maintenance.readonly");

        await using var scene = await RegistryScene.StartAsync();
        await scene.Client.PushAsync(Kept, "app", "kept");
        (await scene.RunAsync("CheckRegistry")).ShouldEndWith(0).Output.ShouldContain("storage.delete.enabled");
    }
}
