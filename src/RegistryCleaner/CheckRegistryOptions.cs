using RegistryCleaner.Checking;
using RegistryCleaner.Hosts;

namespace RegistryCleaner;

/// <summary>What CheckRegistry is to do.</summary>
public sealed record CheckRegistryOptions : RegistryOptions
{
    /// <summary>Makes options for a registry that is found by itself.</summary>
    public CheckRegistryOptions()
    {
    }

    /// <summary>Makes options for a registry.</summary>
    public CheckRegistryOptions(RegistryOptions registry)
        : base(registry)
    {
    }

    /// <summary>Whether the content of blobs is read, too.</summary>
    public VerifyKind Verify { get; init; }

    /// <summary>Whether what can be repaired without harm is repaired.</summary>
    public bool Repair { get; init; }
}
