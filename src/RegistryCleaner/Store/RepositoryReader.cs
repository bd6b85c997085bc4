using System.Collections.Concurrent;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Store;

/// <summary>
/// Reads repositories: names of directories first, then kind and times of what a snapshot is made of, then the content of links. A tag's
/// history is never read. The number of calls does not depend on the number of repositories.
/// </summary>
internal sealed class RepositoryReader(IStoreFiles files)
{
    /// <summary>Tags, revisions and uploads of the repositories; those that do not exist are left out.</summary>
    /// <exception cref="StoreAccessException">A repository's directory cannot be looked at: nobody knows then whether there is one.</exception>
    public async Task<Dictionary<RepositoryName, RepositorySnapshot>> ReadAsync(IReadOnlyCollection<RepositoryName> repositories, CancellationToken cancellationToken)
    {
        List<string> directories = [.. repositories.Select(StoreLayout.Repository)];
        var tags = new ConcurrentBag<string>();
        var uploads = new ConcurrentBag<string>();
        var revisions = new LinkFinder(files);
        foreach (var directory in directories)
        {
            var (tagsHere, uploadsHere) = (StoreLayout.TagsIn(directory), StoreLayout.UploadsIn(directory));
            revisions.AddPlace(tagsHere, name => tags.Add($"{tagsHere}/{name}"));
            revisions.AddPlace(uploadsHere, name => uploads.Add($"{uploadsHere}/{name}"));
            revisions.AddLinks(StoreLayout.RevisionsIn(directory));
        }

        await revisions.ListAsync(cancellationToken);
        await revisions.ListTreesAsync([.. uploads], cancellationToken);
        List<string> markers = [.. directories.SelectMany(StoreLayout.MarkersIn)];
        await revisions.LookAtAsync([.. markers, .. uploads], cancellationToken);
        if (revisions.Problems.Select(problem => problem.Path).Intersect(markers).FirstOrDefault() is { } marker)
            throw new StoreAccessException($"The store {files.Root}: {revisions.Problems.First(problem => problem.Path == marker)}");

        // A tag's directory is known by its name; what it holds is asked for by path.
        var builder = new RepositorySnapshotBuilder(repositories);
        await revisions.ReadAsync(tags, builder.Add, cancellationToken);
        return builder.Repositories(revisions.Problems).Where(snapshot => snapshot.Exists).ToDictionary(snapshot => snapshot.Name);
    }

    /// <summary>The same repositories with their links to layers.</summary>
    /// <param name="repositories">The repositories.</param>
    /// <param name="wanted">Whose links are looked for; null for all that there are. Those by another algorithm than sha256 always are.</param>
    /// <param name="trustsNames">Whether a link that has the length of its name is taken to say it.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async Task<Dictionary<RepositoryName, RepositorySnapshot>> ReadLayersAsync(
        IReadOnlyCollection<RepositorySnapshot> repositories, Func<RepositorySnapshot, IReadOnlyCollection<Digest>?> wanted, bool trustsNames, CancellationToken cancellationToken)
    {
        var layers = new LinkFinder(files, trustsNames);
        foreach (var repository in repositories)
        {
            var directory = StoreLayout.Repository(repository.Name);
            layers.AddLinks(StoreLayout.LayersIn(directory), wanted(repository)?.Select(digest => StoreLayout.LayerLinkIn(directory, digest)));
        }

        await layers.ListAsync(cancellationToken);
        await layers.LookAtAsync([], cancellationToken);
        var builder = new RepositorySnapshotBuilder(repositories.Select(repository => repository.Name));
        await layers.ReadAsync([], builder.Add, cancellationToken);
        var found = builder.Layers(layers.Problems).ToDictionary(item => item.Name);
        return repositories.ToDictionary(repository => repository.Name, repository => repository with
        {
            Layers = found[repository.Name].Layers,
            Problems = [.. repository.Problems.Union(found[repository.Name].Problems).OrderBy(problem => problem.Path, StringComparer.Ordinal)],
        });
    }
}
