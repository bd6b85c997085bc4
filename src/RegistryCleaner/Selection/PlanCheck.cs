using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Store;

namespace RegistryCleaner.Selection;

/// <summary>Holds what would happen now against what was reviewed: nothing else may go, and what moved is to be said.</summary>
internal static class PlanCheck
{
    // With the same content: a pipeline that builds anew what has not changed wants it all the same.
    private const string PushedAgain = "was pushed again since the plan was made, and stays";

    private const string PushedInto = "was pushed into since the plan was made, and stays";

    /// <summary>
    /// What is left of what the plan selects, and why the rest stays: what was pushed to since the plan was made, what is protected, and what
    /// no rule would take by now.
    /// </summary>
    /// <remarks>
    /// What is gone already is left in the selection: that it is not there is for whoever plans to say. The newest version of a line is for
    /// the rules to tell, which are not asked again.
    /// </remarks>
    /// <param name="file">The plan.</param>
    /// <param name="protection">What is not to go although it is planned; nothing is added by it.</param>
    /// <param name="repositories">What is known of the plan's repositories.</param>
    /// <param name="snapshot">The same, as it is in the store.</param>
    public static (ImageSelection Left, IReadOnlyList<string> Drifted) Left(PlanFile file, Protection protection, IReadOnlyList<RepositoryFacts> repositories, StoreSnapshot snapshot)
    {
        var selection = file.Selection;
        var facts = repositories.ToDictionary(repository => repository.Name);
        var reviewed = file.Repositories.ToDictionary(repository => repository.Name, StringComparer.Ordinal);
        var isProtected = new ProtectedImages(protection, repositories);
        var drifted = new List<string>();
        return (selection with { Repositories = [.. selection.Repositories.Select(repository => facts.TryGetValue(repository.Name, out var found) ? LeftOf(repository, found) : repository)] }, drifted);

        RepositorySelection LeftOf(RepositorySelection repository, RepositoryFacts found)
        {
            if (repository.IsWhole)
            {
                if (WhyEmptyStays(snapshot.Repositories[repository.Name]) is not { } whyEmpty)
                    return repository;
                Drifted(repository.Name.Value, whyEmpty);
                return repository with { IsWhole = false };
            }

            var asked = reviewed[repository.Name.Value].Tags.ToDictionary(tag => tag.Tag, StringComparer.Ordinal);
            var scope = reviewed[repository.Name.Value].Manifests.Where(manifest => manifest.InScope).Select(manifest => manifest.Digest).ToHashSet(StringComparer.Ordinal);
            var tags = found.Tags.ToDictionary(tag => tag.Tag);
            var revisions = snapshot.Repositories[repository.Name].Revisions;
            TagPlan Kept(TagPlan tag, string why) => tag with { Removed = false, Reason = Drifted($"{repository.Name}:{tag.Tag}", why) };
            List<TagPlan> left = [.. repository.Tags.Select(tag => tag.Removed && tags.TryGetValue(tag.Tag, out var now) && WhyTagStays(asked[tag.Tag.Value], tag, found, now) is { } why ? Kept(tag, why) : tag)];
            if (!reviewed[repository.Name.Value].Removed && LastTag(found, [.. left.Where(tag => tag.Removed).Select(tag => tag.Tag)], asked) is { } last)
                left = [.. left.Select(tag => tag.Tag == last ? Kept(tag, OtherThanPlanned(GuardRails.LastTag)!) : tag)];
            return repository with
            {
                Tags = [.. left],
                Staying = left.Where(tag => !tag.Removed && ReferrerTag.TryRead(tag.Tag.Value, out _)).ToDictionary(tag => tag.Tag, tag => tag.Reason),
                Untagged = [.. repository.Untagged.Select(manifest => revisions.TryGetValue(manifest.Digest, out var link) && WhyUntaggedStays(manifest, scope.Contains(manifest.Digest.ToString()), found, link.Modified) is { } why ? manifest with { Removed = false, Reason = Drifted($"{repository.Name}@{manifest.Digest}", why) } : manifest)],
            };
        }

        string? WhyTagStays(PlannedTag asked, TagPlan planned, RepositoryFacts found, TagFacts now) =>
            now.Digest != planned.Digest ? $"was pushed to since the plan was made, and stays: it pointed to {planned.Digest}, and points to {now.Digest?.ToString() ?? "what cannot be read"}"
            : now.Pushed > file.Made ? PushedAgain
            : OtherThanPlanned(isProtected.WhyTag(found, now) ?? (asked.InScope ? found.WhyNothingGoes : null) ?? (asked.Named ? null : isProtected.WhyLatest(now)));

        string? WhyUntaggedStays(ManifestPlan planned, bool inScope, RepositoryFacts found, DateTimeOffset linked) =>
            linked > file.Made ? PushedAgain : OtherThanPlanned(isProtected.WhyUntagged(found, planned.Digest) ?? (inScope ? found.WhyNothingGoes : null));

        // It would go with whatever is in it: so nothing may be.
        string? WhyEmptyStays(RepositorySnapshot found) =>
            found.Tags.Count + found.Revisions.Count > 0 || found.Uploads.Any(upload => upload.Modified > file.Made) ? PushedInto
            : found.Problems is [var problem, ..] ? $"stays: not everything in it can be read: {problem}"
            : null;

        // What another tag is left beside may go, and what was named.
        static Tag? LastTag(RepositoryFacts found, HashSet<Tag> going, Dictionary<string, PlannedTag> asked) => found.Tags.Any(tag => !tag.IsReferrer && !going.Contains(tag.Tag))
            ? null
            : GuardRails.NewestOf(found.Tags.Where(tag => going.Contains(tag.Tag) && !asked[tag.Tag.Value].Named))?.Tag;

        string Drifted(string name, string why)
        {
            drifted.Add($"{name} {why}");
            return why;
        }

        static string? OtherThanPlanned(string? why) => why is null ? null : $"stays, other than planned: {why}";
    }

