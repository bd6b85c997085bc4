using RegistryCleaner.Hosts;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Api;

/// <summary>Who serves the store, as far as it can be found out, and what follows for a prune.</summary>
/// <param name="Store">Whoever has to be reckoned with.</param>
/// <param name="State">What was found, for people. Where it changes while a run waits, the run does not go on.</param>
/// <param name="Remark">What else has the store and does not seem to serve it; empty where nothing has. Such as a backup comes and goes.</param>
internal sealed record ServingState(ServedStore Store, string State, string Remark = "")
{
    /// <summary>All of it.</summary>
    public string Sentence => State + Remark;
}

/// <summary>Finds out who serves the store, and refuses where a prune could not be made safe.</summary>
/// <param name="location">The store.</param>
/// <param name="options">How the registry is reached.</param>
/// <param name="files">The store's files.</param>
/// <param name="repositories">Repositories that the credentials are good for; empty where any will do.</param>
internal sealed class ServingFinder(RegistryLocation location, RegistryOptions options, IStoreFiles files, IReadOnlyList<RepositoryName> repositories)
{
    // Where files are shared over a network, what is new may show up late.
    private const int Looks = 10;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(300);

    private static readonly RepositoryName s_anyRepository = RepositoryName.Parse("registry-cleaner");

    private const string WaysOut = "Use --restart, which stops the registry's container meanwhile, or --offline if nothing is serving this store.";

    // Containers that could serve the store as far as their mounts go, and do not look it.
    private readonly List<string> _besides = [];

    /// <exception cref="CleanerException">Somebody serves the store and cannot be reckoned with; the ways out are named.</exception>
    /// <param name="mayWrite">Whether it may be tried out, by an upload that is taken back, if the registry that answers serves this store.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public async Task<ServingState> FindAsync(bool mayWrite, CancellationToken cancellationToken)
    {
        var state = await FindRegistryAsync(mayWrite, cancellationToken);
        return _besides.Count == 0 ? state : state with { Remark = $". The store is mounted in {string.Join(", ", _besides.Select(name => $"'{name}'"))} as well: if a registry serves it there, stop that one first" };
    }

    private async Task<ServingState> FindRegistryAsync(bool mayWrite, CancellationToken cancellationToken)
    {
        if (options.Offline)
            return new ServingState(ServedStore.Offline, "Nothing is serving the store, as --offline says" + (location.OutlivingCache is { } kept ? $"; its cache in {kept} has to be emptied before anything serves it again" : ""));
        if (options.StopPhase == StopPhase.Stopped && !location.IsStopped)
            throw Refused($"The container '{location.Host.Container}' was stopped for this run, and somebody started it again: nothing was touched.");
        RequireCacheThatEndsWithIt();
        if (location.IsStopped || options.StopPhase == StopPhase.Preview)
        {
            await RequireOneProcessAsync(cancellationToken);
            return new ServingState(ServedStore.Offline, location.IsStopped ? "The registry's container is stopped" : "The registry's container will be stopped");
        }

        if (options.RegistryUrl is null && location.IsBareDirectory)
            return new ServingState(ServedStore.Offline, "It is assumed that nothing is serving this directory: give --registry-url if something is, or --offline to say so");

        RequireOneCache();
        await RequireOneProcessAsync(cancellationToken);
        var (repository, isThere) = await ChooseRepositoryAsync(cancellationToken);
        try
        {
            var finder = new RegistryFinder(options, location);
            RegistryAbilities abilities = null!;
            var api = await finder.FindAsync(
                async api =>
                {
                    abilities = await api.AskAbilitiesAsync(repository, cancellationToken);
                    var isTold = HasCache && abilities is { IsWritable: not false, DeletesEnabled: true };
                    return mayWrite && isThere && isTold && !await ServesThisAsync(api, repository, cancellationToken) ? "what answers there serves another store" : null;
                },
                cancellationToken)
                ?? throw Refused($"Something may be serving this store, and its API was not found ({finder.Tried}). Give --registry-url. {WaysOut}");
            return Judge(api, abilities);
        }
        catch (RegistryApiException e)
        {
            throw Refused($"{e.Message} {WaysOut}");
        }
    }

    private bool HasCache => location.Configuration.DescriptorCache is not null || location.IsBareDirectory;

    // One that is there: an upload would make it one otherwise.
    private async Task<(RepositoryName Repository, bool IsThere)> ChooseRepositoryAsync(CancellationToken cancellationToken)
    {
        var there = await files.StatAsync([.. repositories.Select(StoreLayout.Repository)], cancellationToken);
        if (repositories.FirstOrDefault(name => there.ContainsKey(StoreLayout.Repository(name))) is { } named)
            return (named, true);
        if ((await new StoreReader(files).FindRepositoriesAsync(cancellationToken)).Repositories is [var first, ..])
            return (first, true);
        return (repositories is [var missing, ..] ? missing : s_anyRepository, false);
    }

