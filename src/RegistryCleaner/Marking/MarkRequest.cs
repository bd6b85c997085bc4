using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Store;

namespace RegistryCleaner.Marking;

/// <summary>What counts as in use.</summary>
/// <param name="DeleteUntagged">Whether a manifest without a tag has to be needed by another to be in use.</param>
/// <param name="RecentSince">What was written since then may belong to a push in progress.</param>
/// <param name="Pruned">A prune that counts as done, or null.</param>
internal sealed record MarkRequest(bool DeleteUntagged, DateTimeOffset RecentSince, PrunedImages? Pruned = null);

/// <summary>What a plan of CleanImages removes.</summary>
internal sealed class PrunedImages
{
    private readonly bool _isDone;
    private readonly Dictionary<string, Repository> _repositories;

    /// <param name="plan">The plan.</param>
    /// <param name="isDone">
    /// Whether it was applied: what it names and is there has then been pushed since. If not, it is left out of what is read.
    /// </param>
    public PrunedImages(PrunePlan plan, bool isDone)
    {
        _isDone = isDone;
        RemovesRepositories = plan.Repositories.Any(repository => repository.Removed);
        _repositories = plan.Repositories.ToDictionary(
            repository => StoreLayout.Repository(repository.Name),
            repository => new Repository(
                repository.Removed,
                repository.Tags.Where(tag => tag.Removed).Select(tag => tag.Tag.Value).ToHashSet(StringComparer.Ordinal),
                repository.Manifests.Where(manifest => manifest.Removed).Select(manifest => manifest.Digest).ToHashSet(),
                repository.Layers.Select(layer => layer.Path).ToHashSet(StringComparer.Ordinal)),
            StringComparer.Ordinal);
    }

    /// <summary>Whether repositories went, or count as gone: where there is none left then, that is why.</summary>
    public bool RemovesRepositories { get; }

    /// <summary>Whether a manifest went, or counts as gone.</summary>
    public bool Removed(string directory, Digest manifest) => _repositories.TryGetValue(directory, out var repository) && repository.Manifests.Contains(manifest);

    /// <summary>Whether a repository counts as gone.</summary>
    public bool HidesRepository(string directory) => !_isDone && _repositories.TryGetValue(directory, out var repository) && repository.IsWhole;

    /// <summary>Whether a tag counts as gone.</summary>
    public bool HidesTag(string directory, string tag) => !_isDone && _repositories.TryGetValue(directory, out var repository) && repository.Tags.Contains(tag);

    /// <summary>Whether a manifest's link counts as gone.</summary>
    public bool HidesManifest(string directory, Digest digest) => !_isDone && Removed(directory, digest);

    /// <summary>Whether a layer's link counts as gone.</summary>
    public bool HidesLayer(string directory, string path) => !_isDone && _repositories.TryGetValue(directory, out var repository) && repository.Layers.Contains(path);

    private sealed record Repository(bool IsWhole, HashSet<string> Tags, HashSet<Digest> Manifests, HashSet<string> Layers);
}
