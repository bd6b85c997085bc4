using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Marking;

/// <summary>What of a store is in use, by a look at all of it.</summary>
/// <param name="Blobs">The blobs, as they were listed before anything else was looked at.</param>
/// <param name="Repositories">All repositories.</param>
/// <param name="Manifests">Their manifests.</param>
/// <param name="IsNeeded">By a blob's number: whether a manifest that stays needs it, or a link that nobody can judge leads to it.</param>
/// <param name="HasRepositories">Whether there is any repository at all, one that a prune counts as having removed too.</param>
/// <param name="Problems">What may hide a repository or a link: then no blob is known to be free.</param>
internal sealed record MarkedStore(
    BlobTable Blobs,
    IReadOnlyList<MarkedRepository> Repositories,
    ManifestNodes Manifests,
    bool[] IsNeeded,
    bool HasRepositories,
    IReadOnlyList<StoreProblem> Problems);

/// <summary>
/// Marks what is in use: every tag's link, every manifest is read once, layers and blobs by their names alone.
/// </summary>
/// <remarks>The blobs are listed first, and once: what is pushed from then on is never a candidate, however often it is looked again.</remarks>
internal sealed class StoreMarker(IStoreFiles files, IReadOnlyCollection<Digest>? alsoBlobs = null)
{
    private const string Sha256Name = "sha256";

    private BlobTable? _blobs;
    private ManifestNodes? _manifests;

    /// <summary>Looks at everything, anew each time but for the blobs and the manifests, which do not change.</summary>
    public async Task<MarkedStore> MarkAsync(MarkRequest request, CancellationToken cancellationToken)
    {
        var blobs = _blobs ??= await BlobTable.ReadAsync(files, alsoBlobs ?? [], cancellationToken);
        var manifests = _manifests ??= new ManifestNodes(files, blobs);
        var scan = new RepositoryScan(files, blobs, request.Pruned);
        await scan.ReadAsync(cancellationToken);
        await manifests.ReadAsync(scan.Repositories.SelectMany(Roots), cancellationToken);
        Doubt(scan);
        await KeepAsync(scan.Repositories, request, cancellationToken);

        var store = new MarkedStore(blobs, scan.Repositories, manifests, new bool[blobs.Count], scan.Found > 0, scan.Problems);
        var aliases = await MarkAliasesAsync(store, cancellationToken);
        MarkNeeded(store);
        var problems = await MarkLinkedAsync(store, request, cancellationToken);
        return store with { Problems = [.. scan.Problems, .. aliases, .. problems] };
    }

    /// <summary>Those of the blobs that are in use, as things are now; null where nobody can know, with the reason.</summary>
    public async Task<(IReadOnlySet<Digest>? Needed, string? Problem)> FindNeededAsync(IReadOnlyCollection<Digest> blobs, CancellationToken cancellationToken)
    {
        var store = await MarkAsync(new MarkRequest(DeleteUntagged: false, DateTimeOffset.MaxValue), cancellationToken);
        if (store.Problems is [var problem, ..])
            return (null, problem.ToString());

        var asked = blobs.Select(store.Blobs.Find).ToHashSet();
        var links = store.Repositories
            .SelectMany(repository => repository.UnneededLayers.Where(layer => asked.Contains(layer.Blob)).Select(layer => (repository.Directory, Layer: layer)))
            .ToArray();
        await files.StatEachAsync(
            new LazyList<string>(links.Length, index => StoreLayout.LayerLinkIn(links[index].Directory, links[index].Layer.Digest)),
            (index, _) => store.IsNeeded[links[index].Layer.Blob] = true,
            cancellationToken);
        return (blobs.Where(blob => store.IsNeeded[store.Blobs.Find(blob)]).ToHashSet(), null);
    }

    private static IEnumerable<int> Roots(MarkedRepository repository) =>
        repository.Revisions.Concat(repository.Tags.Where(tag => tag.Target >= 0).Select(tag => tag.Target));

    // What could not be listed may be a tag. A problem whose place is not known may concern any repository.
    private static void Doubt(RepositoryScan scan)
    {
        foreach (var problem in scan.Problems)
        {
            foreach (var repository in scan.Repositories.Where(repository => problem.Path.Length == 0 || problem.Path.StartsWith(repository.Directory + "/_", StringComparison.Ordinal)))
                repository.Doubts.Add(problem.ToString());
        }
    }

