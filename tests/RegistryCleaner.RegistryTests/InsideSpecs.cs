using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests;

// Inside the registry's own container, as clean_registry.py ran: no parameter says where anything is.
public class InsideSpecs
{
    [DockerFact]
    public async Task Without_any_parameter_the_tool_acts_in_the_container_that_it_runs_in()
    {
        // The runtime and its libraries are this machine's: they run in the image that is made from this machine, not on Alpine.
        var image = await RegistryImages.FindAsync(ContainerEngine.Docker, 2);
        Skip.IfNot(image.Name == RegistryImages.Made, "this machine's .NET runtime does not run in Docker Hub's registry:2");
        var runtime = Path.GetDirectoryName(CleanerProcess.Words[0])!;
        await using var registry = await RegistryContainer.StartAsync(options: new() { DeleteEnabled = true, Mounts = [runtime, AppContext.BaseDirectory.TrimEnd('/'), "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu"] });
        var kept = ImageBuilder.TwoPlatformIndex("kept");
        await registry.Client.PushAsync(ImageBuilder.Image("old"), "team/app", "1");
        await registry.Client.PushAsync(kept, "team/app", "2");

        var dry = await registry.ExecAsync([.. CleanerProcess.Words, "team/app:1", "--dry-run"]);
        dry.StandardError.ShouldContain("acting on this machine: store /var/lib/registry");
        (await registry.Client.TagsAsync("team/app")).ShouldBe(["1", "2"], ignoreOrder: true);

        await registry.ExecAsync([.. CleanerProcess.Words, "CleanImages", "--images", "team/app:1"]);
        await registry.ExecAsync([.. CleanerProcess.Words, "GarbageCollect"]);
        await registry.RestartAsync();
        (await registry.Client.TagsAsync("team/app")).ShouldBe(["2"]);
        (await registry.Client.PullWholeAsync("team/app", "2")).ShouldBe(kept.Digest);
    }
}
