using Nuke.Common;

namespace RegistryCleaner.Nuke;

/// <summary>The parameters that all targets share; what each means is in <see cref="CleanerParameter.All"/>.</summary>
public interface IRegistryTargets : INukeBuild
{
    /// <summary>Whether nothing is touched.</summary>
    [Parameter("Says what would be removed, and touches nothing")]
    bool? DryRun => TryGetValue<bool?>(() => DryRun);

    /// <summary>What frees the space.</summary>
    [Parameter("What frees the space: targeted, full, registry or none")]
    string Collector => TryGetValue(() => Collector)!;

    /// <summary>How many of the store's blobs a full collection may free.</summary>
    [Parameter("Refuses a full collection of more of the store's blobs than this: a share such as 50% or a number")]
    string MaxDelete => TryGetValue(() => MaxDelete)!;

    /// <summary>Whether a repository stays that holds nothing.</summary>
    [Parameter("Keeps a repository whose last tag goes, and one that holds nothing")]
    bool? KeepEmpty => TryGetValue<bool?>(() => KeepEmpty);

    /// <summary>Whether the registry's container is restarted afterwards.</summary>
    [Parameter("Restarts the registry's container afterwards, and waits until it serves again")]
    bool? Restart => TryGetValue<bool?>(() => Restart);

    /// <summary>The registry's container.</summary>
    [Parameter("The container that the registry runs in")]
    string RegistryContainer => TryGetValue(() => RegistryContainer)!;

    /// <summary>The registry's rootdirectory.</summary>
    [Parameter("The directory that holds docker/registry/v2: in the container named, else on this machine")]
    string RegistryRoot => TryGetValue(() => RegistryRoot)!;

    /// <summary>The registry's configuration file.</summary>
    [Parameter("The registry's configuration file, where the registry is")]
    string RegistryConfig => TryGetValue(() => RegistryConfig)!;

    /// <summary>The registry's program.</summary>
    [Parameter("The registry's program, where the registry is")]
    string RegistryBinary => TryGetValue(() => RegistryBinary)!;

    /// <summary>Hosts under which clients know the registry.</summary>
    [Parameter("Hosts (host or host:port) under which clients know this registry")]
    string[] RegistryHosts => TryGetValue(() => RegistryHosts)!;

    /// <summary>The container engine's command.</summary>
    [Parameter("docker, podman, nerdctl or kubectl, with options of its own")]
    string ContainerEngine => TryGetValue(() => ContainerEngine)!;
}
