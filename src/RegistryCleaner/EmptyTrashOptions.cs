using RegistryCleaner.Hosts;
using RegistryCleaner.Pruning;

namespace RegistryCleaner;

/// <summary>What EmptyTrash is to do.</summary>
public sealed record EmptyTrashOptions : RegistryOptions
{
    /// <summary>Makes options for a registry that is found by itself.</summary>
    public EmptyTrashOptions()
    {
    }

    /// <summary>Makes options for a registry.</summary>
    public EmptyTrashOptions(RegistryOptions registry)
        : base(registry)
    {
    }

    /// <summary>Whether it is only found out what would be freed.</summary>
    public bool DryRun { get; init; }

    /// <summary>What becomes of a run that was killed or cancelled.</summary>
    public InterruptedRunPolicy Interrupted { get; init; }
}
