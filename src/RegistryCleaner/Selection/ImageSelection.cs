using System.Collections.Immutable;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;

namespace RegistryCleaner.Selection;

/// <summary>What patterns and rules select: for everything in their scope whether it goes or stays, and why.</summary>
public sealed record ImageSelection
{
    /// <summary>The repositories in scope, by name.</summary>
    public required ImmutableArray<RepositorySelection> Repositories { get; init; }

    /// <summary>What was named and fits nothing, one sentence each.</summary>
    public ImmutableArray<string> Unmatched { get; init; } = [];

    /// <summary>What the guard rails and the rules have to say beside the reasons, one sentence each.</summary>
    public ImmutableArray<string> Remarks { get; init; } = [];

    /// <summary>What goes, each tag pinned to where it points.</summary>
    public IEnumerable<ImageSelector> Images => Repositories.SelectMany(repository => repository.Images);

    /// <summary>How many tags are in scope.</summary>
    public int TagsInScope => Repositories.Sum(repository => repository.Tags.Length);

    /// <summary>How many of them go.</summary>
    public int TagsRemoved => Repositories.Sum(repository => repository.Tags.Count(tag => tag is { Removed: true, GoesWith: null }));

    /// <summary>By repository, tags about images that stay when these go, with why.</summary>
    internal IReadOnlyDictionary<RepositoryName, IReadOnlyDictionary<Tag, string>> Staying => Repositories.ToDictionary(repository => repository.Name, repository => repository.Staying);

    /// <summary>A plan that says of each tag and manifest in scope why it was selected or not.</summary>
    internal PrunePlan Explain(PrunePlan plan)
    {
        var byName = Repositories.ToDictionary(repository => repository.Name);
        return plan with { Repositories = [.. plan.Repositories.Select(repository => byName.TryGetValue(repository.Name, out var selection) ? selection.Explain(repository) : repository)] };
    }
}

/// <summary>What of one repository is selected.</summary>
public sealed record RepositorySelection
{
    /// <summary>The repository.</summary>
    public required RepositoryName Name { get; init; }

    /// <summary>Its tags in scope, by name.</summary>
    public required ImmutableArray<TagPlan> Tags { get; init; }

    /// <summary>The manifests in scope that no tag leads to, by digest.</summary>
    public ImmutableArray<ManifestPlan> Untagged { get; init; } = [];

    /// <summary>Whether the repository goes by its name, as one does that holds nothing else to name.</summary>
    internal bool IsWhole { get; init; }

    /// <summary>Its tags about images that stay when these go, with why.</summary>
    internal IReadOnlyDictionary<Tag, string> Staying { get; init; } = ImmutableDictionary<Tag, string>.Empty;

    internal IEnumerable<ImageSelector> Images => IsWhole ? [ImageSelector.Parse(Name.Value)] :
    [
        .. Tags.Where(tag => tag is { Removed: true, GoesWith: null }).Select(tag => ImageSelector.Parse($"{Name}:{tag.Tag}@{tag.Digest}")),
        .. Untagged.Where(manifest => manifest.Removed).Select(manifest => ImageSelector.Parse($"{Name}@{manifest.Digest}")),
    ];

    internal RepositoryPlan Explain(RepositoryPlan plan)
    {
        var tags = Tags.ToDictionary(tag => tag.Tag);
        var manifests = Untagged.ToDictionary(manifest => manifest.Digest);
        return plan with
        {
            Tags = [.. plan.Tags.Select(tag => tags.TryGetValue(tag.Tag, out var selected) && selected.Removed == tag.Removed && selected.Digest == tag.Digest ? tag with { Reason = selected.Reason } : tag)],
            Manifests = [.. plan.Manifests.Select(manifest => manifests.TryGetValue(manifest.Digest, out var selected) && selected.Removed && manifest.Removed ? manifest with { Reason = selected.Reason } : manifest)],
        };
    }
}
