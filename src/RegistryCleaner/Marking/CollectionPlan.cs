using System.Collections.Immutable;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Marking;

/// <summary>What a full collection would do. Nothing happens until it is applied.</summary>
public sealed record CollectionPlan
{
    /// <summary>The repositories from which something goes.</summary>
    public required ImmutableArray<RepositoryGarbage> Repositories { get; init; }

    /// <summary>The blobs that go.</summary>
    public required ImmutableArray<CollectedBlob> Blobs { get; init; }

    /// <summary>Uploads that were begun and not ended.</summary>
    public required ImmutableArray<CollectedPath> Uploads { get; init; }

    /// <summary>Temporary files of a registry that was killed.</summary>
    public required ImmutableArray<CollectedPath> Leftovers { get; init; }

    /// <summary>Directories that go if they are empty by then, the inner before the outer.</summary>
    public required ImmutableArray<string> Directories { get; init; }

    /// <summary>How many blobs the store holds.</summary>
    public required int AllBlobs { get; init; }

    /// <summary>Blobs that stay only because they are, or were linked, too recently.</summary>
    public required int RecentBlobs { get; init; }

    /// <summary>The length of these together.</summary>
    public required long RecentBytes { get; init; }

    /// <summary>What could not be read or understood, and what stays on that account.</summary>
    public required ImmutableArray<string> Remarks { get; init; }

    /// <summary>Whether there is any repository.</summary>
    internal bool HasRepositories { get; init; }

    /// <summary>Whether there would be none any more.</summary>
    internal bool LeavesNoRepositories { get; init; }

    /// <summary>How many blobs nothing is known to need, and stay only because not everything could be looked at.</summary>
    internal int DoubtedBlobs { get; init; }

    /// <summary>The bytes that the blobs take.</summary>
    public long Bytes => Blobs.Sum(blob => blob.Size);

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsEmpty => Repositories.IsEmpty && Blobs.IsEmpty && Uploads.IsEmpty && Leftovers.IsEmpty && Directories.IsEmpty;
}

/// <summary>What goes from one repository.</summary>
/// <param name="Name">The repository.</param>
/// <param name="Tags">Tags about a manifest that goes: its signatures and the like.</param>
/// <param name="Manifests">Manifests without a tag, an index before its children.</param>
/// <param name="Layers">Links to layers that no manifest of the repository needs.</param>
public sealed record RepositoryGarbage(
    RepositoryName Name, ImmutableArray<CollectedTag> Tags, ImmutableArray<CollectedLink> Manifests, ImmutableArray<CollectedLink> Layers);

/// <summary>A tag that goes.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Digest">Where it points.</param>
public readonly record struct CollectedTag(Tag Tag, Digest Digest);

/// <summary>A link that goes.</summary>
/// <param name="Digest">The digest in its path.</param>
/// <param name="Modified">When it was written: one that is written anew meanwhile was pushed again, and stays.</param>
public readonly record struct CollectedLink(Digest Digest, DateTimeOffset Modified);

/// <summary>A blob that goes.</summary>
/// <param name="Digest">The blob.</param>
/// <param name="Size">Its length in bytes.</param>
public readonly record struct CollectedBlob(Digest Digest, long Size);

/// <summary>A file or directory that goes.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Modified">When anything in it was last written.</param>
public readonly record struct CollectedPath(string Path, DateTimeOffset Modified);
