namespace RegistryCleaner.Hosts;

/// <summary>Which registry to act on. What is left out is found out (Store/RegistryLocator).</summary>
public record RegistryOptions
{
    /// <summary>The name of the container that the registry runs in.</summary>
    public string? RegistryContainer { get; init; }

    /// <summary>
    /// The registry's rootdirectory, the one that holds <c>docker/registry/v2</c>: in the container named, otherwise on this machine.
    /// </summary>
    public string? RegistryRoot { get; init; }

    /// <summary>The path of the registry's configuration file, where the registry is.</summary>
    public string? RegistryConfig { get; init; }

    /// <summary>The path of the registry's program, where the registry is.</summary>
    public string? RegistryBinary { get; init; }

    /// <summary>Hosts, with a port where clients write one, under which clients know this registry.</summary>
    public IReadOnlyList<string> RegistryHosts { get; init; } = [];

    /// <summary>The address of the registry's API; null to find it out from the container.</summary>
    public Uri? RegistryUrl { get; init; }

    /// <summary>The user to show the registry; null to use what <c>docker login</c> stored.</summary>
    public string? RegistryUser { get; init; }

    /// <summary>A file that holds the user's password or token; null for the environment variable <c>REGISTRY_CLEANER_PASSWORD</c>.</summary>
    public string? RegistryPasswordFile { get; init; }

    /// <summary>A PEM file of the certificates that the registry's own must come from; null for those that the system trusts.</summary>
    public string? RegistryCa { get; init; }

    /// <summary>A PEM file with the client certificate that the registry wants to see.</summary>
    public string? RegistryCert { get; init; }

    /// <summary>A PEM file with the client certificate's key; null where it is in the same file.</summary>
    public string? RegistryKey { get; init; }

    /// <summary>Whether any certificate will do, and credentials may go over plain HTTP.</summary>
    public bool Insecure { get; init; }

    /// <summary>How far a run has come that stops the registry's container meanwhile.</summary>
    internal StopPhase StopPhase { get; init; }

    /// <summary>Whether nothing is serving the store, whatever it looks like.</summary>
    public bool Offline { get; init; }

    /// <summary>How long requests to a registry that goes on serving may take from looking at the store to writing to it.</summary>
    public TimeSpan Settle { get; init; } = DefaultSettle;

    /// <summary>How long to wait for another cleaner on the same store to end.</summary>
    public TimeSpan LockTimeout { get; init; }

    /// <summary>Seven days: docs/safety.md says why.</summary>
    public static TimeSpan DefaultTrashRetention { get; } = TimeSpan.FromDays(7);

    /// <summary>Three seconds: docs/live-pruning.md says why.</summary>
    public static TimeSpan DefaultSettle { get; } = TimeSpan.FromSeconds(3);

    /// <summary>The container engine's command: <c>docker</c>, <c>podman</c>, <c>nerdctl</c> or <c>kubectl</c>, with options of its own.</summary>
    public string? ContainerEngine { get; init; }
}

/// <summary>How far a run has come that stops the registry's container.</summary>
internal enum StopPhase
{
    /// <summary>It is none.</summary>
    None,

    /// <summary>A look while the registry serves: what would be refused later is refused now.</summary>
    Preview,

    /// <summary>The container is stopped.</summary>
    Stopped,
}
