using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Store;

namespace RegistryCleaner.Selection;

/// <summary>Holds what would happen now against what was reviewed: nothing else may go, and what moved is to be said.</summary>
internal static class PlanCheck
{
    // With the same content: a pipeline that builds anew what has not changed wants it all the same.
    private const string PushedAgain = "was pushed again since the plan was made, and stays";

    /// <summary>What is left of what the plan selects, and why the rest stays: what was pushed to since the plan was made, and what is protected.</summary>
    /// <remarks>What is gone already is left in the selection: that it is not there is for whoever plans to say.</remarks>
    /// <param name="file">The plan.</param>
    /// <param name="protection">What is not to go although it is planned; nothing is added by it.</param>
    /// <param name="repositories">What is known of the plan's repositories.</param>
    /// <param name="snapshot">The same, as it is in the store.</param>
    public static (ImageSelection Left, IReadOnlyList<string> Drifted) Left(PlanFile file, Protection protection, IReadOnlyList<RepositoryFacts> repositories, StoreSnapshot snapshot)
    {
        var selection = file.Selection;
        var facts = repositories.ToDictionary(repository => repository.Name);
        var isProtected = new ProtectedImages(protection, repositories);
        var drifted = new List<string>();
        return (selection with { Repositories = [.. selection.Repositories.Select(repository => facts.TryGetValue(repository.Name, out var found) ? LeftOf(repository, found) : repository)] }, drifted);

        RepositorySelection LeftOf(RepositorySelection repository, RepositoryFacts found)
        {
            var tags = found.Tags.ToDictionary(tag => tag.Tag);
            var revisions = snapshot.Repositories[repository.Name].Revisions;
            return repository with
            {
                Tags = [.. repository.Tags.Select(tag => tag.Removed && tags.TryGetValue(tag.Tag, out var now) && WhyTagStays(tag, found, now) is { } why ? tag with { Removed = false, Reason = Drifted($"{repository.Name}:{tag.Tag}", why) } : tag)],
                Untagged = [.. repository.Untagged.Select(manifest => revisions.TryGetValue(manifest.Digest, out var link) && WhyUntaggedStays(manifest, found, link.Modified) is { } why ? manifest with { Removed = false, Reason = Drifted($"{repository.Name}@{manifest.Digest}", why) } : manifest)],
            };
        }

        string? WhyTagStays(TagPlan planned, RepositoryFacts found, TagFacts now) =>
            now.Digest != planned.Digest ? $"was pushed to since the plan was made, and stays: it pointed to {planned.Digest}, and points to {now.Digest?.ToString() ?? "what cannot be read"}"
            : now.Pushed > file.Made ? PushedAgain
            : Protected(isProtected.WhyTag(found, now));

        string? WhyUntaggedStays(ManifestPlan planned, RepositoryFacts found, DateTimeOffset linked) =>
            linked > file.Made ? PushedAgain : Protected(isProtected.WhyUntagged(found, planned.Digest));

        string Drifted(string name, string why)
        {
            drifted.Add($"{name} {why}");
            return why;
        }

        static string? Protected(string? why) => why is null ? null : $"stays, other than planned: {why}";
    }

    /// <summary>Repositories of which more would go than was reviewed, with what it is.</summary>
    public static IReadOnlyDictionary<RepositoryName, string> Exceeded(PlanFile file, PrunePlan plan)
    {
        var reviewed = file.Repositories.ToDictionary(repository => repository.Name, StringComparer.Ordinal);
        var exceeded = new Dictionary<RepositoryName, string>();
        foreach (var repository in plan.Repositories)
        {
            var manifests = reviewed[repository.Name.Value].Manifests.Select(manifest => manifest.Digest).ToHashSet(StringComparer.Ordinal);
            if (repository.Manifests.FirstOrDefault(manifest => manifest.Removed && !manifests.Contains(manifest.Digest.ToString())) is { } manifest)
                exceeded[repository.Name] = $"nothing of {repository.Name} was removed: with what is planned, {manifest.Digest} would go by now, too";
            else if (repository.Removed && !reviewed[repository.Name.Value].Removed)
                exceeded[repository.Name] = $"nothing of {repository.Name} was removed: with what is planned, the repository would go by now, too";
        }

        return exceeded;
    }
}
