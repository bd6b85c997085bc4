using System.Collections.Immutable;
using RegistryCleaner.Manifests;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Planning;

/// <summary>Turns what was asked for and what is there into a plan. Pure: the same input gives the same plan, in any order.</summary>
public static class PrunePlanner
{
    /// <summary>
    /// How long something that no manifest accounts for counts as part of a push in progress. A repository whose last tag goes
    /// stays while it has any.
    /// </summary>
    public static readonly TimeSpan PushGrace = TimeSpan.FromHours(1);

    /// <summary>Makes the plan, without what the rest of the store says about the blobs.</summary>
    public static PrunePlan Plan(PruneRequest request, StoreSnapshot snapshot)
    {
        var missing = ImmutableArray.CreateBuilder<MissingImage>();
        var repositories = new List<(RepositorySnapshot Snapshot, RepositoryGraph Graph, RepositoryPlan Plan, IReadOnlySet<Digest> Needed)>();
        foreach (var images in request.Images.DistinctBy(image => image.ToString(), StringComparer.Ordinal).GroupBy(image => image.Repository).OrderBy(group => group.Key))
        {
            if (snapshot.Repositories.TryGetValue(images.Key, out var repository))
                repositories.Add(PlanRepository(repository, snapshot.Manifests, [.. images], request, missing));
            else
                missing.AddRange(images.Select(image => new MissingImage(image, NoRepository(images.Key, snapshot))));
        }

        // What one repository gives up, another may hold.
        var released = repositories.SelectMany(repository => repository.Plan.Released).ToHashSet();
        return new PrunePlan
        {
            Repositories = [.. repositories.Select(repository => repository.Plan with
            {
                Held = HeldAfter(repository.Snapshot, repository.Plan, released, repository.Plan.Released.Count == released.Count ? repository.Needed : repository.Graph.NeededAmong(released)),
            })],
            Missing = [.. missing.OrderBy(image => image.Image.ToString(), StringComparer.Ordinal)],
        };
    }

    /// <summary>
    /// The blobs whose links the plan has to know in a repository: those that what was asked for leads to. Null for all links: the
    /// repository itself may go.
    /// </summary>
    public static IReadOnlyCollection<Digest>? LayersConcerned(PruneRequest request, RepositorySnapshot repository, IReadOnlyDictionary<Digest, ManifestState> manifests)
    {
        var asked = Asked.Of(repository, manifests, [.. request.Images.Where(image => image.Repository == repository.Name)], request);
        // Tags about an image may go with it: whether they do takes a look at all that stays, and is decided once, with the plan.
        return asked.IsWhole || asked.RemovedTags.Count + asked.About.Count == repository.Tags.Count ? null : asked.Graph.BlobsBehind(asked.Graph.Considered);
    }

    private static string NoRepository(RepositoryName name, StoreSnapshot snapshot) =>
        snapshot.Namespaces.Contains(name)
            ? $"no such repository: '{name}' is only the name in front of other repositories"
            : $"no such repository: '{name}'";

    private static (RepositorySnapshot, RepositoryGraph, RepositoryPlan, IReadOnlySet<Digest>) PlanRepository(
        RepositorySnapshot repository,
        IReadOnlyDictionary<Digest, ManifestState> manifests,
        IReadOnlyList<ImageSelector> images,
        PruneRequest request,
        ImmutableArray<MissingImage>.Builder missing)
    {
        var asked = Asked.Of(repository, manifests, images, request);
        var (isWhole, tags, graph, removedDigests) = (asked.IsWhole, asked.DecideTags(), asked.Graph, asked.RemovedDigests);
        missing.AddRange(images.Select(image => Missing(image, repository)).OfType<MissingImage>());
        var decided = graph.Considered
            .Where(repository.Revisions.ContainsKey)
            .Select(digest => DecideManifest(digest, graph, manifests, isWhole) with { Modified = repository.Revisions[digest].Modified })
            .ToImmutableArray();

        var released = isWhole ? AllOf(repository, graph) : graph.Released();
        var needed = isWhole ? [] : graph.NeededAmong(released);
        var (removed, reason) = DecideRepository(repository, tags, decided, released, isWhole, request);
        var layers = repository.Layers
            .Where(link => removed || (link.Link.Target is { } target && released.Contains(target) && !needed.Contains(target)))
            .Select(link => new LayerPlan(link.Path, link.Link.Target, link.Modified))
            .OrderBy(layer => layer.Path, StringComparer.Ordinal)
            .ToImmutableArray();
        if (removed)
            released.UnionWith(layers.Where(layer => layer.Digest is not null).Select(layer => layer.Digest!.Value));

        var plan = new RepositoryPlan
        {
            Name = repository.Name,
            Removed = removed,
            AskedFor = isWhole,
            Reason = reason,
            Tags = tags,
            Manifests = decided,
            Layers = layers,
            Remarks = isWhole || asked.IsNothing ? [] : [.. graph.Doubts.Select(doubt => $"{doubt}: all manifests and layers of {repository.Name} are kept")],
            Released = released,
            Holders = [.. Holders(repository, graph, tags, removedDigests, released, isWhole)],
        };
        return (repository, graph, plan, needed);
    }

