using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Api;

/// <summary>
/// Reads repositories through the API, as far as it tells: tags, and the manifests that they lead to. Manifests without a tag, links of
/// layers and what is being pushed cannot be seen there.
/// </summary>
internal sealed class ApiSnapshotReader(RegistryApi api)
{
    private const int Parallel = 8;

    // What a digest stands for never changes.
    private readonly Dictionary<(RepositoryName, Digest), ManifestState> _read = [];

    /// <summary>Reads repositories, all tags of each: any of them may share what another leads to.</summary>
    public async Task<StoreSnapshot> ReadAsync(IReadOnlyCollection<RepositoryName> names, CancellationToken cancellationToken)
    {
        var repositories = new Dictionary<RepositoryName, RepositorySnapshot>();
        var manifests = new Dictionary<Digest, ManifestState>();
        foreach (var name in names)
        {
            if (await api.ListTagsAsync(name, cancellationToken) is not { } tags)
                continue;
            var links = await ResolveAsync(name, tags, cancellationToken);
            var held = await ReadManifestsAsync(name, links.Values, manifests, cancellationToken);
            repositories[name] = new RepositorySnapshot
            {
                Name = name,
                Tags = links.ToDictionary(pair => pair.Key, pair => Link.To(pair.Value)),
                Revisions = held.ToDictionary(digest => digest, Link.To),
                Layers = [],
                Uploads = [],
                Problems = [],
                Directories = [StoreLayout.ManifestsName],
            };
        }

        return new StoreSnapshot(repositories, new HashSet<RepositoryName>(), manifests);
    }

    /// <summary>Where tags lead; what is gone by then is left out.</summary>
    public async Task<IReadOnlyDictionary<Tag, Digest>> ResolveAsync(RepositoryName name, IReadOnlyCollection<Tag> tags, CancellationToken cancellationToken)
    {
        var links = new System.Collections.Concurrent.ConcurrentDictionary<Tag, Digest>();
        await System.Threading.Tasks.Parallel.ForEachAsync(tags, new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken }, async (tag, token) =>
        {
            if (await api.ResolveAsync(name, tag.Value, token) is { } digest)
                links[tag] = digest;
        });
        return links;
    }

    private async Task<HashSet<Digest>> ReadManifestsAsync(
        RepositoryName name, IEnumerable<Digest> roots, Dictionary<Digest, ManifestState> manifests, CancellationToken cancellationToken)
    {
        var held = new HashSet<Digest>();
        var pending = new Stack<Digest>(roots.Distinct());
        while (pending.TryPop(out var digest))
        {
            if (held.Contains(digest))
                continue;
            if (!_read.TryGetValue((name, digest), out var state))
            {
                var content = await api.GetManifestAsync(name, digest, cancellationToken);
                state = content is { } bytes ? ManifestState.Of(digest, new FileContent(bytes, null)) : ManifestState.Missing;
                if (content is not null)
                    _read[(name, digest)] = state;
            }

            if (!state.Equals(ManifestState.Missing))
                held.Add(digest);
            manifests.TryAdd(digest, state);
            foreach (var child in state.Manifest?.Children ?? [])
                pending.Push(child);
        }

        return held;
    }
}
