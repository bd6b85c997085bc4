using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Pruning;

/// <summary>What a prune really did.</summary>
public sealed class PruneOutcome
{
    // By path in the store, in the order in which things went.
    private readonly OrderedDictionary<string, RemovedItem> _removed = [];
    private readonly List<string> _drifted = [];
    private readonly List<string> _failures = [];
    private readonly List<string> _notes = [];
    private readonly HashSet<Digest> _waiting = [];
    private readonly List<string> _runIds = [];

    /// <summary>Removed tags, <c>repo:tag</c>.</summary>
    public IReadOnlyList<string> Tags => Of(RemovedKind.Tag);

    /// <summary>Unlinked manifests, <c>repo@digest</c>, in the order in which they went.</summary>
    public IReadOnlyList<string> Manifests => Of(RemovedKind.Manifest);

    /// <summary>Unlinked layers and configurations, <c>repo@digest</c>.</summary>
    public IReadOnlyList<string> Layers => Of(RemovedKind.Layer);

    /// <summary>Removed repositories.</summary>
    public IReadOnlyList<string> Repositories => Of(RemovedKind.Repository);

    /// <summary>Freed blobs, by digest.</summary>
    public IReadOnlyList<string> Blobs => Of(RemovedKind.Blob);

    /// <summary>Removed uploads, by path.</summary>
    public IReadOnlyList<string> Uploads => Of(RemovedKind.Upload);

    /// <summary>Removed temporary files, by path.</summary>
    public IReadOnlyList<string> Leftovers => Of(RemovedKind.Leftover);

    /// <summary>What changed between the plan and its execution, and was left as it is now.</summary>
    public IReadOnlyList<string> Drifted => _drifted;

    /// <summary>What could not be done.</summary>
    public IReadOnlyList<string> Failures => _failures;

    /// <summary>What else is worth knowing, such as an earlier run that was finished.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Whether everything planned was done.</summary>
    public bool IsComplete => _drifted.Count == 0 && _failures.Count == 0;

    /// <summary>Whether anything in the store may be other than before, by this run or by finishing an earlier one.</summary>
    public bool HasChangedTheStore { get; private set; }

    /// <summary>Blobs, by digest, that nothing needs and that stay until the registry is restarted, because it remembers them.</summary>
    public IReadOnlyList<string> Waiting => [.. _waiting.Order().Select(digest => digest.ToString())];

    /// <summary>The runs that removed it, each with a journal of its own: what RestoreImages takes back.</summary>
    public IReadOnlyList<string> RunIds => _runIds;

    /// <summary>How long what was removed can be put back; zero for not at all.</summary>
    public TimeSpan TrashRetention { get; internal set; }

    /// <summary>Why most of what goes back does.</summary>
    internal const string IsNeeded = "something that is there now needs it";

    /// <summary>Whether what was removed lies in the trash until a later run, which looks once more whether anything needs it.</summary>
    public bool TrashIsKept { get; internal set; }

    internal void Began(string runId, TimeSpan trashRetention)
    {
        _runIds.Add(runId);
        TrashRetention = trashRetention;
    }

    internal void Waits(IEnumerable<Digest> blobs) => _waiting.UnionWith(blobs);

    internal void Removed(RemovedKind kind, string path, string name)
    {
        _removed[path] = new RemovedItem(kind, name);
        HasChangedTheStore = true;
    }

    internal void HasChanged() => HasChangedTheStore = true;

    internal void WentBack(string path) => _removed.Remove(path);

    /// <summary>Takes what went back from what was removed, and says of the rest what could not.</summary>
    /// <param name="moves">What was to go back.</param>
    /// <param name="why">Why, to be said of each; null where it need not be.</param>
    /// <param name="otherwise">What that which could not go back is.</param>
    /// <returns>Whether all of it is back; what is in its place again counts.</returns>
    internal bool WentBack(IEnumerable<MoveOutcome> moves, string? why, string otherwise = "is needed")
    {
        var isAllBack = true;
        foreach (var moved in moves)
        {
            if (moved.Result == MoveResult.Failed)
            {
                isAllBack = false;
                HasFailed($"{moved.Path} {otherwise} and could not be put back: {moved.Problem}");
            }

            if (moved.Result != MoveResult.Moved)
                continue;
            WentBack(moved.Path);
            if (why is not null)
                HasDrifted($"{moved.Path} went back: {why}");
        }

        return isAllBack;
    }

    internal void HasDrifted(string what) => Once(_drifted, what);

    internal void HasFailed(string what) => Once(_failures, what);

    internal void Note(string what) => Once(_notes, what);

    // What is looked at again and again is said once.
    private static void Once(List<string> sentences, string sentence)
    {
        if (!sentences.Contains(sentence))
            sentences.Add(sentence);
    }

    private List<string> Of(RemovedKind kind) => [.. _removed.Values.Where(item => item.Kind == kind).Select(item => item.Name)];

    private sealed record RemovedItem(RemovedKind Kind, string Name);
}

internal enum RemovedKind
{
    Tag,
    Manifest,
    Layer,
    Repository,
    Blob,
    Upload,
    Leftover,
}