    private static (bool Removed, string Reason) DecideTag(Tag tag, Link link, ILookup<Tag?, ImageSelector> images, bool isWhole)
    {
        if (isWhole)
            return (true, "its repository was asked for");
        if (!images.Contains(tag))
            return (false, "not asked for");
        List<ImageSelector> asked = [.. images[tag]];
        if (asked.Any(image => image.Digest is null || image.Digest == link.Target))
            return (true, "asked for");
        return (false, $"asked for only while it points to {asked[0].Digest}");
    }

    private static MissingImage? Missing(ImageSelector image, RepositorySnapshot repository)
    {
        if (image.Tag is { } tag)
        {
            if (!repository.Tags.TryGetValue(tag, out var link))
                return new MissingImage(image, $"no such tag: '{tag}' in repository '{repository.Name}'");
            return image.Digest is { } wanted && link.Target != wanted
                ? new MissingImage(image, link.Target is { } target ? $"the tag '{tag}' points to {target}" : $"the tag '{tag}' cannot be read: {link.Problem}")
                : null;
        }

        return image.Digest is { } digest && !repository.Revisions.ContainsKey(digest)
            ? new MissingImage(image, $"no such manifest: {digest} in repository '{repository.Name}'")
            : null;
    }

    private static ManifestPlan DecideManifest(
        Digest digest, RepositoryGraph graph, IReadOnlyDictionary<Digest, ManifestState> manifests, bool isWhole)
    {
        var mediaType = manifests.TryGetValue(digest, out var state) ? state.Manifest?.MediaType ?? "" : "";
        if (isWhole)
            return new ManifestPlan(digest, mediaType, true, "its repository was asked for");
        return graph.ReasonToKeep(digest) is { } reason
            ? new ManifestPlan(digest, mediaType, false, reason)
            : new ManifestPlan(digest, mediaType, true, "only what was asked for led to it");
    }

    private static (bool Removed, string Reason) DecideRepository(
        RepositorySnapshot repository,
        ImmutableArray<TagPlan> tags,
        ImmutableArray<ManifestPlan> decided,
        HashSet<Digest> released,
        bool isWhole,
        PruneRequest request)
    {
        if (isWhole)
            return (true, "asked for");
        if (tags.Count(tag => !tag.Removed) is var left and > 0)
            return (false, left == 1 ? "one tag stays" : $"{left} tags stay");
        if (!tags.Any(tag => tag.Removed) && !decided.Any(manifest => manifest.Removed))
            return (false, "nothing of it is removed");
        if (repository.Revisions.Count - decided.Count(manifest => manifest.Removed) is var manifests and > 0)
            return (false, manifests == 1 ? "its last tag goes, but it holds a manifest without a tag" : $"its last tag goes, but it holds {manifests} manifests without a tag");
        if (repository.Problems is [var problem, ..])
            return (false, $"its last tag goes, but not everything in it can be read: {problem}");
        if (request.KeepEmpty)
            return (false, "its last tag goes; it is kept empty, as asked for");

        var since = request.Now - PushGrace;
        var isBusy = repository.Uploads.Any(upload => upload.Modified > since)
            || repository.Layers.Any(layer => layer.Modified > since && !(layer.Link.Target is { } target && released.Contains(target)));
        return isBusy
            ? (false, "its last tag goes, but something seems to be pushed to it right now")
            : (true, "its last tag goes");
    }

    // What goes with a repository without having been named holds its blobs as well, and so does a link that no manifest needs.
    private static IEnumerable<ImageHolder> Holders(
        RepositorySnapshot repository, RepositoryGraph graph, ImmutableArray<TagPlan> tags, HashSet<Digest> removedDigests, HashSet<Digest> released, bool isWhole)
    {
        List<ImageHolder> named = [.. tags.Where(tag => tag is { Removed: true, Digest: not null, GoesWith: null })
            .Select(tag => new ImageHolder($"{repository.Name}:{tag.Tag}", graph.BlobsBehind([tag.Digest!.Value])))];
        var reached = named.SelectMany(image => image.Blobs).ToHashSet();
        var untagged = removedDigests.Where(digest => !reached.Contains(digest)).ToList();
        if (isWhole)
            named.Add(new ImageHolder(null, graph.BlobsBehind(untagged)));
        else
            named.AddRange(untagged.Select(digest => new ImageHolder($"{repository.Name}@{digest}", graph.BlobsBehind([digest]))));
        return named.Append(new ImageHolder(null, released.Except(named.SelectMany(image => image.Blobs)).ToHashSet()));
    }

