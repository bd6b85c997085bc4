using RegistryCleaner.Naming;

namespace RegistryCleaner.Selection;

/// <summary>What is protected in some repositories. What is so under one tag is under all of theirs: so all are looked at before anything is decided.</summary>
internal sealed class ProtectedImages
{
    private readonly Protection _protection;
    private readonly Dictionary<Digest, string> _asked = [];
    private readonly Dictionary<Digest, string> _latest = [];

    /// <param name="protection">What is protected.</param>
    /// <param name="repositories">The repositories, in the order in which they are to be named as reasons.</param>
    public ProtectedImages(Protection protection, IEnumerable<RepositoryFacts> repositories)
    {
        _protection = protection;
        foreach (var repository in repositories)
        {
            foreach (var tag in repository.Tags.Where(tag => tag.Digest is not null).OrderBy(tag => tag.Tag))
            {
                if (protection.WhyTag(repository, tag) is { } reason)
                    _asked.TryAdd(tag.Digest!.Value, $"the same image as {repository.Name}:{tag.Tag}, which is {reason}");
                if (IsLatest(tag))
                    _latest.TryAdd(tag.Digest!.Value, $"the same image as {repository.Name}:{tag.Tag}");
            }
        }
    }

    /// <summary>Why a tag is protected, or null; <c>latest</c> is not asked for.</summary>
    public string? WhyTag(RepositoryFacts repository, TagFacts tag) =>
        _protection.WhyTag(repository, tag) ?? (tag.Digest is { } digest ? _asked.GetValueOrDefault(digest) : null);

    /// <summary>Why a tag is protected as <c>latest</c>, or null.</summary>
    public string? WhyLatest(TagFacts tag) => IsLatest(tag) ? "'latest' is protected" : tag.Digest is { } digest ? _latest.GetValueOrDefault(digest) : null;

    /// <summary>Why a manifest that no tag leads to is protected, or null.</summary>
    public string? WhyUntagged(RepositoryFacts repository, Digest digest) => _protection.WhyUntagged(repository, digest) ?? _asked.GetValueOrDefault(digest);

    private static bool IsLatest(TagFacts tag) => tag.Tag.Value == "latest";
}
