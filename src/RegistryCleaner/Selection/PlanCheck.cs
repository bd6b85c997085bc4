using RegistryCleaner.Naming;
using RegistryCleaner.Planning;

namespace RegistryCleaner.Selection;

/// <summary>Holds what would happen now against what was reviewed: nothing else may go, and what moved is to be said.</summary>
internal static class PlanCheck
{
    /// <summary>What changed since the plan was made, in words: tags that point elsewhere by now. What is gone already is none of it.</summary>
    public static IEnumerable<string> Moved(PlanFile file, PrunePlan plan)
    {
        foreach (var repository in file.Selection.Repositories)
        {
            var now = plan.Repositories.FirstOrDefault(each => each.Name == repository.Name)?.Tags.ToDictionary(tag => tag.Tag, tag => tag.Digest) ?? [];
            foreach (var tag in repository.Tags.Where(tag => tag.Removed && now.TryGetValue(tag.Tag, out var digest) && digest != tag.Digest))
                yield return $"{repository.Name}:{tag.Tag} was pushed to since the plan was made, and stays: it pointed to {tag.Digest}, and points to {now[tag.Tag]?.ToString() ?? "what cannot be read"}";
        }
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
