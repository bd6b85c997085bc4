using System.Collections.Immutable;
using RegistryCleaner.Manifests;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Planning;

/// <summary>
/// Who needs whom among a repository's manifests, when some of its tags are taken away.
/// </summary>
/// <remarks>
/// Only what the removed tags led to can go; every other manifest stays, tagged or not, with all that it needs and all that is
/// about it. What cannot be read could lead anywhere in the repository: then no manifest and no layer of it goes.
/// </remarks>
internal sealed class RepositoryGraph
{
    private readonly RepositorySnapshot _repository;
    private readonly IReadOnlyDictionary<Digest, ManifestState> _manifests;
    private readonly ILookup<Digest, Digest> _referrers;
    private readonly IReadOnlySet<Tag> _removedTags;
    private readonly IReadOnlyDictionary<Tag, Digest> _aboutTags;
    private readonly HashSet<Digest> _considered;
    private readonly IReadOnlySet<Digest>? _limit;

    // Not everyone who asks what is taken away asks what that leaves, which is most of a large repository.
    private readonly Lazy<Dictionary<Digest, Reason>> _kept;
    private readonly Lazy<List<string>> _doubts;
    private readonly Lazy<HashSet<Digest>> _keptBlobs;

    /// <param name="repository">The repository as it is.</param>
    /// <param name="manifests">Its manifests.</param>
    /// <param name="removedTags">Tags that are taken away.</param>
    /// <param name="removedDigests">Manifests that are taken away besides those of these tags, unless something needs them.</param>
    /// <param name="limit">The only manifests of the repository that may go; null for no limit.</param>
    /// <param name="aboutTags">Tags that keep nothing by themselves, each with the manifest that it is about: what they point to stays while that does.</param>
    public RepositoryGraph(
        RepositorySnapshot repository,
        IReadOnlyDictionary<Digest, ManifestState> manifests,
        IReadOnlySet<Tag> removedTags,
        IReadOnlySet<Digest> removedDigests,
        IReadOnlySet<Digest>? limit = null,
        IReadOnlyDictionary<Tag, Digest>? aboutTags = null)
    {
        _limit = limit;
        _aboutTags = aboutTags ?? ImmutableDictionary<Tag, Digest>.Empty;
        _repository = repository;
        _manifests = manifests;
        _removedTags = removedTags;
        _referrers = repository.Revisions.Keys
            .Where(digest => ManifestOf(digest)?.Subject is not null)
            .Select(digest => (Subject: ManifestOf(digest)!.Subject!.Value, Referrer: digest))
            .Concat(_aboutTags.Where(pair => repository.Tags[pair.Key].Target is not null).Select(pair => (Subject: pair.Value, Referrer: repository.Tags[pair.Key].Target!.Value)))
            .ToLookup(item => item.Subject, item => item.Referrer);

        var removedRoots = repository.Tags
            .Where(pair => removedTags.Contains(pair.Key) && pair.Value.Target is not null)
            .Select(pair => pair.Value.Target!.Value)
            .Concat(removedDigests)
            .ToList();
        _considered = Closure(removedRoots);
        _kept = new(FindKept);
        _doubts = new(() => [.. FindDoubts()]);
        _keptBlobs = new(() => BlobsOf(_kept.Value.Keys));
    }

    /// <summary>Why nothing but the tags may go; empty where everything could be read.</summary>
    public IReadOnlyList<string> Doubts => _doubts.Value;

    /// <summary>The manifests that the removed tags led to, an index before its children.</summary>
    public IReadOnlyList<Digest> Considered => ParentsFirst();

    /// <summary>The manifests that stay.</summary>
    public IEnumerable<Digest> Kept => _kept.Value.Keys;

    /// <summary>Why a manifest stays, or null if nothing that stays needs it.</summary>
    public string? ReasonToKeep(Digest digest) =>
        _kept.Value.TryGetValue(digest, out var reason) ? reason.ToString()
        : Doubts.Count > 0 ? $"it may be needed: {Doubts[0]}"
        : null;

    /// <summary>Whether something that stays is known to need the manifest.</summary>
    public bool IsKept(Digest digest) => _kept.Value.ContainsKey(digest);

    /// <summary>Whether something that stays is known to need the blob.</summary>
    public bool KeptNeeds(Digest blob) => _keptBlobs.Value.Contains(blob);

    /// <summary>Blobs that what stays needs: manifests, configurations and layers.</summary>
    public HashSet<Digest> Needed() => BlobsOf(Staying);

    /// <summary>Those of the blobs that what stays needs.</summary>
    public HashSet<Digest> NeededAmong(IReadOnlySet<Digest> blobs)
    {
        var needed = new HashSet<Digest>();
        foreach (var digest in Staying)
        {
            if (blobs.Contains(digest))
                needed.Add(digest);
            if (ManifestOf(digest) is not { } manifest)
                continue;
            AddThoseOf(manifest.Children);
            AddThoseOf(manifest.Blobs);
        }

        return needed;

        // Called for all that stays, which may be thousands: without enumerators.
        void AddThoseOf(ImmutableArray<Digest> needs)
        {
            foreach (var need in needs)
            {
                if (blobs.Contains(need))
                    needed.Add(need);
            }
        }
    }

    /// <summary>Blobs that the manifests that go refer to, with these manifests themselves.</summary>
    public HashSet<Digest> Released() => BlobsOf(_considered.Where(digest => ReasonToKeep(digest) is null));

    /// <summary>Blobs that manifests lead to through indexes and by what is about them, with these manifests themselves.</summary>
    public HashSet<Digest> BlobsBehind(IEnumerable<Digest> roots) => BlobsOf(Closure(roots));

