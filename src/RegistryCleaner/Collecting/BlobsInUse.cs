using RegistryCleaner.Manifests;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Store;

namespace RegistryCleaner.Collecting;

/// <summary>What of a store is in use, by our own reading of it: the measure for what another collector would delete.</summary>
internal sealed class BlobsInUse
{
    private readonly Dictionary<RepositoryName, RepositoryUse> _repositories = [];
    private readonly HashSet<Digest> _blobs = [];

    public BlobsInUse(StoreSnapshot snapshot, CollectionRequest request, RegistryVersion version, DateTimeOffset now)
    {
        foreach (var (name, repository) in snapshot.Repositories)
        {
            var use = Use(repository, snapshot.Manifests, request.DeleteUntagged, request.AllowMultiArchLoss && version.MayBeVersion2, now - PrunePlanner.PushGrace);
            _repositories[name] = use;
            _blobs.UnionWith(use.Blobs);
        }
    }

    /// <summary>Why a blob must stay, or null.</summary>
    public string? WhyInUse(Digest blob) => !_blobs.Contains(blob) ? null : _repositories
        .Where(pair => pair.Value.Blobs.Contains(blob))
        .Select(pair => $"{blob} is in use in {pair.Key}{pair.Value.Because(blob)}")
        .FirstOrDefault();

    /// <summary>Why a manifest's link in a repository must stay, or null.</summary>
    public string? WhyInUse(string? repository, Digest manifest) => _repositories
        .Where(pair => (repository is null || pair.Key.Value == repository) && pair.Value.Manifests.Contains(manifest))
        .Select(pair => $"the manifest {manifest} is in use in {pair.Key}{pair.Value.Because(manifest)}")
        .FirstOrDefault();

    /// <summary>Why a layer's link in a repository must stay, or null.</summary>
    public string? WhyLayerInUse(string repository, Digest blob) => _repositories
        .Where(pair => pair.Key.Value == repository && pair.Value.Blobs.Contains(blob))
        .Select(pair => $"the link to {blob} is in use in {pair.Key}{pair.Value.Because(blob)}")
        .FirstOrDefault();

    private static RepositoryUse Use(
        RepositorySnapshot repository, IReadOnlyDictionary<Digest, ManifestState> manifests, bool deleteUntagged, bool allowMultiArchLoss, DateTimeOffset since)
    {
        // Untagged manifests are taken away as if they had been asked for: what a tag, or a subject that stays, needs comes back.
        var untagged = deleteUntagged ? repository.Revisions.Keys.ToHashSet() : [];
        var tagged = new RepositoryGraph(repository, manifests, new HashSet<Tag>(), untagged);
        // What was pushed a moment ago may be a platform whose index is still to come.
        untagged.RemoveWhere(digest => repository.Revisions[digest].Modified > since && !tagged.IsKept(digest));
        var graph = new RepositoryGraph(repository, manifests, new HashSet<Tag>(), untagged);
        var use = new RepositoryUse();
        var kept = graph.Kept.ToDictionary(digest => digest, digest => manifests.TryGetValue(digest, out var state) ? state.Manifest : null);
        if (deleteUntagged && allowMultiArchLoss)
            GiveUpPlatforms(repository, kept);
        foreach (var (digest, manifest) in kept)
        {
            use.Manifests.Add(digest);
            use.Blobs.Add(digest);
            if (manifest is not null)
                use.Blobs.UnionWith(manifest.Needs.Where(need => !graph.IsKept(need) || kept.ContainsKey(need)));
        }

        AddDoubtful(repository, graph, use);
        AddPushInProgress(repository, manifests, graph, since, use);
        return use;
    }

    // The user insists: what only an index leads to may go.
    private static void GiveUpPlatforms(RepositorySnapshot repository, Dictionary<Digest, Manifest?> kept)
    {
        var platforms = kept.Values.SelectMany(manifest => manifest is { Kind: ManifestKind.Index } index ? index.Children : []).ToHashSet();
        platforms.ExceptWith(repository.Tags.Values.Where(link => link.Target is not null).Select(link => link.Target!.Value));
        foreach (var platform in platforms)
            kept.Remove(platform);
    }

    private static void AddDoubtful(RepositorySnapshot repository, RepositoryGraph graph, RepositoryUse use)
    {
        if (graph.Doubts.Count == 0)
            return;
        use.Manifests.UnionWith(repository.Revisions.Keys);
        use.Blobs.UnionWith(repository.Revisions.Keys);
        foreach (var layer in repository.Layers.Where(layer => layer.Link.Target is not null))
            use.Explain(layer.Link.Target!.Value, $", as far as can be known: {graph.Doubts[0]}");
    }

    // Layers come before the manifest that needs them.
    private static void AddPushInProgress(
        RepositorySnapshot repository, IReadOnlyDictionary<Digest, ManifestState> manifests, RepositoryGraph graph, DateTimeOffset since, RepositoryUse use)
    {
        var neverPushed = !repository.Directories.Contains(StoreLayout.ManifestsName);
        var accounted = graph.Kept
            .SelectMany(digest => manifests.TryGetValue(digest, out var state) && state.Manifest is { } manifest ? manifest.Needs : [])
            .ToHashSet();
        foreach (var layer in repository.Layers.Where(layer => layer.Link.Target is { } target && !accounted.Contains(target) && (neverPushed || layer.Modified > since)))
        {
            use.Explain(layer.Link.Target!.Value, neverPushed
                ? ", which has layers but no manifest yet: a push to it is in progress, or was abandoned (then remove the repository with CleanImages)"
                : ", to which it was pushed within the last hour without a manifest so far");
        }
    }

    private sealed class RepositoryUse
    {
        private readonly Dictionary<Digest, string> _reasons = [];

        public HashSet<Digest> Blobs { get; } = [];

        public HashSet<Digest> Manifests { get; } = [];

        public void Explain(Digest blob, string reason)
        {
            Blobs.Add(blob);
            _reasons.TryAdd(blob, reason);
        }

        public string Because(Digest digest) => _reasons.GetValueOrDefault(digest, "");
    }
}
