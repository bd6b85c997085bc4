using RegistryCleaner.Hosts;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Api;

/// <summary>Who serves the store, as far as it can be found out, and what follows for a prune.</summary>
/// <param name="Store">Whoever has to be reckoned with.</param>
/// <param name="Sentence">What was found, for people.</param>
internal sealed record ServingState(ServedStore Store, string Sentence);

/// <summary>Finds out who serves the store, and refuses where a prune could not be made safe.</summary>
internal static class ServingFinder
{
    private const string WaysOut = "Use --restart, which stops the registry's container meanwhile, or --offline if nothing is serving this store.";

    /// <exception cref="CleanerException">Somebody serves the store and cannot be reckoned with; the ways out are named.</exception>
    public static async Task<ServingState> FindAsync(RegistryLocation location, RegistryOptions options, RepositoryName repository, CancellationToken cancellationToken)
    {
        if (options.Offline)
            return new ServingState(ServedStore.Offline, "Nothing is serving the store, as --offline says");
        if (location.IsStopped)
            return new ServingState(ServedStore.Offline, "The registry's container is stopped");
        if (options.RegistryUrl is null && location.IsBareDirectory)
            return new ServingState(ServedStore.Offline, "It is assumed that nothing is serving this directory: give --registry-url if something is, or --offline to say so");

        RequireOneCache(location);
        await RequireOneProcessAsync(location, cancellationToken);
        try
        {
            var finder = new RegistryFinder(options, location);
            var api = await finder.FindAsync(cancellationToken)
                ?? throw Refused($"Something may be serving this store, and its API was not found ({finder.Tried}). Give --registry-url. {WaysOut}");
            var abilities = await api.AskAbilitiesAsync(repository, cancellationToken);
            return Judge(location, options, api, abilities);
        }
        catch (RegistryApiException e)
        {
            throw Refused($"{e.Message} {WaysOut}");
        }
    }

    private static ServingState Judge(RegistryLocation location, RegistryOptions options, RegistryApi api, RegistryAbilities abilities)
    {
        if (abilities.IsWritable == false)
            return new ServingState(ServedStore.Offline, $"The registry at {api.Url} is read-only: nobody can push, and it has to be restarted to become writable");
        if (location.Configuration.DescriptorCache is null && !location.IsBareDirectory)
            return new ServingState(new LiveStore(null, options.Settle), $"The registry at {api.Url} goes on serving; it has no cache");
        if (abilities.DeletesEnabled != true)
        {
            throw Refused(
                $"The registry at {api.Url} goes on serving, and does not let its cache be emptied, because deletes are {(abilities.DeletesEnabled == false ? "switched off" : "answered by something in front of it")}: a later push would find there what is gone, and leave a tag that cannot be pulled. "
                + $"Switch them on (storage.delete.enabled: true, or REGISTRY_STORAGE_DELETE_ENABLED=true). {WaysOut}");
        }

        return new ServingState(new LiveStore(api, options.Settle), $"The registry at {api.Url} goes on serving; it is told what to forget");
    }

    private static void RequireOneCache(RegistryLocation location)
    {
        // Its answers change with what other repositories are asked for (cache/redis); nothing that is asked once holds true later.
        if (location.Configuration.DescriptorCache is { } cache and not "inmemory")
            throw Refused($"The registry keeps its cache in {cache}, which cannot be emptied reliably while it serves. {WaysOut} Empty that cache as well before the registry serves again.");
        if (location.Configuration.ProxiedUrl is { } remote)
            throw Refused($"The registry is a pull-through cache of {remote}, which looks after its own content (proxy.ttl) and does not delete when it is told to. {WaysOut}");
        if (location is { IsBareDirectory: true, ConfigurationPath: null })
            throw Refused($"What the registry's cache is cannot be told from its directory: give its configuration with --registry-config, or act in its container. {WaysOut}");
    }

    // A request to the API empties the cache of the one process that answers it.
    private static async Task RequireOneProcessAsync(RegistryLocation location, CancellationToken cancellationToken)
    {
        if (location.Host.Engine is not { ManagesContainers: true } engine || location.Inspection is not { } own)
            return;
        if (own.MountOf(location.RootDirectory) is not { Source.Length: > 0 } mount)
            return;
        var listed = await engine.RunAsync(["ps", "-q", "--no-trunc"], cancellationToken);
        foreach (var id in listed.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (other, _) = await ContainerInspection.AskAsync(engine, id, cancellationToken);
            if (other is not null && other.Id != own.Id && (other.Serves || other.Image == own.Image) && other.Mounts.Any(shared => shared.Source == mount.Source))
                throw Refused($"Another container, '{other.Name}', serves the same store: each has a cache of its own, and only one of them could be told what to forget. {WaysOut}");
        }
    }

    private static CleanerException Refused(string message) => new(ExitCode.Refused, message);
}
