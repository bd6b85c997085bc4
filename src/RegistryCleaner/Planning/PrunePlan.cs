using System.Collections.Immutable;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Planning;

/// <summary>
/// What a prune would do: for everything in its scope whether it goes or stays, and why. Nothing happens until it is applied.
/// </summary>
public sealed record PrunePlan
{
    /// <summary>The repositories concerned, by name.</summary>
    public required ImmutableArray<RepositoryPlan> Repositories { get; init; }

    /// <summary>What was asked for and is not there, or no longer as asked for.</summary>
    public required ImmutableArray<MissingImage> Missing { get; init; }

    /// <summary>The blobs that the removed images hold, each once: what would be freed, and what others need.</summary>
    public ImmutableArray<BlobPlan> Blobs { get; init; } = [];

    /// <summary>The removed images, each with what it holds.</summary>
    public ImmutableArray<ImagePlan> Images { get; init; } = [];

    /// <summary>What a person should know beside what is said of each repository, one sentence each.</summary>
    public ImmutableArray<string> Remarks { get; init; } = [];

    /// <summary>Whether there is nothing to remove.</summary>
    public bool IsEmpty => Repositories.All(repository => repository.IsEmpty);

    /// <summary>The bytes that the blobs to be freed take, each counted once.</summary>
    public long BytesFreed => Blobs.Where(blob => blob.Removed).Sum(blob => blob.Size);

    /// <summary>Blobs that nothing in the pruned repositories would hold any longer.</summary>
    internal IReadOnlySet<Digest> ReleasedBlobs
    {
        get
        {
            var released = Repositories.SelectMany(repository => repository.Released).ToHashSet();
            released.ExceptWith(Repositories.SelectMany(repository => repository.Held));
            return released;
        }
    }

    /// <summary>The plan with what the rest of the store says about the blobs.</summary>
    internal PrunePlan WithBlobs(BlobFacts facts)
    {
        ImmutableArray<BlobPlan> blobs = [.. Repositories.SelectMany(repository => repository.Released).Distinct().Order()
            .Where(facts.Sizes.ContainsKey)
            .Select(digest => DecideBlob(digest, facts))];
        var freed = blobs.Where(blob => blob.Removed).Select(blob => blob.Digest).ToHashSet();
        ImmutableArray<string> remarks = facts.Problem is null || blobs.All(blob => blob.Removed) ? [] : [$"No blob is freed, because not every repository could be looked at: {facts.Problem}"];
        return this with { Remarks = remarks, Blobs = blobs, Images = [.. ImageHolder.Weigh([.. Repositories.SelectMany(repository => repository.Holders)], freed, facts.Sizes)] };
    }

    private BlobPlan DecideBlob(Digest digest, BlobFacts facts)
    {
        if (Repositories.FirstOrDefault(repository => repository.Held.Contains(digest)) is { } holder)
            return new BlobPlan(digest, facts.Sizes[digest], false, $"still part of {holder.Name}");
        if (facts.Problem is not null)
            return new BlobPlan(digest, facts.Sizes[digest], false, $"kept because not every repository could be looked at: {facts.Problem}");
        return facts.LinkedElsewhere.Contains(digest)
            ? new BlobPlan(digest, facts.Sizes[digest], false, "another repository holds it too")
            : new BlobPlan(digest, facts.Sizes[digest], true, "held by the removed images alone");
    }
}

/// <summary>What would happen to one repository.</summary>
public sealed record RepositoryPlan
{
    /// <summary>The repository.</summary>
    public required RepositoryName Name { get; init; }

    /// <summary>Whether the repository itself goes.</summary>
    public required bool Removed { get; init; }

    /// <summary>Whether the repository was asked for by its name alone, and not merely loses its last tag.</summary>
    public bool AskedFor { get; init; }

    /// <summary>Why it goes or stays.</summary>
    public required string Reason { get; init; }

