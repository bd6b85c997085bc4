namespace RegistryCleaner.Collecting;

/// <summary>Which collector reclaims the space of what nothing refers to any longer.</summary>
public enum CollectorKind
{
    /// <summary>Our own, of what the removed images alone held: its cost does not depend on the size of the store.</summary>
    Targeted,

    /// <summary>The registry's own <c>garbage-collect</c>.</summary>
    Registry,

    /// <summary>None: tags, manifests and links go, the blobs stay until the next collection.</summary>
    None,
}

/// <summary>What a collection is to do.</summary>
/// <param name="DeleteUntagged">Whether manifests without a tag go.</param>
/// <param name="AllowMultiArchLoss">Whether the loss of multi-arch images, which a 2.x collector brings with untagged manifests, is accepted.</param>
public sealed record CollectionRequest(bool DeleteUntagged = false, bool AllowMultiArchLoss = false);

/// <summary>What a collection would do, or did.</summary>
/// <param name="Blobs">How many blobs would go, or went.</param>
/// <param name="Bytes">Their length together.</param>
/// <param name="Manifests">How many manifests without a tag would go, or went.</param>
public sealed record CollectionReport(int Blobs, long Bytes, int Manifests)
{
    /// <summary>Nothing to collect.</summary>
    public static CollectionReport Empty { get; } = new(0, 0, 0);
}
