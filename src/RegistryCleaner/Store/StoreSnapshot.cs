using System.Collections.Immutable;
using RegistryCleaner.Manifests;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Store;

/// <summary>What a link file says: a digest, or why it cannot be read.</summary>
/// <param name="Target">The digest in it; null where there is a problem.</param>
/// <param name="Problem">Why it cannot be read; null where there is a digest.</param>
/// <param name="Modified">When it was written, where that was asked for: a push writes a link anew even if it is there.</param>
public readonly record struct Link(Digest? Target, string? Problem, DateTimeOffset Modified = default)
{
    /// <summary>A link that was read.</summary>
    public static Link To(Digest target) => new(target, null);

    /// <summary>A link that cannot be read.</summary>
    public static Link Unreadable(string problem) => new(null, problem);
}

/// <summary>A link that makes a blob part of a repository.</summary>
/// <param name="Path">Where the link lies. Its name and its content differ for an upload by sha512, which is stored by sha256.</param>
/// <param name="Link">What it says: the blob's own digest.</param>
/// <param name="Modified">When it was written.</param>
public readonly record struct LayerLink(string Path, Link Link, DateTimeOffset Modified);

/// <summary>An upload that has not ended.</summary>
/// <param name="Id">The registry's name for it.</param>
/// <param name="Modified">When something in it was last written.</param>
public readonly record struct Upload(string Id, DateTimeOffset Modified);

/// <summary>One repository, as its files say at one moment.</summary>
public sealed record RepositorySnapshot
{
    private readonly ImmutableArray<LayerLink>? _layers;
    private readonly SortedList<Tag, Link> _tags = [];
    private readonly SortedList<Digest, Link> _revisions = [];

    /// <summary>The repository.</summary>
    public required RepositoryName Name { get; init; }

    /// <summary>Each tag and where its current link points, in ordinal order whatever the order was.</summary>
    public required IReadOnlyDictionary<Tag, Link> Tags
    {
        get => _tags;
        init => _tags = Sorted(value);
    }

    /// <summary>The manifests that are part of the repository. The link's content is the digest of its path, or it is unreadable. In order, too.</summary>
    public required IReadOnlyDictionary<Digest, Link> Revisions
    {
        get => _revisions;
        init => _revisions = Sorted(value);
    }

    /// <summary>The links to layers and configurations that were asked for, and those by another algorithm than sha256.</summary>
    /// <exception cref="InvalidOperationException">None were asked for: nobody is to take that for there being none.</exception>
    public ImmutableArray<LayerLink> Layers
    {
        get => _layers ?? throw new InvalidOperationException($"The links to layers of {Name} were not read.");
        init => _layers = value;
    }

    /// <summary>Uploads that have not ended.</summary>
    public required ImmutableArray<Upload> Uploads { get; init; }

    /// <summary>What could not be listed or understood, besides the links above.</summary>
    public required ImmutableArray<StoreProblem> Problems { get; init; }

    /// <summary>Which of <c>_manifests</c>, <c>_manifests/tags</c>, <c>_layers</c> and <c>_uploads</c> there are.</summary>
    public required ImmutableHashSet<string> Directories { get; init; }

    /// <summary>Whether this is a repository at all, by either line's marker, and not merely a name in front of others.</summary>
    public bool Exists => !Directories.IsEmpty;

    // An immutable dictionary in order is a tree, whose making takes as long as reading the links.
    private static SortedList<TKey, Link> Sorted<TKey>(IReadOnlyDictionary<TKey, Link> links)
        where TKey : notnull =>
        new(links as IDictionary<TKey, Link> ?? links.ToDictionary());
}

/// <summary>A manifest that was read, or why it was not.</summary>
/// <param name="Manifest">What it refers to; null where there is a problem.</param>
/// <param name="Problem">Why it cannot be read; null where it was.</param>
/// <param name="IsNone">
/// Whether it is known to be no manifest: nothing is stored, or content of another kind, such as the layers that the index of a
/// build cache names as if they were manifests.
/// </param>
public readonly record struct ManifestState(Manifest? Manifest, string? Problem, bool IsNone = false)
{
    /// <summary>Nothing is stored under the manifest's digest.</summary>
    internal static ManifestState Missing { get; } = new(null, "the manifest's blob is missing", IsNone: true);

    /// <summary>What a blob's content says.</summary>
    internal static ManifestState Of(Digest digest, FileContent content)
    {
        if (content.Problem is not null)
            return new ManifestState(null, content.Problem, IsNone: content.IsTooLong);
        return ManifestReader.TryRead(digest, content.Bytes, out var manifest, out var reason)
            ? new ManifestState(manifest, null)
            : new ManifestState(null, reason, IsNone: ManifestReader.IsSomethingElse(digest, content.Bytes.Span));
    }
}

/// <summary>What is there: some repositories or all, with the manifests that they hold and those that these refer to.</summary>
/// <param name="Repositories">By name; those that were asked for and do not exist are left out.</param>
/// <param name="Namespaces">Names that were asked for and are no repositories, but stand in front of others, as <c>a</c> in <c>a/b</c>.</param>
/// <param name="Manifests">By digest, each read once however many repositories hold it.</param>
public sealed record StoreSnapshot(
    IReadOnlyDictionary<RepositoryName, RepositorySnapshot> Repositories,
    IReadOnlySet<RepositoryName> Namespaces,
    IReadOnlyDictionary<Digest, ManifestState> Manifests);

/// <summary>The names of all repositories, and what in their tree is no repository.</summary>
/// <param name="Repositories">All repositories, by either line's marker.</param>
/// <param name="Unnamed">
/// Directories that hold what only a repository's do, under a name that none can have. Nothing in them is ever changed, and what they
/// link stays.
/// </param>
/// <param name="StrayFiles">Files whose name begins with '_': registry 2.x stops looking for repositories in a directory that holds one.</param>
/// <param name="Problems">What may hide a repository: symbolic links, what cannot be listed.</param>
public sealed record RepositoryCatalog(
    IReadOnlyList<RepositoryName> Repositories,
    IReadOnlyList<UnnamedRepository> Unnamed,
    IReadOnlyList<string> StrayFiles,
    IReadOnlyList<StoreProblem> Problems)
{
    /// <summary>The directories of all repositories, and of what would be one.</summary>
    internal IReadOnlyList<string> Directories => [.. Repositories.Select(StoreLayout.Repository), .. Unnamed.Select(unnamed => unnamed.Directory)];
}

/// <summary>A directory that would be a repository if its name could be one.</summary>
/// <param name="Directory">Where it is.</param>
/// <param name="Reason">Why no repository can have its name.</param>
public readonly record struct UnnamedRepository(string Directory, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Directory}: no repository can have this name: {Reason}";
}
