using RegistryCleaner.Hosts;

namespace RegistryCleaner;

/// <summary>What GarbageCollect is to do.</summary>
public sealed record GarbageCollectOptions : RegistryOptions
{
    /// <summary>Makes options for a registry that is found by itself.</summary>
    public GarbageCollectOptions()
    {
    }

    /// <summary>Makes options for a registry.</summary>
    public GarbageCollectOptions(RegistryOptions registry)
        : base(registry)
    {
    }

    /// <summary>Whether it is only found out what would go.</summary>
    public bool DryRun { get; init; }

    /// <summary>Whether manifests without a tag go, too.</summary>
    public bool DeleteUntagged { get; init; }

    /// <summary>Whether <see cref="DeleteUntagged"/> may destroy multi-arch images, as it does with a 2.x registry.</summary>
    public bool AllowMultiArchLoss { get; init; }

    /// <summary>Whether the registry's container is restarted afterwards.</summary>
    public bool Restart { get; init; }
}