    /// <summary>All its tags.</summary>
    public required ImmutableArray<TagPlan> Tags { get; init; }

    /// <summary>The manifests that the removed tags led to, an index before its children.</summary>
    public required ImmutableArray<ManifestPlan> Manifests { get; init; }

    /// <summary>The links to layers and configurations that go.</summary>
    public required ImmutableArray<LayerPlan> Layers { get; init; }

    /// <summary>What could not be read, and what is kept on that account.</summary>
    public required ImmutableArray<string> Remarks { get; init; }

    /// <summary>Whether nothing of the repository goes.</summary>
    public bool IsEmpty => !Removed && !Tags.Any(tag => tag.Removed) && !Manifests.Any(manifest => manifest.Removed) && Layers.IsEmpty;

    /// <summary>The blobs that the repository holds now and would not hold afterwards, as far as the removed images account for them.</summary>
    internal IReadOnlySet<Digest> Released { get; init; } = new HashSet<Digest>();

    /// <summary>What goes, and the blobs that each part of it leads to.</summary>
    internal ImmutableArray<ImageHolder> Holders { get; init; } = [];

    /// <summary>The blobs that the repository would still hold, of those that one of the plan's repositories would not.</summary>
    internal IReadOnlySet<Digest> Held { get; init; } = new HashSet<Digest>();
}

/// <summary>What would happen to a tag.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Digest">Where it points; null where its link cannot be read.</param>
/// <param name="Removed">Whether it goes.</param>
/// <param name="Reason">Why it goes or stays.</param>
public sealed record TagPlan(Tag Tag, Digest? Digest, bool Removed, string Reason)
{
    /// <summary>The manifest that the tag is about and goes with, only if that goes; null for a tag that goes by itself, or stays.</summary>
    internal Digest? GoesWith { get; init; }

    /// <summary>What the rules said, where something keeps the tag whatever they say; else null.</summary>
    internal string? RulesSaid { get; init; }
}

/// <summary>What would happen to a manifest.</summary>
/// <param name="Digest">The manifest.</param>
/// <param name="MediaType">Its media type; empty where it cannot be read.</param>
/// <param name="Removed">Whether it goes.</param>
/// <param name="Reason">Why it goes or stays.</param>
/// <param name="Modified">When its link was written: one that is written anew until the plan is applied was pushed again, and stays.</param>
public sealed record ManifestPlan(Digest Digest, string MediaType, bool Removed, string Reason, DateTimeOffset Modified = default);

/// <summary>A link to a layer or a configuration that goes.</summary>
/// <param name="Path">Where the link lies.</param>
/// <param name="Digest">The blob; null where the link cannot be read and goes with its repository.</param>
/// <param name="Modified">When the link was written: one that is written anew until the plan is applied was pushed again, and stays.</param>
public sealed record LayerPlan(string Path, Digest? Digest, DateTimeOffset Modified = default);

/// <summary>What would happen to a blob.</summary>
/// <param name="Digest">The blob.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Removed">Whether collecting would free it.</param>
/// <param name="Reason">Why it goes or stays.</param>
public sealed record BlobPlan(Digest Digest, long Size, bool Removed, string Reason);

/// <summary>Something that was asked for and is not there as asked for.</summary>
/// <param name="Image">As it was asked for.</param>
/// <param name="Reason">What was found instead.</param>
public sealed record MissingImage(ImageSelector Image, string Reason);

/// <summary>What the rest of the store says about the blobs of a plan.</summary>
/// <param name="Sizes">The lengths in bytes of all blobs that the removed images lead to; what is not in the store is left out.</param>
/// <param name="LinkedElsewhere">Those that a repository outside the plan links.</param>
/// <param name="Problem">Why it cannot be known of all repositories, or null.</param>
internal sealed record BlobFacts(IReadOnlyDictionary<Digest, long> Sizes, IReadOnlySet<Digest> LinkedElsewhere, string? Problem);
