using System.Text.Json;
using System.Text.Json.Serialization;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;

namespace RegistryCleaner.Selection;

/// <summary>
/// A plan as a file, to be reviewed and then applied: every tag pinned to where it pointed. Sorted, so that two files differ only where
/// the store does, and in the time.
/// </summary>
internal sealed record PlanFile
{
    public const int CurrentVersion = 1;

    /// <summary>The version of the file's form.</summary>
    public required int Version { get; init; }

    /// <summary>When the store was read from which the plan was made: what is written later was pushed since.</summary>
    public required DateTimeOffset Made { get; init; }

    /// <summary>The program that made it.</summary>
    public required string Tool { get; init; }

    /// <summary>Where the store was.</summary>
    public required string Where { get; init; }

    /// <summary>What tells this store from others: when it was begun.</summary>
    public required string Store { get; init; }

    /// <summary>The digest of the rules by which the plan was made.</summary>
    public required string Policy { get; init; }

    /// <summary>The bytes that would be freed.</summary>
    public required long BytesFreed { get; init; }

    /// <summary>The repositories, by name.</summary>
    public required IReadOnlyList<PlannedRepository> Repositories { get; init; }

    // That a list's member is null is not seen by the serializer.
    private bool HasEmptyMember => Repositories.Any(repository =>
        (PlannedRepository?)repository is null || repository.Tags.Any(tag => (PlannedTag?)tag is null) || repository.Manifests.Any(manifest => (PlannedManifest?)manifest is null));

    // What is there twice could be meant in two ways.
    private string? Repeated => Repositories
        .SelectMany(repository => (string[])[repository.Name, .. repository.Tags.Select(tag => $"{repository.Name}:{tag.Tag}"), .. repository.Manifests.Select(manifest => $"{repository.Name}@{manifest.Digest}")])
        .CountBy(name => name).FirstOrDefault(pair => pair.Value > 1).Key;

    /// <summary>What the plan selects.</summary>
    [JsonIgnore]
    public ImageSelection Selection => new()
    {
        Repositories = [.. Repositories.Select(repository => new RepositorySelection
        {
            Name = RepositoryName.Parse(repository.Name),
            IsWhole = repository is { Removed: true, Tags: [], Manifests: [] },
            Tags = [.. repository.Tags.Select(tag => new TagPlan(Tag.Parse(tag.Tag), tag.Digest is null ? null : Digest.Parse(tag.Digest), tag.Removed, tag.Reason) { GoesWith = tag.GoesWith })],
            Untagged = [.. repository.Manifests.Where(manifest => manifest.Selected).Select(manifest => new ManifestPlan(Digest.Parse(manifest.Digest), "", true, manifest.Reason))],
        })],
    };

    /// <summary>The part of a selection from this plan that patterns and rules decided about, rather than names alone.</summary>
    public ImageSelection InScope(ImageSelection selection)
    {
        var scope = Repositories
            .SelectMany(repository => repository.Tags.Where(tag => tag.InScope).Select(tag => $"{repository.Name}:{tag.Tag}")
                .Concat(repository.Manifests.Where(manifest => manifest.InScope).Select(manifest => $"{repository.Name}@{manifest.Digest}")))
            .ToHashSet(StringComparer.Ordinal);
        return selection with
        {
            Repositories = [.. selection.Repositories
                .Select(repository => repository with
                {
                    Tags = [.. repository.Tags.Where(tag => scope.Contains($"{repository.Name}:{tag.Tag}"))],
                    Untagged = [.. repository.Untagged.Where(manifest => scope.Contains($"{repository.Name}@{manifest.Digest}"))],
                })
                .Where(repository => repository is not { Tags: [], Untagged: [] })],
        };
    }

    /// <summary>The file of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="selection">What patterns and rules decided, for what the plan has nothing to do with; or null.</param>
    /// <param name="namedIn">Of a repository, which of its tags in scope were named by their names.</param>
    public static IReadOnlyList<PlannedRepository> RepositoriesOf(PrunePlan plan, ImageSelection? selection, Func<RepositoryName, Func<TagPlan, bool>> namedIn)
    {
        var planned = plan.Repositories.Select(repository => repository.Name).ToHashSet();
        var selected = selection?.Repositories.ToDictionary(repository => repository.Name) ?? [];
        return
        [
            .. plan.Repositories.Select(repository => PlannedRepository.Of(repository, selected.GetValueOrDefault(repository.Name), namedIn(repository.Name)))
                .Concat(selected.Values.Where(repository => !planned.Contains(repository.Name)).Select(PlannedRepository.Of))
                .OrderBy(repository => repository.Name, StringComparer.Ordinal),
        ];
    }

    public string ToJson() => JsonSerializer.Serialize(this, PlanFileJson.Default.PlanFile) + "\n";

