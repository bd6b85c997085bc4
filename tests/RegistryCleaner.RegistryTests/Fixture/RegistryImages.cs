using System.Collections.Concurrent;
using CliWrap;

namespace RegistryCleaner.RegistryTests.Fixture;

// Which image to run a registry from: the official one where it is here or can be pulled, and otherwise, for
// version 2, one made from Debian's docker-registry package.
internal static class RegistryImages
{
    public const string Made = "registry-cleaner-tests/registry:2";

    private static readonly TimeSpan PullPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ImportPatience = TimeSpan.FromMinutes(2);

    private static readonly ConcurrentDictionary<(string Engine, int Version), Lazy<Task<RegistryImage>>> Found = new();
    private static readonly SemaphoreSlim PullOneAtATime = new(1);
    private static string? whyNoPull;

    public static Task<RegistryImage> FindAsync(ContainerEngine engine, int version) =>
        Found.GetOrAdd((engine.Name, version), _ => new(() => LookAsync(engine, version))).Value;

    private static async Task<RegistryImage> LookAsync(ContainerEngine engine, int version)
    {
        var official = $"docker.io/library/registry:{version}";
        if (await ExistsAsync(engine, official) || await PullAsync(engine, official) is null)
            return new(official, null);

        if (version != 2)
            return new(null, $"registry:{version} cannot be had: it is not on this machine, and Docker Hub is out of reach ({whyNoPull})");

        var own = $"{engine.LocalImagePrefix}{Made}";
        if (await ExistsAsync(engine, own))
            return new(own, null);

        if (RegistryRootArchive.Missing is { } missing)
            return new(null, $"registry:2 cannot be had: Docker Hub is out of reach ({whyNoPull}), and to make one {missing} is missing");

        return await ImportAsync(engine, own) is { } problem
            ? new(null, $"registry:2 cannot be had: Docker Hub is out of reach ({whyNoPull}), and {engine.Name} cannot import one ({problem})")
            : new(own, null);
    }

    private static async Task<bool> ExistsAsync(ContainerEngine engine, string image) =>
        await RegistryMachine.TryAsync(engine.Command(["image", "inspect", image])) is null;

    // One failure is enough: the next would fail for the same reason, after the same wait.
    private static async Task<string?> PullAsync(ContainerEngine engine, string image)
    {
        await PullOneAtATime.WaitAsync();
        try
        {
            return whyNoPull ??= await RegistryMachine.TryAsync(engine.Command(["pull", "--quiet", image]), PullPatience);
        }
        finally
        {
            PullOneAtATime.Release();
        }
    }

    private static async Task<string?> ImportAsync(ContainerEngine engine, string image)
    {
        var import = engine.Command(
        [
            "import",
            "--change", """ENTRYPOINT ["/bin/registry"]""",
            "--change", $"""CMD ["serve","{RegistryRootArchive.ConfigurationPath}"]""",
            "--change", "VOLUME /var/lib/registry",
            "--change", "EXPOSE 5000",
            "-", image,
        ]);
        return await RegistryMachine.TryAsync(PipeSource.Create(RegistryRootArchive.WriteAsync) | import, ImportPatience);
    }
}

// Name is null where there is no such image to be had, and Unavailable says why.
internal sealed record RegistryImage(string? Name, string? Unavailable);
