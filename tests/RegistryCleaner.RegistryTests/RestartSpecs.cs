using CliWrap.Buffered;
using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests;

// With --restart the registry is stopped meanwhile, and serves again at the end, whatever happened in between.
public class RestartSpecs
{
    private static readonly BuiltManifest Old = ImageBuilder.Image("old");
    private static readonly BuiltManifest Kept = ImageBuilder.Image("kept");
    private static readonly string[] Command = ["app:old", "--restart"];

    [DockerFact]
    public async Task After_a_restart_the_same_image_can_be_pushed_again()
    {
        await using var scene = await PushedAsync();
        // Fills the registry's cache.
        await scene.Client.PullWithSkopeoAsync("app", "old");
        var started = await scene.Registry.StartedAtAsync();

        (await CleanerInside.RunAsync([.. Command, .. scene.Where])).ShouldEndWith(0).Error.ShouldSatisfyAllConditions(
            error => error.ShouldContain($"in the volumes of the container '{scene.Registry.Name}', which is not running"),
            error => error.ShouldContain($"The container {scene.Registry.Name} was started again"),
            error => error.ShouldNotContain("docker restart"));
        (await scene.Registry.StartedAtAsync()).ShouldNotBe(started);
        await scene.ShouldNotKnowAsync(["app:old"]);
        scene.Store.BlobSizes().Keys.Order().ShouldBe((await scene.BlobsOfAsync(["app:kept"])).Order());
        (await scene.Registry.HelpersAsync()).ShouldBeEmpty();

        await scene.Client.PushWithSkopeoAsync(Old, "app", "old");
        await scene.ShouldHoldAsync(["app:kept", "app:old"]);
    }

    [DockerFact]
    public async Task An_engine_that_cannot_start_it_at_once_is_asked_again()
    {
        await using var scene = await PushedAsync();
        using var wrapper = new EngineWrapper("""[ "$1" = restart ] && [ ! -e "$0.once" ] && { touch "$0.once"; echo 'the port is not free' >&2; exit 1; }""");

        (await CleanerInside.RunAsync([.. Command, .. scene.Where, .. wrapper.Words])).ShouldEndWith(0);
        wrapper.Has("once").ShouldBeTrue();
        await scene.ShouldHoldAsync(["app:kept"]);
    }

    // It would be gone, and with it what lies in volumes without a name.
    [DockerFact]
    public async Task One_that_is_removed_when_it_stops_is_not_stopped()
    {
        await using var scene = await PushedAsync();
        var (engine, image) = (ContainerEngine.Docker, (await RegistryImages.FindAsync(ContainerEngine.Docker, 2)).Name!);
        var name = $"{scene.Registry.Name}-removed";
        await scene.Registry.StopAsync();
        await engine.Command(["run", "--detach", "--rm", "--name", name, "--volume", $"{scene.Store.Root}:/var/lib/registry", image]).ExecuteBufferedAsync();
        try
        {
            (await CleanerInside.RunAsync([.. Command, "--registry-container", name])).ShouldEndWith(4).Error.ShouldContain("started with --rm");
            (await engine.Command(["inspect", "--format", "{{.State.Status}}", name]).ExecuteBufferedAsync()).StandardOutput.Trim().ShouldBe("running");
        }
        finally
        {
            await engine.Command(["rm", "-f", name]).ExecuteBufferedAsync();
        }
    }

