using CliWrap.Buffered;
using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests;

// Where the tool acts, and what it says where it cannot: each its own sentence, with what to do, and exit code 2.
public class WhereSpecs
{
    [DockerFact]
    public async Task Nothing_is_named_and_there_is_no_container_called_registry() =>
        (await CleanerProcess.RunAsync("a:1")).ShouldEndWith(2).Error.ShouldContain("no --registry-container or --registry-root was given");

    [DockerFact]
    public async Task There_is_no_such_container() =>
        (await CleanerProcess.RunAsync("a:1", "--registry-container", "no-such-container")).ShouldEndWith(2).Error.ShouldContain("There is no container 'no-such-container'");

    [DockerFact]
    public async Task The_container_is_paused()
    {
        await using var registry = await RegistryContainer.StartAsync();
        await registry.PauseAsync();

        (await CleanerProcess.RunAsync("a:1", "--registry-container", registry.Name)).ShouldEndWith(2).Error.ShouldContain($"The container '{registry.Name}' is 'paused'");
    }

    [DockerFact]
    public async Task The_engine_is_not_installed() =>
        (await CleanerProcess.RunAsync(["a:1", "--registry-container", "registry"], new Dictionary<string, string> { ["PATH"] = "/nowhere" }))
            .ShouldEndWith(2).Error.ShouldContain("'docker' was not found on this machine");

    [DockerFact]
    public async Task The_engine_does_not_answer() =>
        (await CleanerProcess.RunAsync(["a:1", "--registry-container", "registry"], new Dictionary<string, string> { ["DOCKER_HOST"] = "unix:///nowhere.sock" }))
            .ShouldEndWith(2).Error.ShouldContain("daemon cannot be reached");

    // The socket belongs to root and its group: as somebody else the client is refused.
    [DockerFact]
    public async Task There_is_no_permission_to_use_the_engine()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess && File.Exists("/usr/bin/setpriv"), "only root can become somebody else");
        using var process = CleanerProcess.Start(
            ["a:1", "--registry-container", "registry"],
            new Dictionary<string, string> { ["HOME"] = "/tmp" },
            "/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

        (await process.EndAsync()).ShouldEndWith(2).Error.ShouldContain("No permission to use docker");
    }

    [DockerFact]
    public async Task Nothing_was_ever_pushed()
    {
        await using var registry = await RegistryContainer.StartAsync();

        (await CleanerProcess.RunAsync("a:1", "--registry-container", registry.Name)).ShouldEndWith(2).Error.ShouldContain("There is no store at");
    }

    [DockerTheory]
    [InlineData("REGISTRY_STORAGE", "inmemory")]
    public async Task The_store_is_not_in_files(string variable, string value)
    {
        await using var registry = await RegistryContainer.StartAsync(options: new() { Environment = new Dictionary<string, string> { [variable] = value } });

        (await CleanerProcess.RunAsync("a:1", "--registry-container", registry.Name)).ShouldEndWith(4).Error.ShouldContain("driver 'inmemory'");
    }

    [DockerFact]
    public async Task The_configuration_that_the_registry_was_started_with_counts()
    {
        await using var registry = await RegistryContainer.StartAsync();
        await registry.Client.PushAsync(ImageBuilder.Image("image"), "a", "1");
        // What the variable names is not what is served: the argument of `registry serve` comes first.
        var result = await CleanerProcess.RunAsync("a:1", "--dry-run", "--registry-container", registry.Name);

        result.ShouldEndWith(0).Error.ShouldContain($"configuration {registry.ConfigurationPath}");
    }

    // As the official images' entrypoint takes it, behind the first process of `docker run --init`: that one's words name no `serve`.
    [DockerFact]
    public async Task Its_configuration_is_found_behind_an_init_process()
    {
        Skip.IfNot(File.Exists("/usr/bin/docker-init"), "Only by hand: Docker's init process is not installed");
        await using var scene = await RegistryScene.StartAsync();
        await scene.Client.PushAsync(ImageBuilder.Image("old"), "app", "1");
        await scene.Client.PushAsync(ImageBuilder.Image("kept"), "app", "2");
        await scene.Registry.StopAsync();
        await File.WriteAllTextAsync($"{scene.Store.Root}/entrypoint.sh", "#!/bin/sh\nregistry serve \"$@\"\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode($"{scene.Store.Root}/entrypoint.sh", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync($"{scene.Store.Root}/config.yml", "version: 0.1\nstorage: {filesystem: {rootdirectory: /data}}\nhttp: {addr: 'localhost:0'}\n");
        var (engine, image) = (ContainerEngine.Docker, (await RegistryImages.FindAsync(ContainerEngine.Docker, 2)).Name!);
        var name = $"{scene.Registry.Name}-init";
        await engine.Command(["run", "--detach", "--init", "--network", "none", "--name", name, "--volume", $"{scene.Store.Root}:/data", "--entrypoint", "/data/entrypoint.sh", image, "/data/config.yml"]).ExecuteBufferedAsync();
        try
        {
            (await CleanerInside.RunAsync("app:1", "--offline", "--registry-container", name)).ShouldEndWith(0).Error.ShouldContain("store /data (from the configuration)");
            scene.Store.Images().ShouldNotContain("app:1");
        }
        finally
        {
            await engine.Command(["rm", "-f", "-v", name]).ExecuteBufferedAsync();
        }
    }
}
