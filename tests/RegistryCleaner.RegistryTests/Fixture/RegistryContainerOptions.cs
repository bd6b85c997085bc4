namespace RegistryCleaner.RegistryTests.Fixture;

internal sealed record RegistryContainerOptions
{
    // Said to the registry either way: the official images differ in their default.
    public bool DeleteEnabled { get; init; }

    // Mounted at /var/lib/registry; null: an anonymous volume, removed with the container.
    public string? HostDirectory { get; init; }

    // Directories of this machine, at the same paths in the container, for reading.
    public IReadOnlyList<string> Mounts { get; init; } = [];

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
