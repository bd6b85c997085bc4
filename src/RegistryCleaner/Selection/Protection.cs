using RegistryCleaner.Naming;

namespace RegistryCleaner.Selection;

/// <summary>
/// What no rule takes away, and what it points to under no other tag either: <c>latest</c>, what is protected by a pattern, and what
/// runs somewhere.
/// </summary>
/// <param name="Patterns">What is protected.</param>
/// <param name="InUse">What runs.</param>
internal sealed record Protection(IReadOnlyList<ImagePattern> Patterns, ImageInventory InUse)
{
    /// <summary>Nothing but <c>latest</c>.</summary>
    public static Protection Default { get; } = new([], ImageInventory.Empty);

    /// <summary>The repositories that are named in it: what is protected there is so under every other name.</summary>
    public IEnumerable<RepositoryName> Repositories => Patterns.Select(pattern => pattern.ExactRepository).OfType<RepositoryName>().Concat(InUse.Repositories);

    /// <summary>Why a tag is protected, or null.</summary>
    public string? WhyTag(RepositoryFacts repository, TagFacts tag) =>
        Patterns.FirstOrDefault(pattern => pattern.Protects(repository.Name) && pattern.Fits(tag.Tag, tag.Digest)) is { } pattern ? $"protected by '{pattern.Text}'"
        : InUse.WhyTag(repository.Name, tag.Tag) is { } use ? use
        : tag.Digest is { } digest ? WhyManifest(repository, digest)
        : null;

    /// <summary>Why a manifest that no tag leads to is protected, or null: whoever protects a repository means all that is in it.</summary>
    public string? WhyUntagged(RepositoryFacts repository, Digest digest) =>
        Patterns.FirstOrDefault(pattern => pattern is { Tag: null or "*", Digest: null } && pattern.Protects(repository.Name)) is { } pattern
            ? $"protected by '{pattern.Text}'"
            : WhyManifest(repository, digest);

    /// <summary>Why a manifest is protected, whatever its tag, or null.</summary>
    public string? WhyManifest(RepositoryFacts repository, Digest digest)
    {
        // Whatever leads to what is protected stays with it.
        if (Patterns.FirstOrDefault(pattern => pattern is { Tag: null, Digest: { } wanted } && (wanted == digest || repository.PartsOf(digest).Contains(wanted))) is { } pattern)
            return $"protected by '{pattern.Text}'";
        return InUse.HasDigests ? InUse.WhyDigest(digest) ?? repository.PartsOf(digest).Select(InUse.WhyDigest).FirstOrDefault(why => why is not null) : null;
    }
}

/// <summary>Images that are in use somewhere, by name and by digest.</summary>
internal sealed record ImageInventory
{
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<Digest, string> _digests = [];
    private readonly HashSet<RepositoryName> _repositories = [];

    /// <summary>Nothing is known to be in use.</summary>
    public static ImageInventory Empty { get; } = new([], []);

    /// <param name="images">Images as hosts name them, with where they are in use. Without a tag and a digest, <c>latest</c> is meant.</param>
    /// <param name="digests">Manifests, platforms or configurations, with where they are in use.</param>
    public ImageInventory(IEnumerable<(ImageSelector Image, string Where)> images, IEnumerable<(Digest Digest, string Where)> digests)
    {
        foreach (var (image, where) in images)
        {
            if (image.Digest is { } digest)
                _digests.TryAdd(digest, where);
            if (image.Digest is not null && image.Tag is null)
                continue;
            // A host may be part of the name as it was written: both are meant rather than none.
            foreach (var name in new[] { image, image.WithFirstComponentAsHost() }.OfType<ImageSelector>().Select(each => each.Repository))
            {
                _names.TryAdd($"{name}:{image.Tag?.Value ?? "latest"}", where);
                _repositories.Add(name);
            }
        }

        foreach (var (digest, where) in digests)
            _digests.TryAdd(digest, where);
    }

    /// <summary>Whether anything in use is known by its digest.</summary>
    public bool HasDigests => _digests.Count > 0;

    /// <summary>The repositories of which a tag is in use, with and without what may be a host.</summary>
    public IReadOnlyCollection<RepositoryName> Repositories => _repositories;

    /// <summary>Where a tag is in use, or null.</summary>
    public string? WhyTag(RepositoryName repository, Tag tag) => _names.Count > 0 && _names.TryGetValue($"{repository}:{tag}", out var where) ? $"in use {where}" : null;

    /// <summary>Where a digest is in use, or null.</summary>
    public string? WhyDigest(Digest digest) => _digests.TryGetValue(digest, out var where) ? $"in use {where}" : null;
}
