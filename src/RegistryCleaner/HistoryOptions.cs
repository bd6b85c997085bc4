using RegistryCleaner.Hosts;

namespace RegistryCleaner;

/// <summary>Which registry's History is shown.</summary>
public sealed record HistoryOptions : RegistryOptions
{
    /// <summary>Makes options for a registry that is found by itself.</summary>
    public HistoryOptions()
    {
    }

    /// <summary>Makes options for a registry.</summary>
    public HistoryOptions(RegistryOptions registry)
        : base(registry)
    {
    }
}
