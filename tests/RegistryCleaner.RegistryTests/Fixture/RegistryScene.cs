using Shouldly;

namespace RegistryCleaner.RegistryTests.Fixture;

// A registry in a container, with its store in a directory of this machine, and one way for the tool to get at it.
internal sealed class RegistryScene : IAsyncDisposable
{
    public const string DockerExec = "docker exec";
    public const string PodmanExec = "podman exec";
    public const string MountedDirectory = "the mounted directory";

    private readonly TemporaryDirectory directory;
    private readonly string wayIn;
    private readonly bool live;

    private RegistryScene(TemporaryDirectory directory, RegistryContainer registry, string wayIn, bool live)
    {
        this.directory = directory;
        this.wayIn = wayIn;
        this.live = live;
        Registry = registry;
        Store = new(directory.Path);
    }

    public RegistryContainer Registry { get; }

    public RegistryClient Client => Registry.Client;

    public StoreDirectory Store { get; }

    // Where a program of the registry's can be run on the store.
    public bool CanCollect => wayIn != MountedDirectory || File.Exists(RegistryRootArchive.Registry);

    // The words that lead the tool to the registry. Where nothing is pushed meanwhile, it is as good as offline.
    public IReadOnlyList<string> WayIn => [.. Where, .. live ? Serving : ["--offline"]];

    // A container says where its registry serves, and how; a directory does not.
    private IReadOnlyList<string> Serving => wayIn == MountedDirectory
        ? ["--registry-config", WriteConfiguration(), "--registry-url", $"http://{Registry.Host}"]
        : [];

    public IReadOnlyList<string> Where => wayIn switch
    {
        DockerExec => ["--registry-container", Registry.Name],
        PodmanExec => ["--container-engine", "podman --runtime runc", "--registry-container", Registry.Name],
        _ when CanCollect => ["--registry-root", directory.Path, "--registry-binary", RegistryRootArchive.Registry],
        _ => ["--registry-root", directory.Path],
    };

    // Without a cache the registry says what is on its disk, at any moment, without a restart. A live one is pruned while it serves.
    public static async Task<RegistryScene> StartAsync(
        string wayIn = DockerExec, int version = 2, bool cache = true, IReadOnlyDictionary<string, string>? environment = null, bool live = false)
    {
        var directory = new TemporaryDirectory();
        try
        {
            var variables = new Dictionary<string, string>(environment ?? new Dictionary<string, string>());
            if (!cache)
                variables["REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR"] = "";
            var registry = await RegistryContainer.StartAsync(
                wayIn == PodmanExec ? "podman" : "docker", version, new() { HostDirectory = directory.Path, Environment = variables, DeleteEnabled = live });
            return new(directory, registry, wayIn, live);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    public Task<CleanerResult> RunAsync(params IEnumerable<string> words) => CleanerInside.RunAsync([.. words, .. WayIn]);

    public Task<CleanerResult> RunProcessAsync(params IEnumerable<string> words) => CleanerProcess.RunAsync([.. words, .. WayIn]);

    public CleanerProcess Start(params IEnumerable<string> words) => CleanerProcess.Start([.. words, .. WayIn]);

    // What the registry must say after a prune, and before the next: these and only these, each of them whole.
    public async Task ShouldHoldAsync(IEnumerable<string> tags)
    {
        var wanted = tags.Order(StringComparer.Ordinal).ToList();
        var found = new List<string>();
        foreach (var repository in await Client.CatalogAsync())
            found.AddRange((await Client.TagsAsync(repository) ?? []).Select(tag => $"{repository}:{tag}"));
        found.Order(StringComparer.Ordinal).ShouldBe(wanted);
        await ShouldPullWholeAsync(wanted);
    }

    public async Task ShouldPullWholeAsync(IEnumerable<string> images)
    {
        await Parallel.ForEachAsync(images.Select(Split).GroupBy(image => image.Repository), async (repository, _) =>
        {
            var seen = new HashSet<string>();
            foreach (var (_, reference) in repository)
            {
                var digest = await Client.PullWholeAsync(repository.Key, reference, seen);
                (await Client.PullWholeAsync(repository.Key, digest, seen)).ShouldBe(digest);
            }
        });
    }

    // What a client can pull, all of it: every tag and every manifest in the store is tried, those of damaged repositories too.
    public async Task<IReadOnlySet<string>> PullableAsync()
    {
        var pullable = new HashSet<string>();
        foreach (var image in Store.Images())
        {
            try
            {
                await ShouldPullWholeAsync([image]);
                pullable.Add(image);
            }
            catch (Exception exception) when (exception is IncompletePullException or HttpRequestException)
            {
                // It is not whole, or the registry gives up on its repository.
            }
        }

        return pullable;
    }

    // `repo:tag` or `repo@digest`: each must be 404.
    public async Task ShouldNotKnowAsync(IEnumerable<string> images)
    {
        foreach (var image in images)
        {
            var (repository, reference) = Split(image);
            (await Client.HeadManifestAsync(repository, reference)).ShouldBeNull(image);
        }
    }

    // All blobs that the images consist of, manifests and their configurations and layers.
    public async Task<IReadOnlySet<string>> BlobsOfAsync(IEnumerable<string> images)
    {
        var blobs = new HashSet<string>();
        foreach (var image in images)
        {
            var (repository, reference) = Split(image);
            blobs.UnionWith(await Client.BlobsOfAsync(repository, reference));
        }

        return blobs;
    }

    public async ValueTask DisposeAsync()
    {
        await Registry.DisposeAsync();
        directory.Dispose();
    }

    private string WriteConfiguration()
    {
        var path = directory.File("config.yml");
        File.WriteAllText(path, $$"""
            version: 0.1
            storage:
              cache: { blobdescriptor: inmemory }
              delete: { enabled: true }
              filesystem: { rootdirectory: {{directory.Path}} }
            """);
        return path;
    }

    private static (string Repository, string Reference) Split(string image)
    {
        var end = image.IndexOf('@') is var at and >= 0 ? at : image.LastIndexOf(':');
        return (image[..end], image[(end + 1)..]);
    }
}
