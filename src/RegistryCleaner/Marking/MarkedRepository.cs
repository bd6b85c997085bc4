using RegistryCleaner.Naming;

namespace RegistryCleaner.Marking;

/// <summary>One repository as it was read and marked. Blobs are numbers of the <see cref="BlobTable"/>.</summary>
internal sealed class MarkedRepository(string directory, RepositoryName? name)
{
    public string Directory => directory;

    /// <summary>Its name; null for a directory whose name no repository can have, in which nothing is ever changed.</summary>
    public RepositoryName? Name => name;

    public List<MarkedTag> Tags { get; } = [];

    /// <summary>The manifests that it links.</summary>
    public List<int> Revisions { get; } = [];

    /// <summary>Directories of manifests that hold no link, as deleting one by the API leaves them.</summary>
    public List<Digest> EmptyRevisions { get; } = [];

    /// <summary>The algorithms for which it has links to layers.</summary>
    public List<string> LayerAlgorithms { get; } = [];

    /// <summary>Links to layers by another digest than the one by which they are stored.</summary>
    public List<UnneededLayer> Aliases { get; } = [];

    /// <summary>The uploads that have not ended.</summary>
    public List<string> Uploads { get; } = [];

    /// <summary>Names that the registry does not put there: the directories that hold them are not empty.</summary>
    public bool HasStrays { get; set; }

    /// <summary>Why everything that it links stays; empty where everything could be read.</summary>
    public List<string> Doubts { get; } = [];

    /// <summary>Whether all that it links stays, because nobody can know what is needed.</summary>
    public bool KeepsAll => name is null || Doubts.Count > 0;

    /// <summary>The manifests that stay, linked here or not.</summary>
    public HashSet<int> Kept { get; } = [];

    /// <summary>Manifests that it links and that go: each number, and when its link was written.</summary>
    public List<(int Id, DateTimeOffset Modified)> Removed { get; } = [];

    /// <summary>Tags about a manifest that goes, which go with it.</summary>
    public List<MarkedTag> RemovedTags { get; } = [];

    /// <summary>The manifests that stay and all that they refer to, sorted.</summary>
    public int[] Needed { get; set; } = [];

    /// <summary>Links to layers that no manifest here needs.</summary>
    public List<UnneededLayer> UnneededLayers { get; } = [];

    public bool Needs(int blob) => blob >= 0 && Array.BinarySearch(Needed, blob) >= 0;
}

/// <summary>A tag as it was read.</summary>
/// <param name="Name">Its directory's name.</param>
/// <param name="Target">The manifest that it points to, or -1.</param>
/// <param name="Problem">Why it cannot be read; null where it was.</param>
internal readonly record struct MarkedTag(string Name, int Target, string? Problem = "the tag has no current link");

/// <summary>A link to a layer that no manifest of its repository needs.</summary>
/// <param name="Digest">The digest in its path.</param>
/// <param name="Blob">The number of the blob that it links, or -1 for one that was never met.</param>
internal readonly record struct UnneededLayer(Digest Digest, int Blob);
