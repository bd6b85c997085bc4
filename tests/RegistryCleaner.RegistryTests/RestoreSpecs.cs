using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests;

// A mistake is taken back, and the registry itself says that everything is as before: it serves all the while, with its cache.
public class RestoreSpecs
{
    [DockerTheory]
    [InlineData(RegistryScene.DockerExec)]
    [InlineData(RegistryScene.MountedDirectory)]
    public async Task What_was_pruned_comes_back_under_a_registry_that_serves_and_can_be_pulled_and_pushed_again(string wayIn)
    {
        await using var scene = await RegistryScene.StartAsync(wayIn, live: true);
        await scene.Client.PushAsync(ImageBuilder.TwoPlatformIndex("old"), "app", "old");
        await scene.Client.PushAsync(ImageBuilder.Image("kept"), "app", "kept");
        await scene.Client.PushAsync(ImageBuilder.Image("last"), "last", "1");
        string[] images = ["app:kept", "app:old", "last:1"];
        await scene.ShouldHoldAsync(images);
        var digest = await scene.Client.HeadManifestAsync("app", "old");

        var pruned = (await scene.RunAsync("CleanImages", "--images", "app:old", "last", "--settle", "1s", "--trash-retention", "7d")).ShouldEndWith(0);
        pruned.Output.ShouldContain("lie in the trash");
        await scene.ShouldHoldAsync(["app:kept"]);

        (await scene.RunAsync("RestoreImages", "--images", "app:old")).ShouldEndWith(0);
        await scene.ShouldHoldAsync(["app:kept", "app:old"]);
        (await scene.RunAsync("RestoreImages")).ShouldEndWith(0);
        await scene.ShouldHoldAsync(images);
        (await scene.Client.HeadManifestAsync("app", "old")).ShouldBe(digest);
        (await scene.RunAsync("History")).ShouldEndWith(0).Output.ShouldContain("restored");

        // What the registry remembers and what is on its disk are the same.
        await scene.Client.PushAsync(ImageBuilder.TwoPlatformIndex("old"), "app", "old");
        await scene.Client.PushAsync(ImageBuilder.TwoPlatformIndex("old"), "app", "again");
        await scene.Client.PushAsync(ImageBuilder.Image("last"), "last", "2");
        await scene.ShouldHoldAsync([.. images, "app:again", "last:2"]);
        await scene.Registry.RestartAsync();
        await scene.ShouldHoldAsync([.. images, "app:again", "last:2"]);
    }

    [DockerFact]
    public async Task A_tag_that_was_pushed_meanwhile_stays_and_the_trash_is_emptied_on_demand()
    {
        await using var scene = await RegistryScene.StartAsync(live: true);
        await scene.Client.PushAsync(ImageBuilder.Image("old"), "app", "1");
        await scene.Client.PushAsync(ImageBuilder.Image("kept"), "app", "kept");
        var old = await scene.Client.HeadManifestAsync("app", "1");
        (await scene.RunAsync("CleanImages", "--images", "app:1", "--settle", "1s", "--trash-retention", "7d")).ShouldEndWith(0);
        await scene.Client.PushAsync(ImageBuilder.Image("new"), "app", "1");
        var pushed = await scene.Client.HeadManifestAsync("app", "1");

        (await scene.RunAsync("RestoreImages")).ShouldEndWith(5).Output.ShouldContain("--overwrite");
        (await scene.Client.HeadManifestAsync("app", "1")).ShouldBe(pushed);
        (await scene.RunAsync("RestoreImages", "--overwrite")).ShouldEndWith(0);
        (await scene.Client.HeadManifestAsync("app", "1")).ShouldBe(old);
        await scene.ShouldHoldAsync(["app:1", "app:kept"]);

        // A minute has to pass under a registry that serves: a request may still need something.
        foreach (var run in scene.Store.UnfinishedRuns())
            File.SetLastWriteTimeUtc($"{run}/completed", DateTime.UtcNow.AddMinutes(-2));
        (await scene.RunAsync("EmptyTrash", "--settle", "1s")).ShouldEndWith(0);
        scene.Store.UnfinishedRuns().ShouldBeEmpty();
        await scene.ShouldHoldAsync(["app:1", "app:kept"]);
    }
}
