using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests.Live;

// What cannot be found out about whoever serves a directory.
public sealed class ServingRefusedSpecs(UntouchedRegistry registry) : IClassFixture<UntouchedRegistry>, IDisposable
{
    private readonly TemporaryDirectory directory = new();

    [DockerTheory]
    [InlineData("storage: {cache: {blobdescriptor: redis}}", "keeps its cache in redis")]
    [InlineData("proxy: {remoteurl: 'https://registry-1.docker.io'}", "pull-through cache of https://registry-1.docker.io")]
    [InlineData(null, "give its configuration with --registry-config")]
    [InlineData("storage: {cache: {blobdescriptor: inmemory}}", "its API was not found (http://127.0.0.1:1/: The registry at")]
    public async Task What_cannot_be_made_safe_is_refused(string? configuration, string said)
    {
        var scene = await registry.SceneAsync();
        string[] where = ["--registry-root", scene.Store.Root, "--registry-url", "http://127.0.0.1:1"];
        if (configuration is not null)
        {
            File.WriteAllText(directory.File("config.yml"), configuration);
            where = [.. where, "--registry-config", directory.File("config.yml")];
        }

        var refused = (await CleanerInside.RunAsync(["app:old", .. where])).ShouldEndWith(4);
        refused.Error.ShouldContain(said);
        // A cache that outlives the registry outlives a restart.
        foreach (var way in ServingSpecs.WaysOut.Where(way => way == "--offline" || !said.Contains("redis", StringComparison.Ordinal)))
            refused.Error.ShouldContain(way);
        await scene.ShouldHoldAsync(["app:kept", "app:old"]);
    }

    [DockerFact]
    public async Task About_a_directory_it_is_said_what_is_assumed()
    {
        var scene = await registry.SceneAsync();

        (await CleanerInside.RunAsync("app:none", "--registry-root", scene.Store.Root)).ShouldEndWith(0).Error.ShouldContain("It is assumed that nothing is serving this directory");
    }

    public void Dispose() => directory.Dispose();
}
