using RegistryCleaner.Pruning;

namespace RegistryCleaner.Collecting;

/// <summary>Which collector reclaims the space of what nothing refers to any longer.</summary>
public enum CollectorKind
{
    /// <summary>Our own, of what the removed images alone held: its cost does not depend on the size of the store.</summary>
    Targeted,

    /// <summary>Our own, of all that nothing in the whole store refers to.</summary>
    Full,

    /// <summary>The registry's own <c>garbage-collect</c>.</summary>
    Registry,

    /// <summary>None: tags, manifests and links go, the blobs stay until the next collection.</summary>
    None,
}

/// <summary>What the registry's own collector is to do.</summary>
/// <param name="DeleteUntagged">Whether manifests without a tag go.</param>
/// <param name="AllowMultiArchLoss">Whether the loss of multi-arch images, which a 2.x collector brings with untagged manifests, is accepted.</param>
public sealed record CollectionRequest(bool DeleteUntagged = false, bool AllowMultiArchLoss = false);

/// <summary>What a collection would do, or did.</summary>
public sealed record CollectionReport
{
    /// <summary>Nothing to collect.</summary>
    public static CollectionReport Empty { get; } = new();

    /// <summary>How many blobs would go, or went.</summary>
    public int Blobs { get; init; }

    /// <summary>Their length together.</summary>
    public long Bytes { get; init; }

    /// <summary>How many manifests without a tag would be unlinked, or were; one that several repositories hold counts in each.</summary>
    public int Manifests { get; init; }

    /// <summary>How many tags that hold signatures and the like of such manifests.</summary>
    public int Tags { get; init; }

    /// <summary>How many links to layers and configurations that no manifest of their repository needs.</summary>
    public int Layers { get; init; }

    /// <summary>How many uploads that were begun and not ended.</summary>
    public int Uploads { get; init; }

    /// <summary>How many temporary files.</summary>
    public int Leftovers { get; init; }

    /// <summary>Of <see cref="Bytes"/>, what lies in the trash until the next run, which looks once more whether anything needs it.</summary>
    public long BytesInTrash { get; init; }

    /// <summary>How many blobs nothing needs and stay until the registry is restarted, because it remembers them: data of manifests.</summary>
    public int WaitingBlobs { get; init; }

    /// <summary>The length of these together.</summary>
    public long WaitingBytes { get; init; }

    /// <summary>How many blobs stay only because they are, or were linked, too recently: they may belong to a push in progress.</summary>
    public int RecentBlobs { get; init; }

    /// <summary>The length of these together.</summary>
    public long RecentBytes { get; init; }

    // What a registry that goes on serving made a run leave for later.
    internal CollectionReport With(PruneOutcome outcome, IReadOnlyDictionary<string, long> sizes) => this with
    {
        BytesInTrash = outcome.TrashIsKept ? Bytes : 0,
        WaitingBlobs = outcome.Waiting.Count,
        WaitingBytes = outcome.Waiting.Sum(digest => sizes.GetValueOrDefault(digest)),
    };
}