    [DockerTheory]
    [InlineData("killed")]
    [InlineData("interrupted as by a terminal")]
    public async Task Whoever_ends_the_cleaner_meanwhile_the_registry_serves_again(string how)
    {
        await using var scene = await PushedAsync();
        // Waits at the lock, when the registry has been stopped.
        using var wrapper = new EngineWrapper("""case "$*" in "exec -i registry-cleaner-"[0-9a-f]*flock*) touch "$0.there"; sleep 2;; esac""");
        string[] behind = how == "interrupted as by a terminal" ? ["/usr/bin/setsid"] : [];
        using var process = CleanerProcess.Start([.. Command, .. scene.Where, .. wrapper.Words], null, behind);
        while (!wrapper.Has("there") && !process.HasEnded)
            await Task.Delay(10);
        process.HasEnded.ShouldBeFalse();
        if (how == "killed")
            process.Kill();
        else
            await process.InterruptAsync(group: behind.Length > 0);

        var result = await process.EndAsync();
        if (how != "killed")
            result.ShouldEndWith(130);
        await WaitForAsync(async () => (await scene.Registry.HelpersAsync()).Count == 0);
        await scene.Registry.WaitUntilServingAsync(patient: how == "killed");
        await scene.ShouldPullWholeAsync(["app:kept"]);

        (await CleanerInside.RunAsync([.. Command, .. scene.Where])).ShouldEndWith(0);
        await scene.ShouldHoldAsync(["app:kept"]);
    }

    [DockerFact]
    public async Task A_volume_without_a_name_survives_even_when_the_cleaner_is_killed()
    {
        await using var registry = await RegistryContainer.StartAsync();
        await registry.Client.PushAsync(Old, "app", "old");
        await registry.Client.PushAsync(Kept, "app", "kept");
        using var wrapper = new EngineWrapper($"{RestartRefusedSpecs.InHelper} touch \"$0.there\"; sleep 1;; esac");

        using (var process = CleanerProcess.Start([.. Command, "--registry-container", registry.Name, .. wrapper.Words]))
        {
            while (!wrapper.Has("there") && !process.HasEnded)
                await Task.Delay(10);
            process.Kill();
            await process.EndAsync();
        }

        await WaitForAsync(async () => (await registry.HelpersAsync()).Count == 0);
        await registry.WaitUntilServingAsync(patient: true);
        (await CleanerInside.RunAsync([.. Command, "--registry-container", registry.Name])).ShouldEndWith(0);
        (await registry.Client.TagsAsync("app")).ShouldBe(["kept"]);
        (await registry.Client.PullWholeAsync("app", "kept")).ShouldBe(Kept.Digest);
    }

    [DockerFact]
    public async Task A_store_in_no_volume_cannot_be_reached_meanwhile_and_nothing_is_stopped()
    {
        await using var registry = await RegistryContainer.StartAsync(
            options: new() { Environment = new Dictionary<string, string> { ["REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY"] = "/tmp/store" } });
        await registry.Client.PushAsync(Old, "app", "old");
        var started = await registry.StartedAtAsync();

        (await CleanerInside.RunAsync([.. Command, "--registry-container", registry.Name])).ShouldEndWith(4).Error.ShouldContain("in no volume");
        (await registry.StartedAtAsync()).ShouldBe(started);
    }

    [DockerFact]
    public async Task Without_a_restart_the_run_says_what_to_do()
    {
        await using var scene = await PushedAsync();

        (await scene.RunAsync("app:old")).ShouldEndWith(0).Error.ShouldContain($"docker restart {scene.Registry.Name}");
    }

    [DockerFact]
    public async Task A_directory_cannot_be_restarted()
    {
        await using var scene = await PushedAsync(RegistryScene.MountedDirectory);

        (await scene.RunAsync(Command)).ShouldEndWith(2);
        await scene.ShouldHoldAsync(["app:kept", "app:old"]);
    }

    // Podman's defaults do not work on every machine that has it; what its client cannot be told in words it reads in a file.
    [PodmanFact]
    public async Task Podman_restarts_as_well()
    {
        await using var scene = await PushedAsync(RegistryScene.PodmanExec);
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("containers.conf"), "[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=1024:1024\"]\n");

