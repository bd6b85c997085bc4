using System.Collections.Immutable;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Restoring;

/// <summary>What would become, or became, of a tag that is to come back.</summary>
public enum RestoreDecision
{
    /// <summary>It comes back.</summary>
    Restore,

    /// <summary>It is there already, and points where it did.</summary>
    Present,

    /// <summary>Somebody pushed it anew since: it stays as it is.</summary>
    PushedAnew,

    /// <summary>Somebody pushed it anew since, and it is to point where it did all the same.</summary>
    Overwrite,

    /// <summary>Something that it needs is neither in the store nor in any trash.</summary>
    Lost,
}

/// <summary>A tag, or a manifest without one, that is to come back.</summary>
/// <param name="Image"><c>repo:tag</c> or <c>repo@digest</c>.</param>
/// <param name="Digest">Where the tag points; null where its link cannot be read.</param>
/// <param name="Decision">What becomes of it.</param>
/// <param name="Reason">Why.</param>
public sealed record RestoredImage(string Image, Digest? Digest, RestoreDecision Decision, string Reason);

/// <summary>What taking a run back would do, or did.</summary>
public sealed record RestorePlan
{
    /// <summary>The run.</summary>
    public required string Run { get; init; }

    /// <summary>The images that were asked for.</summary>
    public required ImmutableArray<RestoredImage> Images { get; init; }

    /// <summary>How many manifests are linked again.</summary>
    public int Manifests { get; init; }

    /// <summary>How many layers and configurations are linked again.</summary>
    public int Layers { get; init; }

    /// <summary>How many blobs come back from the trash.</summary>
    public int Blobs { get; init; }

    /// <summary>Their length together.</summary>
    public long Bytes { get; init; }

    /// <summary>What else a person should know, one sentence each.</summary>
    public ImmutableArray<string> Remarks { get; init; } = [];

    /// <summary>Whether all that was asked for comes back, or is there.</summary>
    public bool IsComplete => Images.All(image => image.Decision is RestoreDecision.Restore or RestoreDecision.Present or RestoreDecision.Overwrite);
}
