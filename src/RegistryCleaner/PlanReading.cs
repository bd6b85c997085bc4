using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Store;

namespace RegistryCleaner;

/// <summary>Reads what a plan needs, in two steps: the repositories concerned, then what all others say about the blobs.</summary>
internal static class PlanReading
{
    public static async Task<PrunePlan> PlanAsync(StoreReader reader, PruneRequest request, CancellationToken cancellationToken) =>
        await PlanAsync(reader, request, await reader.ReadAsync([.. request.Images.Select(image => image.Repository).Distinct()], cancellationToken), cancellationToken);

    /// <param name="reader">Reads what else is needed.</param>
    /// <param name="request">What goes.</param>
    /// <param name="snapshot">The repositories concerned, perhaps with others.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static async Task<PrunePlan> PlanAsync(StoreReader reader, PruneRequest request, StoreSnapshot snapshot, CancellationToken cancellationToken)
    {
        // Of repositories in scope of which nothing goes, nothing more needs to be known.
        var concerned = request.Images.Select(image => image.Repository).ToHashSet();
        snapshot = snapshot with { Repositories = snapshot.Repositories.Where(pair => concerned.Contains(pair.Key)).ToDictionary() };
        snapshot = await reader.ReadLayersAsync(snapshot, repository => PrunePlanner.LayersConcerned(request, repository, snapshot.Manifests), cancellationToken);
        var plan = PrunePlanner.Plan(request, snapshot);
        var sizes = await reader.SizesAsync([.. plan.Repositories.SelectMany(repository => repository.Released.Concat(repository.Holders.SelectMany(holder => holder.Blobs)))], cancellationToken);
        var (linked, problem) = await AskOthersAsync(reader, plan, cancellationToken);
        return plan.WithBlobs(new BlobFacts(sizes, linked, problem));
    }

    /// <summary>By blob, the directories of the other repositories that hold it.</summary>
    public static async Task<ILookup<Digest, string>> HoldersElsewhereAsync(StoreReader reader, RepositoryName repository, IReadOnlyCollection<Digest> blobs, CancellationToken cancellationToken) =>
        await reader.LinkersAsync(OthersThan([repository], await reader.FindRepositoriesAsync(cancellationToken)), blobs, cancellationToken);

    private static List<string> OthersThan(IReadOnlyCollection<RepositoryName> repositories, RepositoryCatalog catalog) =>
        [.. catalog.Repositories.Except(repositories).Select(StoreLayout.Repository), .. catalog.Unnamed.Select(unnamed => unnamed.Directory)];

    private static async Task<(IReadOnlySet<Digest> Linked, string? Problem)> AskOthersAsync(
        StoreReader reader, PrunePlan plan, CancellationToken cancellationToken)
    {
        var released = plan.ReleasedBlobs;
        if (released.Count == 0)
            return (released, null);
        var catalog = await reader.FindRepositoriesAsync(cancellationToken);
        var linked = await reader.LinkedAsync(OthersThan([.. plan.Repositories.Select(repository => repository.Name)], catalog), [.. released], cancellationToken);
        return (linked, catalog.Problems is [var problem, ..] ? problem.ToString() : null);
    }
}