    private async Task KeepAsync(IReadOnlyList<MarkedRepository> repositories, MarkRequest request, CancellationToken cancellationToken)
    {
        var kept = new KeptManifests[repositories.Count];
        Parallel.For(0, kept.Length, i =>
        {
            kept[i] = new KeptManifests(repositories[i], _manifests!, _blobs!, request);
            kept[i].Keep([]);
        });

        // What was pushed a moment ago may be a platform whose index is still to come.
        var untagged = kept.SelectMany((manifests, i) => manifests.NotKept.Select(id => (Repository: i, Id: id))).ToArray();
        var modified = new DateTimeOffset[untagged.Length];
        await files.StatEachAsync(
            new LazyList<string>(untagged.Length, index => StoreLayout.RevisionLinkIn(repositories[untagged[index].Repository].Directory, _blobs!.DigestOf(untagged[index].Id))),
            (index, entry) => modified[index] = entry.Modified,
            cancellationToken);
        foreach (var recent in untagged.Where((_, index) => modified[index] > request.RecentSince).GroupBy(item => item.Repository, item => item.Id))
            kept[recent.Key].Keep(recent);
        foreach (var (item, written) in untagged.Zip(modified).Where(pair => !repositories[pair.First.Repository].Kept.Contains(pair.First.Id)))
            repositories[item.Repository].Removed.Add((item.Id, written));
    }

    private static void MarkNeeded(MarkedStore store) => Parallel.ForEach(store.Repositories, repository =>
    {
        foreach (var id in repository.Needed)
        {
            if (store.Blobs.IsStored(id))
                store.IsNeeded[id] = true;
        }
    });

    // A layer that was uploaded by its sha512 is stored by sha256, and linked by both names: each link says the sha256. A manifest
    // that refers to the one needs the other.
    private async Task<IReadOnlyList<StoreProblem>> MarkAliasesAsync(MarkedStore store, CancellationToken cancellationToken)
    {
        var directories = store.Repositories
            .SelectMany(repository => repository.LayerAlgorithms.Where(name => name != Sha256Name).Select(name => (Repository: repository, Algorithm: name)))
            .ToArray();
        var aliases = new List<(MarkedRepository Repository, Digest Digest)>();
        var problems = await files.ListNamesAsync(
            [.. directories.Select(item => $"{StoreLayout.LayersIn(item.Repository.Directory)}/{item.Algorithm}")],
            (index, name) =>
            {
                lock (aliases)
                {
                    if (Digest.TryParse($"{directories[index].Algorithm}:{name}", out var digest, out _))
                        aliases.Add((directories[index].Repository, digest));
                    else
                        directories[index].Repository.HasStrays = true;
                }
            },
            cancellationToken);
        var links = new Link?[aliases.Count];
        await LinkReader.ReadEachAsync(
            files, [.. aliases.Select(alias => StoreLayout.LayerLinkIn(alias.Repository.Directory, alias.Digest))], (index, link) => links[index] = link, cancellationToken);
        foreach (var group in aliases.Zip(links, (alias, link) => (alias.Repository, Layer: new UnneededLayer(alias.Digest, link?.Target is { } target ? store.Blobs.IdOf(target) : -1))).GroupBy(item => item.Repository, item => item.Layer))
            MarkAliases(group.Key, [.. group], store.Blobs);
        return problems;
    }

    // Whatever their order: what one name leads to stays under all its names.
    private static void MarkAliases(MarkedRepository repository, IReadOnlyList<UnneededLayer> aliases, BlobTable blobs)
    {
        var needed = aliases.Where(alias => alias.Blob >= 0 && (repository.KeepsAll || repository.Needs(blobs.Find(alias.Digest)))).Select(alias => alias.Blob);
        repository.Needed = [.. repository.Needed.Union(needed).Order()];
        if (!repository.KeepsAll)
            repository.UnneededLayers.AddRange(aliases.Where(alias => !repository.Needs(alias.Blob) && !repository.Needs(blobs.Find(alias.Digest))));
    }

    private async Task<IReadOnlyList<StoreProblem>> MarkLinkedAsync(MarkedStore store, MarkRequest request, CancellationToken cancellationToken)
    {
        var repositories = store.Repositories.Where(repository => repository.LayerAlgorithms.Contains(Sha256Name)).ToArray();
        return await files.ListNamesAsync(
            new LazyList<string>(repositories.Length, index => $"{StoreLayout.LayersIn(repositories[index].Directory)}/{Sha256Name}"),
            (index, name) =>
            {
                var repository = repositories[index];
                if (!Sha256.TryParseHex(name, out var sha256))
                {
                    repository.HasStrays = true;
                    return;
                }

                var digest = new Digest(sha256);
                var blob = store.Blobs.Find(digest);
                if (repository.KeepsAll && blob >= 0 && store.Blobs.IsStored(blob))
                    store.IsNeeded[blob] = true;
                else if (!repository.KeepsAll && !repository.Needs(blob) && request.Pruned?.HidesLayer(repository.Directory, StoreLayout.LayerLinkIn(repository.Directory, digest)) != true)
                    repository.UnneededLayers.Add(new UnneededLayer(digest, blob));
            },
            cancellationToken);
    }
}
