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

    /// <summary>The container engine's command: <c>docker</c>, <c>podman</c>, <c>nerdctl</c> or <c>kubectl</c>, with options of its own.</summary>
    public string? ContainerEngine { get; init; }
}
