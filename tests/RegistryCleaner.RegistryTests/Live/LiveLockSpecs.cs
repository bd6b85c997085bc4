using CliWrap.Buffered;
using RegistryCleaner.RegistryTests.Fixture;
using RegistryCleaner.Store;
using Shouldly;

namespace RegistryCleaner.RegistryTests.Live;

// One cleaner at a time, whichever way each of them comes in. The first holds the store for as long as it waits for the registry.
public sealed class LiveLockSpecs : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    [DockerTheory]
    [InlineData(RegistryScene.DockerExec, RegistryScene.DockerExec)]
    [InlineData(RegistryScene.DockerExec, RegistryScene.MountedDirectory)]
    [InlineData(RegistryScene.MountedDirectory, RegistryScene.DockerExec)]
    public async Task A_second_cleaner_is_told_who_is_at_work_or_waits_and_one_that_was_killed_holds_nothing(string first, string second)
    {
        await using var scene = await RegistryScene.StartAsync(live: true);
        await scene.Client.PushAsync(ImageBuilder.Image("old"), "app", "old");
        await scene.Client.PushAsync(ImageBuilder.Image("kept"), "app", "kept");
        using var holder = CleanerProcess.Start(["app:old", .. Where(first, scene), "--settle", "10m"]);
        while (scene.Store.UnfinishedRuns().Count == 0 && !holder.HasEnded)
            await Task.Delay(10);

        string[] command = ["app:old", .. Where(second, scene), "--settle", "1s"];
        (await CleanerInside.RunAsync(command)).ShouldEndWith(4).Error.ShouldSatisfyAllConditions(
            error => error.ShouldContain($"Another cleaner is at work on this store: process {holder.Id} of {Environment.UserName} on {Environment.MachineName}, since 20"),
            error => error.ShouldContain("--lock-timeout"));
        (await CleanerInside.RunAsync([.. command, "--lock-timeout", "1s"])).ShouldEndWith(4);

        using var waiting = CleanerProcess.Start([.. command, "--lock-timeout", "10m"]);
        while (!waiting.Error.Contains($"process {holder.Id} of {Environment.UserName}", StringComparison.Ordinal) && !waiting.HasEnded)
            await Task.Delay(10);
        holder.Kill();
        (await waiting.EndAsync()).ShouldEndWith(0).Error.ShouldSatisfyAllConditions(
            error => error.ShouldContain("it is waited for, up to 10m"),
            error => error.ShouldContain("which had been interrupted, was finished"));
        await scene.ShouldHoldAsync(["app:kept"]);
    }

    // It may be set up in another way by then: read-only when it was looked at, taking pushes now.
    [DockerFact]
    public async Task A_registry_that_is_restarted_while_a_run_waits_is_left_alone()
    {
        await using var scene = await RegistryScene.StartAsync(live: true);
        await scene.Client.PushAsync(ImageBuilder.Image("old"), "app", "old");
        await scene.Client.PushAsync(ImageBuilder.Image("kept"), "app", "kept");
        var result = await RunAfterAWaitAsync(scene, $"docker restart {scene.Registry.Name}");

        result.ShouldEndWith(4).Error.ShouldContain("was restarted while this run waited");
        await scene.Registry.WaitUntilServingAsync();
        await scene.ShouldHoldAsync(["app:old", "app:kept"]);
    }

    [DockerFact]
    public async Task A_backup_that_begins_while_a_run_waits_stops_it_not()
    {
        await using var scene = await RegistryScene.StartAsync(live: true);
        await scene.Client.PushAsync(ImageBuilder.Image("old"), "app", "old");
        await scene.Client.PushAsync(ImageBuilder.Image("kept"), "app", "kept");
        var (backup, engine) = ($"{scene.Registry.Name}-backup", ContainerEngine.Docker);
        await engine.Command(["commit", scene.Registry.Name, backup]).ExecuteBufferedAsync();
        try
        {
            var result = await RunAfterAWaitAsync(scene, $"docker run --detach --name {backup} --volume {scene.Store.Root}:/data --entrypoint sleep {backup} 600");

            result.ShouldEndWith(0).Error.ShouldContain($"The store is mounted in '{backup}' as well");
        }
        finally
        {
            await engine.Command(["rm", "-f", backup]).ExecuteBufferedAsync();
            await engine.Command(["rmi", backup]).ExecuteBufferedAsync();
        }

        await scene.ShouldHoldAsync(["app:kept"]);
    }

    public void Dispose() => directory.Dispose();

    // Removes app:old, when somebody else has let go of the store, before which something has happened: after the first try to lock it.
    private static async Task<CleanerResult> RunAfterAWaitAsync(RegistryScene scene, string meanwhile)
    {
        using var wrapper = new EngineWrapper($"""case "$*" in *flock*) if [ -e "$0.tried" ]; then [ -e "$0.happened" ] || {meanwhile} >/dev/null; : >"$0.happened"; fi; : >"$0.tried";; esac""");
        var store = new LocalStoreFiles(Path.Combine(scene.Store.Root, StoreLayout.BaseDirectory));
        var other = await store.TryLockAsync(StoreLayout.LockFile, CancellationToken.None);

        var waiting = CleanerInside.RunAsync(["app:old", .. scene.Where, "--settle", "1s", "--lock-timeout", "1m", .. wrapper.Words]);
        while (!wrapper.Has("happened") && !waiting.IsCompleted)
            await Task.Delay(20);
        await other!.DisposeAsync();
        return await waiting;
    }

    private IEnumerable<string> Where(string wayIn, RegistryScene scene)
    {
        if (wayIn == RegistryScene.DockerExec)
            return scene.Where;
        var configuration = directory.File("config.yml");
        File.WriteAllText(configuration, "storage: {cache: {blobdescriptor: inmemory}}\n");
        return ["--registry-root", scene.Store.Root, "--registry-config", configuration, "--registry-url", $"http://{scene.Registry.Host}"];
    }
}