    // Told to forget, another registry would delete what it holds of the same image, and the one that serves this store would remember it.
    private async Task<bool> ServesThisAsync(RegistryApi api, RepositoryName repository, CancellationToken cancellationToken)
    {
        var directory = "";
        var isSeen = await api.ShowUploadAsync(
            repository,
            async upload =>
            {
                directory = StoreLayout.Upload(repository, upload.ToString());
                for (var look = 0; look < Looks; look++)
                {
                    if ((await files.StatAsync([$"{directory}/{StoreLayout.StartedAt}"], cancellationToken)).Count > 0)
                        return true;
                    await Task.Delay(s_pause, cancellationToken);
                }

                return false;
            },
            cancellationToken);
        // 2.8 writes down how far it was after it has deleted the upload (registry/storage/blobwriter.go, Cancel and Close).
        if (isSeen)
        {
            await files.MoveAsync(StoreLayout.Version2, StoreLayout.Discarded, [directory[(StoreLayout.Version2.Length + 1)..]], cancellationToken);
            await files.DeleteTreesAsync([$"{StoreLayout.Discarded}{directory[StoreLayout.Version2.Length..]}"], cancellationToken);
        }

        return isSeen;
    }

    private ServingState Judge(RegistryApi api, RegistryAbilities abilities)
    {
        if (abilities.IsWritable == false && !location.Configuration.IsReadOnly)
            throw Refused($"What answers at {api.Url} takes no pushes, although the registry's configuration does not say that it is read-only: something in front of it may let others push. Give the address at which the registry itself answers. {WaysOut}");
        if (abilities.IsWritable == false)
            return new ServingState(ServedStore.Offline, $"The registry at {api.Url} is read-only: nobody can push, and it has to be restarted to become writable");
        if (!HasCache)
            return new ServingState(new LiveStore(null, options.Settle), $"The registry at {api.Url} goes on serving; it has no cache");
        if (abilities.DeletesEnabled != true)
        {
            throw Refused(
                $"The registry at {api.Url} goes on serving, and does not let its cache be emptied, because deletes are {(abilities.DeletesEnabled == false ? "switched off" : "answered by something in front of it")}: a later push would find there what is gone, and leave a tag that cannot be pulled. "
                + $"Switch them on (storage.delete.enabled: true, or REGISTRY_STORAGE_DELETE_ENABLED=true). {WaysOut}");
        }

        return new ServingState(new LiveStore(api, options.Settle), $"The registry at {api.Url} goes on serving; it is told what to forget");
    }

    // Its answers change with what other repositories are asked for (cache/redis), so that nothing that is asked once holds true later;
    // and a registry that is started again finds there what is gone.
    private void RequireCacheThatEndsWithIt()
    {
        if (location.OutlivingCache is { } cache)
            throw Refused($"The registry keeps its cache in {cache}, which cannot be emptied reliably while it serves, and outlives it when it is stopped: a later push would find there what is gone, and leave a tag that cannot be pulled. Stop the registry, use --offline, and empty that cache before it serves again.");
    }

    private void RequireOneCache()
    {
        if (location.Configuration.ProxiedUrl is { } remote)
            throw Refused($"The registry is a pull-through cache of {remote}, which looks after its own content (proxy.ttl) and does not delete when it is told to. {WaysOut}");
        if (location is { IsBareDirectory: true, ConfigurationPath: null })
            throw Refused($"What the registry's cache is cannot be told from its directory: give its configuration with --registry-config, or act in its container. {WaysOut}");
        // No registry starts without one.
        if (location.ConfigurationPath is null)
            throw Refused($"What the registry's cache is cannot be told, as its configuration was not found: give it with --registry-config. {WaysOut}");
    }

    // A request to the API empties the cache of the one process that answers it, and a container that is stopped stops no other.
    private async Task RequireOneProcessAsync(CancellationToken cancellationToken)
    {
        if (location.Host.Engine is not { ManagesContainers: true } engine || location.Inspection is not { } own)
            return;
        if (own.MountOf(location.RootDirectory) is not { Source.Length: > 0 } mount)
            return;
        // A directory above may be mounted elsewhere, or one below.
        var store = mount.Source + location.RootDirectory[mount.Destination.TrimEnd('/').Length..];
        var listed = await engine.RunAsync(["ps", "-q", "--no-trunc"], cancellationToken);
        if (listed.ExitCode != 0)
            throw Refused($"Whether another container serves the same store cannot be told: {listed.StandardError.Trim()}");
        List<string> others = [.. listed.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(id => id != own.Id)];
        foreach (var other in (await ContainerInspection.AskEachAsync(engine, others, cancellationToken))
            .Where(other => other.Name != location.Host.Container && other.Mounts.Any(shared => StorePaths.IsWithin(shared.Source, store) || StorePaths.IsWithin(store, shared.Source))))
        {
            if (!other.Serves && other.Image != own.Image)
                _besides.Add(other.Name);
            else
                throw Refused($"Another container, '{other.Name}', serves the same store: each has a cache of its own, and only one of them could be told what to forget, or be stopped. Stop the other, or use --offline if it does not serve.");
        }
    }

    private static CleanerException Refused(string message) => new(ExitCode.Refused, message);
}
