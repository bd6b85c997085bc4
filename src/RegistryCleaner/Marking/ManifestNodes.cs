using RegistryCleaner.Manifests;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Marking;

/// <summary>What a manifest refers to, in a <see cref="BlobTable"/>'s numbers.</summary>
/// <param name="Needs">Children first, then configuration and layers.</param>
/// <param name="ChildCount">How many of them may be manifests themselves.</param>
/// <param name="Subject">The manifest that this one is about, or -1.</param>
/// <param name="Problem">Why it cannot be read; null where it was.</param>
/// <param name="IsNone">Whether it is known to be no manifest, see <see cref="ManifestState"/>.</param>
/// <param name="Kind">What it is; an image where it cannot be read.</param>
internal sealed record ManifestNode(int[] Needs, int ChildCount, int Subject, string? Problem, bool IsNone, ManifestKind Kind = ManifestKind.Image)
{
    public bool IsIndex => Kind == ManifestKind.Index;

    public ReadOnlySpan<int> Children => Needs.AsSpan(0, ChildCount);
}

/// <summary>The manifests of a store, each read once, however many repositories hold it.</summary>
internal sealed class ManifestNodes(IStoreFiles files, BlobTable blobs)
{
    private readonly Dictionary<int, ManifestNode> _nodes = [];

    /// <summary>A manifest that was read, or that something which was read refers to.</summary>
    public ManifestNode this[int id] => _nodes[id];

    /// <summary>Manifests of types that are not known here.</summary>
    public IEnumerable<Digest> Unknown => _nodes.Where(pair => pair.Value.Kind == ManifestKind.Unknown).Select(pair => blobs.DigestOf(pair.Key)).Order();

    /// <summary>Reads manifests, and those that they refer to.</summary>
    public async Task ReadAsync(IEnumerable<int> roots, CancellationToken cancellationToken)
    {
        // What could not be read before may be readable by now; what was read never changes, so that nobody asks for its children again.
        List<int> unread = [.. _nodes.Where(pair => pair.Value.Problem is not null).Select(pair => pair.Key)];
        foreach (var id in unread)
            _nodes.Remove(id);

        List<int> level = [.. roots.Concat(unread).Where(id => !_nodes.ContainsKey(id)).Distinct()];
        while (level.Count > 0)
        {
            var read = new ManifestNode?[level.Count];
            var current = level;
            await files.ReadEachAsync(
                new LazyList<string>(level.Count, index => StoreLayout.BlobData(blobs.DigestOf(current[index]))),
                ManifestReader.MaxLength,
                (index, content) => read[index] = NodeOf(ManifestState.Of(blobs.DigestOf(current[index]), content)),
                cancellationToken);

            _nodes.EnsureCapacity(_nodes.Count + level.Count);
            var next = new HashSet<int>();
            for (var index = 0; index < level.Count; index++)
            {
                var node = read[index] ?? NodeOf(ManifestState.Missing);
                _nodes[level[index]] = node;
                foreach (var child in node.Children)
                    next.Add(child);
            }

            level = [.. next.Where(id => !_nodes.ContainsKey(id))];
        }
    }

    private ManifestNode NodeOf(ManifestState state)
    {
        if (state.Manifest is not { } manifest)
            return new ManifestNode([], 0, -1, state.Problem, state.IsNone);
        var needs = new int[manifest.Children.Length + manifest.Blobs.Length];
        var count = 0;
        foreach (var digest in manifest.Children)
            needs[count++] = blobs.IdOf(digest);
        foreach (var digest in manifest.Blobs)
            needs[count++] = blobs.IdOf(digest);
        // A manifest of an unknown type may refer to other manifests anywhere.
        var children = manifest.Kind == ManifestKind.Unknown ? needs.Length : manifest.Children.Length;
        return new ManifestNode(needs, children, manifest.Subject is { } subject ? blobs.IdOf(subject) : -1, null, false, manifest.Kind);
    }
}