    /// <summary>Reads a file, or tells what is wrong with it.</summary>
    public static bool TryRead(string json, out PlanFile? plan, out string? reason)
    {
        plan = null;
        try
        {
            plan = JsonSerializer.Deserialize(json, PlanFileJson.Default.PlanFile);
            reason = plan is null ? "it is empty"
                : plan.Version != CurrentVersion ? $"its form is version {plan.Version}, and this program knows version {CurrentVersion}"
                : plan.HasEmptyMember ? "a list in it has an empty member"
                : plan.Repeated is { } name ? $"{ReferenceFormatException.Shown(name)} is in it twice"
                : null;
            // Every name is read once, so that what follows cannot fail.
            _ = reason is null ? plan!.Selection.Images.Count() : 0;
        }
        catch (Exception e) when (e is JsonException or ReferenceFormatException or FormatException)
        {
            reason = e.Message;
        }

        return reason is null;
    }
}

/// <summary>A repository of a plan.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Removed">Whether it goes itself.</param>
/// <param name="Tags">Its tags that were looked at, by name.</param>
/// <param name="Manifests">The manifests that go, by digest.</param>
internal sealed record PlannedRepository(string Name, bool Removed, IReadOnlyList<PlannedTag> Tags, IReadOnlyList<PlannedManifest> Manifests)
{
    /// <param name="plan">What is planned.</param>
    /// <param name="selection">What patterns and rules decided about the repository; null where they had nothing to do with it.</param>
    /// <param name="isNamed">Which of its tags in scope were named by their names.</param>
    public static PlannedRepository Of(RepositoryPlan plan, RepositorySelection? selection, Func<TagPlan, bool> isNamed)
    {
        var tags = selection?.Tags.Select(tag => tag.Tag).ToHashSet() ?? [];
        var untagged = selection?.Untagged.Select(manifest => manifest.Digest).ToHashSet() ?? [];
        var named = plan.Holders.Select(holder => holder.Image).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return new(
            plan.Name.Value,
            plan.Removed,
            [.. plan.Tags.Select(tag => PlannedTag.Of(tag, tags.Contains(tag.Tag), isNamed)).OrderBy(tag => tag.Tag, StringComparer.Ordinal)],
            [.. plan.Manifests.Where(manifest => manifest.Removed).OrderBy(manifest => manifest.Digest)
                .Select(manifest => new PlannedManifest(manifest.Digest.ToString(), plan.AskedFor || named.Contains($"{plan.Name}@{manifest.Digest}"), untagged.Contains(manifest.Digest), manifest.Reason))]);
    }

    public static PlannedRepository Of(RepositorySelection selection) =>
        new(selection.Name.Value, false, [.. selection.Tags.Select(tag => PlannedTag.Of(tag, true, _ => false)).OrderBy(tag => tag.Tag, StringComparer.Ordinal)], []);
}

/// <summary>A tag of a plan.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Digest">Where it points.</param>
/// <param name="InScope">Whether patterns or rules decided about it.</param>
/// <param name="Named">Whether it goes by its name or its repository's: then it goes even as the last tag, or with the image of latest.</param>
/// <param name="Removed">Whether it goes.</param>
/// <param name="Reason">Why it goes or stays.</param>
internal sealed record PlannedTag(string Tag, string? Digest, bool InScope, bool Named, bool Removed, string Reason)
{
    /// <summary>The manifest that the tag is about and goes with; null for any other. No rule takes such a tag, only its name or its image.</summary>
    [JsonIgnore]
    public Digest? GoesWith => this is { Removed: true, Named: false } && ReferrerTag.TryRead(Tag, out var referrer) ? referrer.Subject : null;

    // What cannot be pinned cannot be reviewed.
    public static PlannedTag Of(TagPlan tag, bool inScope, Func<TagPlan, bool> isNamed) => tag is { Removed: true, Digest: null }
        ? new(tag.Tag.Value, null, inScope, false, false, "where it points cannot be read, so that no plan can hold it")
        : new(tag.Tag.Value, tag.Digest?.ToString(), inScope, tag is { Removed: true, GoesWith: null } && (!inScope || isNamed(tag)), tag.Removed, tag.Reason);
}

/// <summary>A manifest of a plan that goes.</summary>
/// <param name="Digest">The manifest.</param>
/// <param name="Selected">Whether it goes by itself, and not because the tags go that led to it.</param>
/// <param name="InScope">Whether patterns or rules decided about it.</param>
/// <param name="Reason">Why.</param>
internal sealed record PlannedManifest(string Digest, bool Selected, bool InScope, string Reason);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, NewLine = "\n")]
[JsonSerializable(typeof(PlanFile))]
internal sealed partial class PlanFileJson : JsonSerializerContext;
