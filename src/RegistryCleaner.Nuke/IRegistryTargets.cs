using Nuke.Common;

namespace RegistryCleaner.Nuke;

/// <summary>The parameters that all targets share; what each means is in <see cref="CleanerParameter.All"/>.</summary>
public interface IRegistryTargets : INukeBuild
{
    /// <summary>Whether nothing is touched.</summary>
    [Parameter("Says what would be done, and touches nothing")]
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

    /// <summary>How long what is removed can be put back.</summary>
    [Parameter("How long what is removed stays in the trash, such as 0, 12h or 7d; only then is its space free")]
    string TrashRetention => TryGetValue(() => TrashRetention)!;

    /// <summary>What becomes of an earlier run that was killed.</summary>
    [Parameter("What becomes of an earlier run that was killed: finish, rollback or auto")]
    string Interrupted => TryGetValue(() => Interrupted)!;

    /// <summary>How closely what remains is looked at.</summary>
    [Parameter("How closely what remains in the pruned repositories is looked at afterwards: size or hash")]
    string Verify => TryGetValue(() => Verify)!;

    /// <summary>The address of the registry's API.</summary>
    [Parameter("The address of the registry's API, such as https://registry.example.com")]
    string RegistryUrl => TryGetValue(() => RegistryUrl)!;

    /// <summary>The user to show the registry.</summary>
    [Parameter("The user to show the registry, with a password from REGISTRY_CLEANER_PASSWORD or a file")]
    string RegistryUser => TryGetValue(() => RegistryUser)!;

    /// <summary>A file that holds the user's password or token.</summary>
    [Parameter("A file that holds the user's password or token")]
    string RegistryPasswordFile => TryGetValue(() => RegistryPasswordFile)!;

    /// <summary>The certificates that the registry's own must come from.</summary>
    [Parameter("A PEM file of the certificates that the registry's own must come from")]
    string RegistryCa => TryGetValue(() => RegistryCa)!;

    /// <summary>The client certificate that the registry wants to see.</summary>
    [Parameter("A PEM file with the client certificate that the registry wants to see")]
    string RegistryCert => TryGetValue(() => RegistryCert)!;

    /// <summary>The client certificate's key.</summary>
    [Parameter("A PEM file with the client certificate's key")]
    string RegistryKey => TryGetValue(() => RegistryKey)!;

    /// <summary>Whether any certificate will do.</summary>
    [Parameter("Takes any certificate of the registry's, and lets credentials go over plain HTTP")]
    bool? Insecure => TryGetValue<bool?>(() => Insecure);

    /// <summary>Whether nothing is serving the store.</summary>
    [Parameter("Says that nothing is serving the store")]
    bool? Offline => TryGetValue<bool?>(() => Offline);

    /// <summary>How long requests are given to end.</summary>
    [Parameter("How long requests to a registry that goes on serving are given to end, such as 3s")]
    string Settle => TryGetValue(() => Settle)!;

    /// <summary>How long to wait for another cleaner.</summary>
    [Parameter("How long to wait for another cleaner on the same store to end, such as 5m")]
    string LockTimeout => TryGetValue(() => LockTimeout)!;

    /// <summary>Whether the registry's container is stopped meanwhile and started again.</summary>
    [Parameter("Stops the registry's container meanwhile, starts it again, and waits until it serves")]
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
