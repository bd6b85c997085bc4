using RegistryCleaner.Naming;

namespace RegistryCleaner.Selection;

/// <summary>Which images, and what is to be kept of them.</summary>
/// <param name="Images">The scope.</param>
/// <param name="Rules">What is kept of it.</param>
internal sealed record ScopedRules(IReadOnlyList<ImagePattern> Images, RetentionRules Rules)
{
    private readonly ILookup<string, ImagePattern> _exact = Images.Where(image => image.ExactRepository is not null).ToLookup(image => image.Repository, StringComparer.Ordinal);
    private readonly IReadOnlyList<ImagePattern> _patterns = [.. Images.Where(image => image.ExactRepository is null)];

    /// <summary>The part of the scope that lies in a repository; null for none.</summary>
    public RepositoryScope? In(RepositoryName repository)
    {
        // What keeps all protects: it reaches as far as that.
        List<ImagePattern> fitting = [.. _exact[repository.Value], .. _patterns.Where(pattern => Rules.KeepAll ? pattern.Protects(repository) : pattern.Fits(repository))];
        return fitting.Count > 0 ? new RepositoryScope(fitting, Rules) : null;
    }
}

/// <summary>A scope in one repository, which its patterns all fit.</summary>
internal sealed class RepositoryScope(IReadOnlyList<ImagePattern> images, RetentionRules rules)
{
    private readonly HashSet<string> _named = images.Where(image => image is { IsExact: true, Digest: null }).Select(image => image.Tag!).ToHashSet(StringComparer.Ordinal);
    private readonly List<ImagePattern> _others = [.. images.Where(image => image is not { IsExact: true, Digest: null })];

    /// <summary>What is kept of it.</summary>
    public RetentionRules Rules => rules;

    /// <summary>Whether manifests without a tag are in the scope: those of a whole repository. Whether they go is for its rules to say.</summary>
    public bool IsOfUntagged => images.Any(image => image is { Tag: null or "*", Digest: null });

    /// <summary>Whether a tag is in the scope.</summary>
    public bool Fits(TagFacts tag) => Names(tag) || _others.Exists(image => image.Fits(tag.Tag, tag.Digest));

    /// <summary>Whether a tag was named by its name: then what is asked for is meant.</summary>
    public bool Names(TagFacts tag) => _named.Contains(tag.Tag.Value) || _others.Exists(image => image.IsExact && image.Fits(tag.Tag, tag.Digest));

    /// <summary>How a tag of the scope was asked for.</summary>
    public string Asks(TagFacts tag) => Names(tag) ? "asked for" : $"asked for by '{_others.First(image => image.Fits(tag.Tag, tag.Digest)).Text}'";
}
