using RegistryCleaner.Api;
using RegistryCleaner.Hosts;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;

namespace RegistryCleaner.Tests.Api;

/// <summary>Where the API of a registry in a container is looked for.</summary>
[Collection(Environments.DockerConfiguration)]
public sealed class RegistryFinderTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("registry-cleaner-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("[::]")]
    [InlineData("::")]
    [InlineData("127.0.0.1")]
    public async Task A_published_port_is_asked_on_this_machine(string address)
    {
        await using var server = ToyServer.Of(ToyAnswer.Ok());
        var finder = Finder($"[ \"$*\" = 'port NAME 5000/tcp' ] && echo '{address}:{server.Port}'");

        using var api = await finder.FindAsync(_ => Task.FromResult<string?>(null), CancellationToken.None);

        api!.Url.Port.ShouldBe(server.Port);
        api.Url.IsLoopback.ShouldBeTrue();
    }

    [Fact]
    public async Task An_engine_that_may_be_elsewhere_is_asked_for_no_address()
    {
        await using var server = ToyServer.Of(ToyAnswer.Ok());
        var finder = Finder($"echo 0.0.0.0:{server.Port}", "--host tcp://10.0.0.7:2376");

        (await finder.FindAsync(_ => Task.FromResult<string?>(null), CancellationToken.None)).ShouldBeNull();

        finder.Tried.ShouldContain("another machine");
        server.Requests.ShouldBeEmpty();
    }

    private RegistryFinder Finder(string script, string words = "")
    {
        ContainerEngine.TryParse($"{FakeProgram.Write(_directory, "docker", script)} {words}", out var engine, out _).ShouldBeTrue();
        RegistryConfiguration.TryRead("version: 0.1", new Dictionary<string, string>(), out var configuration, out _).ShouldBeTrue();
        return new RegistryFinder(new RegistryOptions(), new RegistryLocation
        {
            Host = CommandHost.InContainer(engine!, "NAME"),
            RootDirectory = RegistryConfiguration.DefaultRootDirectory,
            RootDirectorySource = "the default",
            Configuration = configuration!,
        });
    }
}
