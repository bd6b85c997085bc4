using System.Collections.Immutable;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Selection;

/// <summary>What the rules know of a tag. What is not known keeps it.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Digest">Where it points; null where its link cannot be read.</param>
/// <param name="Pushed">When its link was written; null where that is not known.</param>
/// <param name="Created">When its image was made; null where that is not known or was not asked for.</param>
/// <param name="Expiry">When it is not wanted any longer, by its own word.</param>
internal sealed record TagFacts(Tag Tag, Digest? Digest, DateTimeOffset? Pushed = null, DateTimeOffset? Created = null, Expiry Expiry = default)
{
    /// <summary>Whether it was named beside the patterns, and goes by its name, whatever rules and patterns say.</summary>
    public bool IsNamed { get; init; }

    /// <summary>The version that the tag stands for, or null.</summary>
    public TagVersion? Version { get; } = TagVersion.Of(Tag);

    /// <summary>Whether the tag's name says that it is about another image, with which it goes.</summary>
    public bool IsReferrer { get; } = ReferrerTag.TryRead(Tag.Value, out _);
}

/// <summary>When an image says of itself that it is not wanted any longer.</summary>
/// <param name="At">The time; null where there is none.</param>
/// <param name="Problem">Why what it says is not understood; null where it is, or says nothing.</param>
internal readonly record struct Expiry(DateTimeOffset? At, string? Problem = null);

/// <summary>A manifest that no tag leads to.</summary>
/// <param name="Digest">The manifest.</param>
/// <param name="Linked">When its link was written.</param>
/// <param name="Expiry">When it is not wanted any longer, by its own word.</param>
internal readonly record struct UntaggedManifest(Digest Digest, DateTimeOffset Linked, Expiry Expiry = default);

/// <summary>What the rules know of a repository: all its tags, in scope or not.</summary>
internal sealed record RepositoryFacts
{
    /// <summary>The repository.</summary>
    public required RepositoryName Name { get; init; }

    /// <summary>All its tags, in any order.</summary>
    public required ImmutableArray<TagFacts> Tags { get; init; }

    /// <summary>The manifests that no tag leads to, where that was asked for.</summary>
    public ImmutableArray<UntaggedManifest> Untagged { get; init; } = [];

    /// <summary>What in it cannot be read, on account of which no rule takes anything from it; null where everything can.</summary>
    public string? Problem { get; init; }

    /// <summary>Why no rule takes anything from it, or null.</summary>
    public string? WhyNothingGoes => Problem is null ? null : $"not everything in its repository can be read: {Problem}";

    /// <summary>What an image leads to, its configuration and its platforms: a host names what it runs by any of these.</summary>
    public Func<Digest, IReadOnlySet<Digest>> PartsOf { get; init; } = _ => ImmutableHashSet<Digest>.Empty;
}
