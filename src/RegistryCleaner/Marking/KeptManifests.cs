using System.Runtime.InteropServices;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Marking;

/// <summary>
/// Decides which manifests of one repository stay: what its tags lead to through any depth of index, what is about that, and, unless
/// the untagged go, all that it links. What a manifest refers to counts even where the repository does not link it.
/// </summary>
internal sealed class KeptManifests
{
    private readonly MarkedRepository _repository;
    private readonly ManifestNodes _manifests;
    private readonly BlobTable _blobs;
    private readonly HashSet<int> _revisions;
    private readonly HashSet<int> _targets;
    private readonly List<int> _roots = [];
    private readonly HashSet<int> _doubted = [];
    private readonly Dictionary<int, List<int>> _about = [];
    private readonly List<(MarkedTag Tag, int Subject)> _referrerTags = [];

    public KeptManifests(MarkedRepository repository, ManifestNodes manifests, BlobTable blobs, MarkRequest request)
    {
        (_repository, _manifests, _blobs) = (repository, manifests, blobs);
        _revisions = [.. repository.Revisions];
        _targets = [.. repository.Tags.Where(tag => tag.Target >= 0).Select(tag => tag.Target)];
        repository.Doubts.AddRange(repository.Tags.Where(tag => tag.Target < 0).Select(tag => $"tag {tag.Name} cannot be read ({tag.Problem})"));
        if (!request.DeleteUntagged)
        {
            _roots.AddRange(_targets);
            _roots.AddRange(_revisions);
            return;
        }

        foreach (var id in _revisions)
            Add(manifests[id].Subject, id);
        foreach (var tag in repository.Tags.Where(tag => tag.Target >= 0))
        {
            // About a manifest that is not here, or was not when this run began, nobody knows whether it is gone.
            if (ReferrerTag.TryRead(tag.Name, out var referrer)
                && referrer.IsAbout(blobs.DigestOf(tag.Target), manifests[tag.Target].IsIndex, ChildrenOf(tag.Target))
                && (_revisions.Contains(blobs.Find(referrer.Subject)) || request.Pruned?.Removed(repository.Directory, referrer.Subject) == true))
            {
                _referrerTags.Add((tag, blobs.IdOf(referrer.Subject)));
                Add(blobs.IdOf(referrer.Subject), tag.Target);
            }
            else
            {
                _roots.Add(tag.Target);
            }
        }
    }

    /// <summary>The manifests that the repository links and nothing keeps.</summary>
    public IEnumerable<int> NotKept => _revisions.Where(id => !_repository.Kept.Contains(id));

    /// <summary>Keeps what tags and the given manifests lead to.</summary>
    public void Keep(IEnumerable<int> others)
    {
        Walk(_roots.Concat(others));
        FindDoubts();
        if (_repository.KeepsAll)
            Walk(_revisions.Concat(_targets));
        _repository.RemovedTags.Clear();
        _repository.RemovedTags.AddRange(_referrerTags.Where(item => !_repository.Kept.Contains(item.Subject) && !_repository.KeepsAll).Select(item => item.Tag));
        _repository.Needed = NeededByKept();
    }

    private IEnumerable<(Digest Digest, Digest? Subject)> ChildrenOf(int manifest) => (_manifests[manifest].IsIndex ? _manifests[manifest].Children : []).ToArray()
        .Select(child => (_blobs.DigestOf(child), _manifests[child].Subject is >= 0 and var subject ? _blobs.DigestOf(subject) : (Digest?)null));

    private void Add(int subject, int referrer)
    {
        if (subject >= 0)
            (_about.TryGetValue(subject, out var referrers) ? referrers : _about[subject] = []).Add(referrer);
    }

    private void Walk(IEnumerable<int> roots)
    {
        var pending = new Stack<int>(roots);
        while (pending.TryPop(out var id))
        {
            if (!_repository.Kept.Add(id))
                continue;
            foreach (var child in _manifests[id].Children)
                pending.Push(child);
            foreach (var referrer in _about.GetValueOrDefault(id, []))
                pending.Push(referrer);
        }
    }

    // What is a revision is looked at even where nothing keeps it: unreadable, it may be about anything, or be needed a moment later.
    // An index may name platforms that were never pushed, and a build cache's index names layers: what is not linked as a manifest
    // and known to be none leads nowhere.
    private void FindDoubts()
    {
        foreach (var id in _revisions.Concat(_targets).Concat(_repository.Kept))
        {
            if (_manifests[id] is { Problem: { } problem } node && (!node.IsNone || _revisions.Contains(id) || _targets.Contains(id)) && _doubted.Add(id))
                _repository.Doubts.Add($"manifest {_blobs.DigestOf(id)} cannot be read ({problem})");
        }
    }

    private int[] NeededByKept()
    {
        var needed = new List<int>(_repository.Kept.Sum(id => 1 + _manifests[id].Needs.Length));
        foreach (var id in _repository.Kept)
        {
            needed.Add(id);
            needed.AddRange(_manifests[id].Needs);
        }

        // Each once, in place: a set of them would be several times as large as they are.
        var sorted = CollectionsMarshal.AsSpan(needed);
        sorted.Sort();
        var count = 0;
        foreach (var id in sorted)
        {
            if (count == 0 || id != sorted[count - 1])
                sorted[count++] = id;
        }

        return sorted[..count].ToArray();
    }
}
