using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests;

// A registry that went on running remembers what is gone.
public class RestartSpecs
{
    private static readonly BuiltManifest Image = ImageBuilder.Image("image");

    [DockerFact]
    public Task After_a_restart_the_same_image_can_be_pushed_again() => PruneAndPushAgainAsync("docker");

    [PodmanFact]
    public Task After_a_restart_the_same_image_can_be_pushed_again_with_podman() => PruneAndPushAgainAsync("podman");

    [DockerFact]
    public async Task Without_one_the_run_says_what_to_do()
    {
        await using var scene = await RegistryScene.StartAsync();
        await scene.Client.PushAsync(Image, "app", "1");

        var result = (await scene.RunAsync("CleanImages", "--images", "app:1")).ShouldEndWith(0);

        result.Error.ShouldContain($"docker restart {scene.Registry.Name}");
    }

    [DockerFact]
    public async Task A_directory_cannot_be_restarted()
    {
        await using var scene = await RegistryScene.StartAsync(RegistryScene.MountedDirectory);
        await scene.Client.PushAsync(Image, "app", "1");

        (await scene.RunAsync("CleanImages", "--images", "app:1", "--restart")).ShouldEndWith(2);
        await scene.ShouldHoldAsync(["app:1"]);
    }

    private static async Task PruneAndPushAgainAsync(string engine)
    {
        await using var scene = await RegistryScene.StartAsync(engine == "docker" ? RegistryScene.DockerExec : RegistryScene.PodmanExec);
        await scene.Client.PushWithSkopeoAsync(Image, "app", "1");
        // Fills the registry's cache.
        await scene.Client.PullWithSkopeoAsync("app", "1");

        (await scene.RunAsync("CleanImages", "--images", "app:1", "--restart")).ShouldEndWith(0);
        await scene.ShouldNotKnowAsync(["app:1"]);

        await scene.Client.PushWithSkopeoAsync(Image, "app", "1");
        await scene.ShouldHoldAsync(["app:1"]);
    }
}
