using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Pruning;

/// <summary>
/// The order in which things go back, the reverse of that in which they went: data before what links it, layers before manifests,
/// an index after its children, tags last, so that nothing is ever there before what it leads to.
/// </summary>
internal static class TrashOrder
{
    /// <summary>The paths in that order, a tag's directory instead of each of its files.</summary>
    /// <param name="files">Files, by their path in the store.</param>
    /// <param name="journal">What tells an index from its children, or null.</param>
    public static IReadOnlyList<string> Sort(IEnumerable<string> files, PruneJournal? journal)
    {
        // There, an index comes before its children.
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var repository in journal?.Repositories ?? [])
        {
            var name = RepositoryName.Parse(repository.Name);
            foreach (var manifest in repository.Manifests)
                places[StoreLayout.RevisionLink(name, Digest.Parse(manifest.Name))] = -places.Count;
        }

        return
        [
            .. files.Select(path => StoreLayout.TagDirectoryOf(path) ?? path).Distinct(StringComparer.Ordinal)
                .OrderBy(RankOf).ThenBy(path => places.GetValueOrDefault(path)).ThenBy(path => path, StringComparer.Ordinal),
        ];
    }

    /// <summary>Whether a path is that of a tag.</summary>
    public static bool IsTag(string path) => RankOf(path) == TagRank;

    /// <summary>The rank of the links that make manifests part of a repository.</summary>
    public const int RevisionRank = 2;

    private const int TagRank = 3;

    /// <summary>Where a path comes in the order.</summary>
    public static int RankOf(string path) => path switch
    {
        _ when path.StartsWith(StoreLayout.Blobs + "/", StringComparison.Ordinal) => 0,
        _ when path.Contains($"/{StoreLayout.ManifestsName}/revisions/", StringComparison.Ordinal) => RevisionRank,
        _ when path.Contains($"/{StoreLayout.ManifestsName}/tags/", StringComparison.Ordinal) => TagRank,
        _ => 1,
    };
}