    private static HashSet<Digest> AllOf(RepositorySnapshot repository, RepositoryGraph graph)
    {
        var all = graph.Released();
        all.UnionWith(graph.Needed());
        all.UnionWith(repository.Revisions.Keys);
        return all;
    }

    // What all repositories give up is asked for, not gone through: that would take as many steps as there are repositories times manifests.
    private static HashSet<Digest> HeldAfter(RepositorySnapshot repository, RepositoryPlan plan, HashSet<Digest> released, IReadOnlySet<Digest> needed)
    {
        if (plan.Removed)
            return [];
        var gone = plan.Layers.Select(layer => layer.Path).ToHashSet(StringComparer.Ordinal);
        var removed = plan.Manifests.Where(manifest => manifest.Removed).Select(manifest => manifest.Digest).ToHashSet();
        return
        [
            .. needed,
            .. repository.Layers.Where(layer => !gone.Contains(layer.Path)).Select(layer => layer.Link.Target).OfType<Digest>().Where(released.Contains),
            .. repository.Revisions.Keys.Where(digest => released.Contains(digest) && !removed.Contains(digest)),
        ];
    }

    // What was asked for in a repository: tags, manifests, and the tags that are about a manifest and may go with it.
    private sealed record Asked(
        bool IsWhole,
        RepositorySnapshot Repository,
        ILookup<Tag?, ImageSelector> Images,
        HashSet<Tag> RemovedTags,
        HashSet<Digest> RemovedDigests,
        Dictionary<Tag, Digest> About,
        IReadOnlyDictionary<Tag, string>? Staying,
        RepositoryGraph Graph)
    {
        public bool IsNothing => RemovedDigests.Count == 0 && RemovedTags.Count == 0;

        public static Asked Of(RepositorySnapshot repository, IReadOnlyDictionary<Digest, ManifestState> manifests, IReadOnlyList<ImageSelector> images, PruneRequest request)
        {
            var isWhole = images.Any(image => image.Tag is null && image.Digest is null);
            // Rules ask for half of a repository's tags.
            var imagesOf = images.ToLookup(image => image.Tag);
            var removedTags = repository.Tags.Where(pair => DecideTag(pair.Key, pair.Value, imagesOf, isWhole).Removed).Select(pair => pair.Key).ToHashSet();
            var removedDigests = isWhole
                ? repository.Revisions.Keys.ToHashSet()
                : images.Where(image => image is { Tag: null, Digest: not null } && repository.Revisions.ContainsKey(image.Digest.Value)).Select(image => image.Digest!.Value).ToHashSet();
            var staying = request.Staying.GetValueOrDefault(repository.Name);
            var about = repository.Tags.Where(pair => !removedTags.Contains(pair.Key) && staying?.ContainsKey(pair.Key) != true)
                .Select(pair => (Tag: pair.Key, Subject: SubjectOf(pair.Key, pair.Value, repository, manifests)))
                .Where(item => item.Subject is not null)
                .ToDictionary(item => item.Tag, item => item.Subject!.Value);
            var graph = new RepositoryGraph(repository, manifests, removedTags, removedDigests, aboutTags: about);
            return new Asked(isWhole, repository, imagesOf, removedTags, removedDigests, about, staying, graph);
        }

        public ImmutableArray<TagPlan> DecideTags() => [.. Repository.Tags.Select(pair => Decide(pair.Key, pair.Value))];

        private TagPlan Decide(Tag tag, Link link)
        {
            var (removed, reason) = DecideTag(tag, link, Images, IsWhole);
            return About.TryGetValue(tag, out var subject) && Graph.ReasonToKeep(subject) is null
                ? new TagPlan(tag, link.Target, true, $"it is about {subject.Abbreviated}, which goes") { GoesWith = subject }
                : new TagPlan(tag, link.Target, removed, removed ? reason : Staying?.GetValueOrDefault(tag) ?? reason);
        }

        // About a manifest that is not here, be it gone or in another repository, nothing is known; what cannot be read may be anything.
        private static Digest? SubjectOf(Tag tag, Link link, RepositorySnapshot repository, IReadOnlyDictionary<Digest, ManifestState> manifests) =>
            link.Target is { } target && ReferrerTag.TryRead(tag.Value, out var referrer) && repository.Revisions.ContainsKey(referrer.Subject)
            && manifests.TryGetValue(target, out var state) && state.Manifest is { } manifest
            && referrer.IsAbout(target, manifest.Kind == ManifestKind.Index, (manifest.Kind == ManifestKind.Index ? manifest.Children : []).Select(child => (child, manifests.TryGetValue(child, out var known) ? known.Manifest?.Subject : null)))
                ? referrer.Subject
                : null;
    }
}
