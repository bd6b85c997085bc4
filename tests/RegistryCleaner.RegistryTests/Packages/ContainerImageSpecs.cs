using CliWrap;
using CliWrap.Buffered;
using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests.Packages;

// The run-time stage of container/Dockerfile, on the image that the tests make. Its build stage needs Docker Hub: here the
// program is this machine's build, with this machine's runtime and libraries mounted.
public class ContainerImageSpecs
{
    private const string Image = "registry-cleaner-tests/cleaner";
    private static readonly string Runtime = Path.GetDirectoryName(CleanerProcess.Words[0])!;

    [DockerFact]
    public async Task The_image_prunes_the_store_of_another_container()
    {
        await using var scene = await StartAsync();
        string[] words = ["--volumes-from", scene.Registry.Name, "--network", $"container:{scene.Registry.Name}", Image, "CleanImages", "--images", "team/app:1.4.0"];

        // The registry of the test does not listen where a registry does, and is not found: something may be serving.
        (await RunAsync(words)).ShouldEndWith(4);
        await scene.ShouldBeUntouchedAsync();
        (await RunAsync([.. words, "--registry-url", $"http://localhost:{scene.Registry.Port}"])).ShouldEndWith(0);
        await scene.ShouldBePrunedAsync();

        await scene.Registry.StopAsync();
        (await RunAsync("--volumes-from", scene.Registry.Name, Image, "GarbageCollect", "--offline")).ShouldEndWith(0);
        await scene.Registry.StartAgainAsync();
        await scene.ShouldBePrunedAsync();
    }

    [DockerFact]
    public async Task Whoever_the_store_belongs_to_may_run_it_and_nobody_else()
    {
        await using var scene = await StartAsync();
        await scene.Registry.StopAsync();
        string[] words = ["--volumes-from", scene.Registry.Name, "--user", "1000:1000", Image, "CleanImages", "--images", "team/app:1.4.0", "--offline"];

        var refused = await RunAsync(words);
        refused.ExitCode.ShouldBe(5, refused.StandardError);
        refused.StandardError.ShouldContain("The store cannot be changed");
        (await RunAsync("--volumes-from", scene.Registry.Name, "--entrypoint", "chown", Image, "-R", "1000:1000", "/var/lib/registry")).ShouldEndWith(0);
        await scene.Registry.StartAgainAsync();
        await scene.ShouldBeUntouchedAsync();
        await scene.Registry.StopAsync();

        (await RunAsync(words)).ShouldEndWith(0);
        await scene.Registry.StartAgainAsync();
        await scene.ShouldBePrunedAsync();
    }

    private static async Task<ReleaseScene> StartAsync()
    {
        var registryImage = await RegistryImages.FindAsync(ContainerEngine.Docker, 2);
        Skip.IfNot(registryImage.Name == RegistryImages.Made, "this machine's .NET runtime does not run in Docker Hub's registry:2");
        await BuildAsync(registryImage.Name);
        return await ReleaseScene.StartAsync();
    }

    private static async Task BuildAsync(string registryImage)
    {
        using var context = new TemporaryDirectory();
        var lines = await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "container", "Dockerfile"));
        var runTime = lines.SkipWhile(line => line != "FROM ${REGISTRY}").Skip(1).Select(line => line.Replace("--from=build /out/", "", StringComparison.Ordinal));
        await File.WriteAllLinesAsync(context.File("Dockerfile"), [$"FROM {registryImage}", .. runTime]);
        await File.WriteAllTextAsync(context.File("registry-cleaner"), $"#!/bin/sh\nexec {string.Join(' ', CleanerProcess.Words)} \"$@\"\n");
        await Cli.Wrap("chmod").WithArguments(["755", context.File("registry-cleaner")]).ExecuteAsync();
        await ContainerEngine.Docker.Command(["build", "--quiet", "--tag", Image, context.Path]).ExecuteBufferedAsync();
    }

    private static async Task<BufferedCommandResult> RunAsync(params IEnumerable<string> words)
    {
        string[] mounts = [Runtime, AppContext.BaseDirectory.TrimEnd('/'), "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu"];
        return await ContainerEngine.Docker.Command(["run", "--rm", .. mounts.SelectMany(path => (string[])["--volume", $"{path}:{path}:ro"]), .. words])
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync();
    }
}