    /// <summary>Repositories of which more would go than was reviewed, with what it is.</summary>
    public static IReadOnlyDictionary<RepositoryName, string> Exceeded(PlanFile file, PrunePlan plan)
    {
        var reviewed = file.Repositories.ToDictionary(repository => repository.Name, StringComparer.Ordinal);
        var exceeded = new Dictionary<RepositoryName, string>();
        foreach (var repository in plan.Repositories)
        {
            var manifests = reviewed[repository.Name.Value].Manifests.Select(manifest => manifest.Digest).ToHashSet(StringComparer.Ordinal);
            var tags = reviewed[repository.Name.Value].Tags.Where(tag => tag.Removed).Select(tag => tag.Tag).ToHashSet(StringComparer.Ordinal);
            if (repository.Manifests.FirstOrDefault(manifest => manifest.Removed && !manifests.Contains(manifest.Digest.ToString())) is { } manifest)
                exceeded[repository.Name] = $"nothing of {repository.Name} was removed: with what is planned, {manifest.Digest} would go by now, too";
            else if (repository.Tags.FirstOrDefault(tag => tag.GoesWith is not null && !tags.Contains(tag.Tag.Value)) is { } tag)
                exceeded[repository.Name] = $"nothing of {repository.Name} was removed: with what is planned, the tag {tag.Tag} would go by now, too";
            else if (repository.AskedFor && repository.Layers.Any(layer => layer.Modified > file.Made))
                exceeded[repository.Name] = $"{repository.Name} {PushedInto}";
            else if (repository.Removed && !reviewed[repository.Name.Value].Removed)
                exceeded[repository.Name] = $"nothing of {repository.Name} was removed: with what is planned, the repository would go by now, too";
        }

        return exceeded;
    }

    /// <summary>What is said of each repository that was to go itself, is there, and does not go.</summary>
    public static IEnumerable<string> Staying(PlanFile file, PrunePlan plan, StoreSnapshot snapshot)
    {
        var planned = plan.Repositories.ToDictionary(repository => repository.Name);
        return file.Repositories.Where(repository => repository.Removed).Select(repository => RepositoryName.Parse(repository.Name)).Where(snapshot.Repositories.ContainsKey)
            .Select(name => planned.TryGetValue(name, out var found) ? found : null).OfType<RepositoryPlan>().Where(found => !found.Removed)
            .Select(found => $"{found.Name} stays, other than planned: {found.Reason}");
    }
}