        (await CleanerProcess.RunAsync([.. Command, .. scene.Where], new Dictionary<string, string> { ["CONTAINERS_CONF"] = directory.File("containers.conf") })).ShouldEndWith(0);
        await scene.ShouldHoldAsync(["app:kept"]);
        (await scene.Registry.HelpersAsync()).ShouldBeEmpty();
    }

    [DockerFact]
    public async Task A_registry_that_is_stopped_already_is_pruned_and_stays_so()
    {
        await using var scene = await PushedAsync();
        var blobs = await scene.BlobsOfAsync(["app:kept"]);
        await scene.Registry.StopAsync();

        (await CleanerInside.RunAsync(["app:old", .. scene.Where])).ShouldEndWith(0).Error.ShouldSatisfyAllConditions(
            error => error.ShouldContain("The registry's container is stopped"),
            error => error.ShouldNotContain("docker restart"));
        scene.Store.Images().Order().ShouldBe(["app:kept", $"app@{Kept.Digest}"]);
        scene.Store.BlobSizes().Keys.Order().ShouldBe(blobs.Order());
        (await scene.Registry.HelpersAsync()).ShouldBeEmpty();

        await scene.Registry.StartAgainAsync();
        await scene.ShouldHoldAsync(["app:kept"]);
    }

    // Neither the variable nor the file has ever been read by a registry in it.
    [DockerTheory]
    [InlineData("/etc/docker/registry/config.yml", "from REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", "--env", "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY=/data")]
    [InlineData("/data/config.yml", "from the configuration")]
    public async Task One_that_was_never_started_is_known_by_its_settings(string configuration, string source, params string[] options)
    {
        await using var scene = await PushedAsync();
        await scene.Registry.StopAsync();
        await File.WriteAllTextAsync($"{scene.Store.Root}/config.yml", "storage: {filesystem: {rootdirectory: /data}}\n");
        var (engine, image) = (ContainerEngine.Docker, (await RegistryImages.FindAsync(ContainerEngine.Docker, 2)).Name!);
        var name = $"{scene.Registry.Name}-created";
        await engine.Command(["create", "--name", name, "--volume", $"{scene.Store.Root}:/data", .. options, image, "serve", configuration]).ExecuteBufferedAsync();
        try
        {
            (await CleanerInside.RunAsync("app:old", "--registry-container", name)).ShouldEndWith(0).Error.ShouldContain($"store /data ({source})");
            scene.Store.Images().Order().ShouldBe(["app:kept", $"app@{Kept.Digest}"]);
        }
        finally
        {
            await engine.Command(["rm", "-v", name]).ExecuteBufferedAsync();
        }
    }

    // Started again, the registry would find there what is gone.
    [DockerFact]
    public async Task One_whose_cache_outlives_it_is_pruned_only_by_whoever_says_that_nothing_serves_and_is_told_to_empty_it()
    {
        await using var scene = await PushedAsync();
        await scene.Registry.StopAsync();
        var (engine, image) = (ContainerEngine.Docker, (await RegistryImages.FindAsync(ContainerEngine.Docker, 2)).Name!);
        var name = $"{scene.Registry.Name}-redis";
        await engine.Command(["create", "--name", name, "--volume", $"{scene.Store.Root}:/var/lib/registry", "--env", "REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR=redis", image]).ExecuteBufferedAsync();
        try
        {
            (await CleanerInside.RunAsync("app:old", "--registry-container", name)).ShouldEndWith(4).Error.ShouldContain("keeps its cache in redis");
            (await CleanerInside.RunAsync("app:old", "--registry-container", name, "--offline")).ShouldEndWith(0).Error.ShouldContain("Empty the registry's cache in redis");
            scene.Store.Images().Order().ShouldBe(["app:kept", $"app@{Kept.Digest}"]);
        }
        finally
        {
            await engine.Command(["rm", "-v", name]).ExecuteBufferedAsync();
        }
    }

    private static async Task<RegistryScene> PushedAsync(string wayIn = RegistryScene.DockerExec)
    {
        var scene = await RegistryScene.StartAsync(wayIn);
        await scene.Client.PushAsync(Old, "app", "old");
        await scene.Client.PushAsync(Kept, "app", "kept");
        return scene;
    }

    private static async Task WaitForAsync(Func<Task<bool>> condition)
    {
        for (var i = 0; i < 300 && !await condition(); i++)
            await Task.Delay(100);
    }
}