    // Whether the tag leads to what stays, whatever else does.
    private bool Keeps(Tag tag) => !_removedTags.Contains(tag) && !_aboutTags.ContainsKey(tag);

    private Manifest? ManifestOf(Digest digest) => _manifests.TryGetValue(digest, out var state) ? state.Manifest : null;

    // What cannot be told apart from what is needed stays as well.
    private IEnumerable<Digest> Staying => Doubts.Count > 0 ? Kept.Concat(_considered) : Kept;

    private HashSet<Digest> BlobsOf(IEnumerable<Digest> digests)
    {
        var blobs = new HashSet<Digest>();
        foreach (var digest in digests)
        {
            blobs.Add(digest);
            if (ManifestOf(digest) is { } manifest)
                blobs.UnionWith(manifest.Needs);
        }

        return blobs;
    }

    // Down through indexes, and to what is about any of it.
    private HashSet<Digest> Closure(IEnumerable<Digest> roots)
    {
        var found = new HashSet<Digest>();
        var pending = new Stack<Digest>(roots);
        while (pending.TryPop(out var digest))
        {
            if ((_limit is not null && _repository.Revisions.ContainsKey(digest) && !_limit.Contains(digest)) || !found.Add(digest))
                continue;
            foreach (var next in ManifestsIn(digest))
                pending.Push(next);
            foreach (var next in _referrers[digest])
                pending.Push(next);
        }

        return found;
    }

    // A manifest of an unknown type may refer to other manifests anywhere: what is a revision here is one.
    private ImmutableArray<Digest> ManifestsIn(Digest digest) => ManifestOf(digest) is { } manifest
        ? manifest.Kind == ManifestKind.Unknown ? [.. manifest.Children, .. manifest.Blobs.Where(_repository.Revisions.ContainsKey)] : manifest.Children
        : [];

    private Dictionary<Digest, Reason> FindKept()
    {
        var kept = new Dictionary<Digest, Reason>(_repository.Revisions.Count);
        foreach (var (tag, link) in _repository.Tags.Where(pair => Keeps(pair.Key)))
        {
            if (link.Target is { } target)
                Keep(target, new Reason(Tag: tag), kept);
        }

        foreach (var digest in _repository.Revisions.Keys.Where(digest => !_considered.Contains(digest)))
            Keep(digest, default, kept);
        KeepReferrers(kept);
        return kept;
    }

    private void Keep(Digest root, Reason reason, Dictionary<Digest, Reason> kept)
    {
        if (!kept.TryAdd(root, reason) || ManifestsIn(root).IsEmpty)
            return;
        var pending = new Stack<Digest>();
        for (var digest = root; ; digest = pending.Pop())
        {
            foreach (var child in ManifestsIn(digest))
            {
                if (kept.TryAdd(child, new Reason(Other: digest)))
                    pending.Push(child);
            }

            if (pending.Count == 0)
                return;
        }
    }

    private void KeepReferrers(Dictionary<Digest, Reason> kept)
    {
        int before;
        do
        {
            before = kept.Count;
            foreach (var subject in _referrers.Where(group => kept.ContainsKey(group.Key)))
            {
                foreach (var referrer in subject)
                    Keep(referrer, new Reason(Other: subject.Key, IsAboutIt: true), kept);
            }
        }
        while (kept.Count > before);
    }

    private IEnumerable<string> FindDoubts()
    {
        foreach (var (tag, link) in _repository.Tags.Where(pair => pair.Value.Target is null && Keeps(pair.Key) && _considered.Count > 0))
            yield return $"tag {tag} cannot be read ({link.Problem})";
        foreach (var problem in _repository.Problems)
            yield return problem.ToString();
        foreach (var (digest, link) in _repository.Revisions.Where(pair => pair.Value.Target is null))
            yield return $"the link of manifest {digest} cannot be read ({link.Problem})";
        HashSet<Digest>? tagged = null;
        foreach (var digest in Kept)
        {
            // An index may name platforms that were never pushed, and a build cache's index names layers: what is not linked as a
            // manifest and known to be none leads nowhere.
            if (_manifests.TryGetValue(digest, out var state) && state.Manifest is null && (!state.IsNone || IsLinked(digest)))
                yield return $"manifest {digest} cannot be read ({state.Problem})";
        }

        bool IsLinked(Digest digest) => _repository.Revisions.ContainsKey(digest) || (tagged ??= [.. _repository.Tags.Values.Select(link => link.Target).OfType<Digest>()]).Contains(digest);
    }

    private List<Digest> ParentsFirst()
    {
        var order = new List<Digest>();
        var seen = new HashSet<Digest>();
        var pending = new Stack<(Digest Digest, bool Left)>();
        foreach (var root in _considered.Order())
        {
            pending.Push((root, false));
            while (pending.TryPop(out var item))
            {
                if (item.Left)
                {
                    order.Add(item.Digest);
                    continue;
                }

                if (!seen.Add(item.Digest))
                    continue;
                pending.Push((item.Digest, true));
                foreach (var child in ManifestsIn(item.Digest).Where(_considered.Contains))
                    pending.Push((child, false));
            }
        }

        order.Reverse();
        return order;
    }

    // In words only where somebody asks: a large repository keeps thousands.
    private readonly record struct Reason(Tag? Tag = null, Digest? Other = null, bool IsAboutIt = false)
    {
        public override string ToString() => this switch
        {
            { Tag: { } tag } => $"tag {tag} points to it",
            { Other: { } subject, IsAboutIt: true } => $"it is about {subject.Abbreviated}, which stays",
            { Other: { } parent } => $"{parent.Abbreviated} needs it, which stays",
            _ => "it was not asked for, and no removed tag led to it",
        };
    }
}
