using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests;

// What was wrong with clean_registry.py, each fault as a test that it is not here; and its own command line, which still works.
public sealed class ScriptFaultSpecs(EmptyRegistries registries) : IClassFixture<EmptyRegistries>
{
    private static readonly BuiltManifest Image = ImageBuilder.Image("image");
    private static readonly BuiltManifest Other = ImageBuilder.Image("other");

    [DockerFact]
    public async Task A_nested_repository_outlives_the_one_around_it()
    {
        var scene = await StartAsync("a:1", "a/b:1", "a/b/c:1");

        (await scene.RunAsync("a:1", "a/b")).ShouldEndWith(0);

        await scene.ShouldHoldAsync(["a/b/c:1"]);
    }

    [DockerFact]
    public async Task A_namespace_is_no_repository()
    {
        var scene = await StartAsync("team/app:1");

        var result = (await scene.RunAsync("team")).ShouldEndWith(0);

        result.Error.ShouldContain("no such repository: 'team' is only the name in front of other repositories");
        await scene.ShouldHoldAsync(["team/app:1"]);
    }

    [DockerFact]
    public async Task A_repository_without_a_directory_of_tags_is_no_reason_to_crash()
    {
        var scene = await StartAsync("app:1");
        await scene.Client.PushAsync(Other, "untagged");
        Directory.Exists(scene.Store.Repository("untagged", "_manifests/tags")).ShouldBeFalse();

        (await scene.RunAsync("untagged:1", "app:1")).ShouldEndWith(0);

        await scene.ShouldHoldAsync([]);
        await scene.ShouldPullWholeAsync([$"untagged@{Other.Digest}"]);
    }

    [DockerFact]
    public async Task Its_last_tag_takes_a_repository_along_but_not_what_digests_alone_keep()
    {
        var scene = await StartAsync("app:1");
        await scene.Client.PushAsync(Other, "app");

        (await scene.RunAsync("app:1")).ShouldEndWith(0);

        await scene.ShouldHoldAsync([]);
        await scene.ShouldPullWholeAsync([$"app@{Other.Digest}"]);
    }

    [DockerFact]
    public async Task The_exit_code_tells_how_it_went()
    {
        var scene = await StartAsync("app:1");

        (await scene.RunAsync("app:2", "nope:1")).ShouldEndWith(0);
        (await scene.RunAsync("CleanImages", "--images", "app:1", "app:2", "--strict")).ShouldEndWith(3);
        (await scene.RunAsync("app:1", "Upper", "b~d")).ShouldEndWith(2);
        await scene.ShouldHoldAsync(["app:1"]);
    }

    [DockerFact]
    public async Task The_registrys_own_host_may_stand_in_front()
    {
        var scene = await StartAsync("app:1", "app:2");

        (await scene.RunAsync("localhost:1/app:1")).ShouldEndWith(2).Error.ShouldContain("localhost:1");
        await scene.ShouldHoldAsync(["app:1", "app:2"]);

        (await scene.RunAsync($"{scene.Registry.Host}/app:1")).ShouldEndWith(0);
        await scene.ShouldHoldAsync(["app:2"]);

        (await scene.RunAsync("CleanImages", "--images", "registry.example.com/app:2", "--registry-hosts", "registry.example.com")).ShouldEndWith(0);
        await scene.ShouldHoldAsync([]);
    }

    [DockerFact]
    public async Task The_root_directory_may_be_named_in_the_configuration_alone()
    {
        await using var registry = await RegistryContainer.StartAsync(options: new() { Environment = new Dictionary<string, string> { ["REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY"] = "/elsewhere" } });
        await registry.Client.PushAsync(Image, "app", "1");

        (await CleanerInside.RunAsync("app:1", "--registry-container", registry.Name, "--offline")).ShouldEndWith(0).Error.ShouldContain("store /elsewhere");
        (await registry.Client.TagsAsync("app")).ShouldBeNull();
    }

    [DockerFact]
    public async Task Platforms_of_other_images_are_not_touched()
    {
        var scene = await StartAsync("app:1");
        await scene.Client.PushAsync(ImageBuilder.TwoPlatformIndex("index"), "app", "2");

        (await scene.RunAsync("--dry-run", "-l", "debug", "app:1")).ShouldEndWith(0);
        await scene.ShouldHoldAsync(["app:1", "app:2"]);
        (await scene.RunAsync("app:1")).ShouldEndWith(0);
        await scene.Registry.RestartAsync();
        await scene.ShouldHoldAsync(["app:2"]);
    }

    // Each tag its own image.
    private async Task<RegistryScene> StartAsync(params string[] tags)
    {
        var scene = await registries.SceneAsync(wayIn: RegistryScene.DockerExec);
        foreach (var tag in tags)
            await scene.Client.PushAsync(ImageBuilder.Image(tag), tag.Split(':')[0], tag.Split(':')[1]);
        return scene;
    }
}
