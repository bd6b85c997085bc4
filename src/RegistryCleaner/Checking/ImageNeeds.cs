using RegistryCleaner.Manifests;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Checking;

/// <summary>What a need is of an image.</summary>
internal enum NeedKind
{
    /// <summary>A manifest that was asked about, its link or its data.</summary>
    Root,

    /// <summary>A manifest that an index names. An index may name platforms that were never pushed.</summary>
    Child,

    /// <summary>A configuration or a layer.</summary>
    Blob,
}

/// <summary>A file that has to be in the store so that an image can be pulled.</summary>
/// <param name="Path">Where it has to be.</param>
/// <param name="Digest">What it is, or links.</param>
/// <param name="Kind">What it is of the image.</param>
/// <param name="Size">Its length in bytes, where it is known.</param>
/// <param name="MayBeElsewhere">Whether the image can be pulled without it.</param>
internal readonly record struct ImageNeed(string Path, Digest Digest, NeedKind Kind, long? Size = null, bool MayBeElsewhere = false);

/// <summary>
/// What images need, file by file: links and data of manifests, through any depth of index, of configurations and of layers.
/// </summary>
/// <param name="files">The store.</param>
/// <param name="elsewhere">Where a file of the store may lie besides, such as in a trash.</param>
/// <param name="known">Manifests that were read already.</param>
internal sealed class ImageNeeds(IStoreFiles files, Func<string, IReadOnlyList<string>> elsewhere, IReadOnlyDictionary<Digest, ManifestState> known)
{
    private readonly Dictionary<Digest, ManifestState> _manifests = new(known);
    private readonly Dictionary<string, Digest> _aliases = new(StringComparer.Ordinal);

    /// <summary>What a manifest that was read refers to; null where it is not there or cannot be read.</summary>
    public Manifest? ManifestOf(Digest digest) => _manifests.TryGetValue(digest, out var state) ? state.Manifest : null;

    /// <summary>Reads manifests of a repository, and those that they refer to.</summary>
    public async Task ReadAsync(RepositoryName repository, IReadOnlyCollection<Digest> roots, CancellationToken cancellationToken)
    {
        var seen = new HashSet<Digest>();
        for (var level = roots.ToHashSet(); level.Count > 0; level = [.. level.SelectMany(ChildrenOf).Where(digest => !seen.Contains(digest))])
        {
            seen.UnionWith(level);
            await ReadLevelAsync([.. level.Where(digest => !_manifests.ContainsKey(digest))], cancellationToken);
        }

        await ReadAliasesAsync(repository, seen, cancellationToken);
    }

    /// <summary>What manifests of a repository that were read need.</summary>
    public IEnumerable<ImageNeed> Of(RepositoryName repository, IEnumerable<Digest> roots)
    {
        var seen = new HashSet<Digest>();
        var pending = new Stack<(Digest Digest, NeedKind Kind)>(roots.Select(root => (root, NeedKind.Root)));
        while (pending.TryPop(out var item))
        {
            var (digest, kind) = item;
            if (!seen.Add(digest))
                continue;
            if (kind == NeedKind.Root || ManifestOf(digest) is not null)
            {
                yield return new ImageNeed(StoreLayout.RevisionLink(repository, digest), digest, kind);
                yield return new ImageNeed(StoreLayout.BlobData(digest), digest, kind, ManifestOf(digest)?.Size);
            }
            else
            {
                // A build cache's index names layers; another may name what was never pushed.
                yield return new ImageNeed(StoreLayout.RevisionLink(repository, digest), digest, kind, MayBeElsewhere: true);
                yield return new ImageNeed(StoreLayout.LayerLink(repository, digest), digest, NeedKind.Blob, MayBeElsewhere: true);
                yield return new ImageNeed(StoreLayout.BlobData(digest), digest, kind, MayBeElsewhere: true);
            }

            if (ManifestOf(digest) is not { } manifest)
                continue;
            foreach (var child in ChildrenOf(digest))
                pending.Push((child, NeedKind.Child));
            var children = manifest.Kind == ManifestKind.Unknown ? [] : manifest.Children.ToHashSet();
            foreach (var need in manifest.Descriptors.Where(blob => manifest.Kind != ManifestKind.Unknown && !children.Contains(blob.Digest)).SelectMany(blob => OfBlob(repository, blob)))
                yield return need;
        }
    }

    private IEnumerable<ImageNeed> OfBlob(RepositoryName repository, Descriptor blob)
    {
        var link = StoreLayout.LayerLink(repository, blob.Digest);
        yield return new ImageNeed(link, blob.Digest, NeedKind.Blob, MayBeElsewhere: blob.MayBeElsewhere);
        var stored = blob.Digest.Sha256 is not null ? blob.Digest : _aliases.TryGetValue(link, out var alias) ? alias : (Digest?)null;
        if (stored is not { } data)
            yield break;
        if (data != blob.Digest)
            yield return new ImageNeed(StoreLayout.LayerLink(repository, data), data, NeedKind.Blob, MayBeElsewhere: true);
        yield return new ImageNeed(StoreLayout.BlobData(data), data, NeedKind.Blob, blob.Size, blob.MayBeElsewhere);
    }

    // A manifest of an unknown type may refer to other manifests anywhere.
    private IEnumerable<Digest> ChildrenOf(Digest digest) => ManifestOf(digest) is { } manifest
        ? manifest.Kind == ManifestKind.Unknown ? manifest.Needs : manifest.Children
        : [];

    private async Task ReadLevelAsync(List<Digest> digests, CancellationToken cancellationToken)
    {
        var places = digests.ToDictionary(digest => digest, digest => PlacesOf(StoreLayout.BlobData(digest)));
        var contents = await files.ReadAsync([.. places.Values.SelectMany(paths => paths)], ManifestReader.MaxLength, cancellationToken);
        foreach (var (digest, paths) in places)
        {
            var states = paths.Where(contents.ContainsKey).Select(path => ManifestState.Of(digest, contents[path])).ToList();
            _manifests[digest] = states.Find(state => state.Manifest is not null) is { Manifest: not null } whole ? whole
                : states is [var first, ..] ? first
                : ManifestState.Missing;
        }
    }

    // What was uploaded by another algorithm is stored by the sha256 that its link says.
    private async Task ReadAliasesAsync(RepositoryName repository, IEnumerable<Digest> manifests, CancellationToken cancellationToken)
    {
        List<string> links = [.. manifests.Select(ManifestOf).OfType<Manifest>().SelectMany(manifest => manifest.Blobs).Where(blob => blob.Sha256 is null).Distinct().Select(blob => StoreLayout.LayerLink(repository, blob))];
        if (links.Count == 0)
            return;
        var contents = await new StoreReader(files).ReadLinksAsync([.. links.SelectMany(PlacesOf)], cancellationToken);
        foreach (var link in links)
        {
            foreach (var place in PlacesOf(link))
            {
                if (contents.TryGetValue(place, out var content) && content.Target is { } target)
                    _aliases.TryAdd(link, target);
            }
        }
    }

    private IReadOnlyList<string> PlacesOf(string path) => [path, .. elsewhere(path)];
}
