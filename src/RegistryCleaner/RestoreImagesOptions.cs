using RegistryCleaner.Hosts;
using RegistryCleaner.Pruning;

namespace RegistryCleaner;

/// <summary>What RestoreImages is to do.</summary>
public sealed record RestoreImagesOptions : RegistryOptions
{
    /// <summary>Makes options for a registry that is found by itself.</summary>
    public RestoreImagesOptions()
    {
    }

    /// <summary>Makes options for a registry.</summary>
    public RestoreImagesOptions(RegistryOptions registry)
        : base(registry)
    {
    }

    /// <summary>The run that is taken back, as reports and History name it; null or <c>latest</c> for the latest that removed one of the images, or, where none are named, tags.</summary>
    public string? Run { get; init; }

    /// <summary>What of it comes back: <c>repo</c>, <c>repo:tag</c>, <c>repo@digest</c>, <c>repo:tag@digest</c>; none for everything.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>Whether a tag that was pushed anew since points where it did again.</summary>
    public bool Overwrite { get; init; }

    /// <summary>What becomes of a run that was killed or cancelled; unless said otherwise, all that it took away goes back first.</summary>
    public InterruptedRunPolicy Interrupted { get; init; } = InterruptedRunPolicy.RollBack;

    /// <summary>Whether it is only found out what would come back.</summary>
    public bool DryRun { get; init; }
}
