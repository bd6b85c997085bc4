using System.Text;
using RegistryCleaner.Manifests;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Store;

/// <summary>Reads a store's files into snapshots. Manifests never change, so each is read once in a reader's life.</summary>
public sealed class StoreReader(IStoreFiles files)
{
    // "sha512:" and 128 digits.
    private const int MaxLinkLength = 135;

    // In 2.8 and 3.0 a link is truncated and written in place: a reader may meet it empty, and finds it whole a moment later.
    private const int EmptyLinkReads = 3;
    private static readonly string[] s_otherAlgorithms = ["sha384", "sha512"];
    private static readonly TimeSpan s_emptyLinkPause = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<Digest, ManifestState> _manifests = [];

    /// <summary>Finds all repositories.</summary>
    public async Task<RepositoryCatalog> FindRepositoriesAsync(CancellationToken cancellationToken)
    {
        var listing = await files.ListAsync([StoreLayout.Repositories], ListDepth.RepositoryTree, cancellationToken);
        var names = new SortedSet<RepositoryName>();
        var strayFiles = new List<string>();
        var problems = new List<StoreProblem>(listing.Problems);
        foreach (var entry in listing.Entries)
        {
            var name = entry.Path[(entry.Path.LastIndexOf('/') + 1)..];
            var isMarker = name is StoreLayout.ManifestsName or StoreLayout.LayersName or StoreLayout.UploadsName;
            if (entry.Kind == EntryKind.SymbolicLink)
                problems.Add(new StoreProblem(entry.Path, "it is a symbolic link; what lies behind it is not looked at"));
            else if (entry.Kind != EntryKind.Directory && name.StartsWith('_'))
                strayFiles.Add(entry.Path);
            else if (entry.Kind == EntryKind.Directory && isMarker)
                AddRepository(StoreLayout.ParentOf(entry.Path), names, problems);
        }

        return new RepositoryCatalog([.. names], [.. strayFiles.Order(StringComparer.Ordinal)], problems);
    }

    /// <summary>Reads repositories with their manifests.</summary>
    public async Task<StoreSnapshot> ReadAsync(IReadOnlyCollection<RepositoryName> repositories, CancellationToken cancellationToken)
    {
        var roots = repositories.SelectMany(name => new[] { StoreLayout.Manifests(name), StoreLayout.Layers(name), StoreLayout.Uploads(name) }).ToList();
        var markers = await files.StatAsync(roots, cancellationToken);
        var listing = await files.ListAsync([.. markers.Values.Where(entry => entry.Kind == EntryKind.Directory).Select(entry => entry.Path)], ListDepth.Tree, cancellationToken);

        var byRepository = EntriesByRepository(repositories, [.. listing.Entries, .. markers.Values]);
        var links = listing.Entries.Where(entry => entry.Kind == EntryKind.File && entry.Path.EndsWith("/link", StringComparison.Ordinal)).Select(entry => entry.Path).ToList();
        var contents = await ReadLinksAsync(links, cancellationToken);

        var snapshots = new Dictionary<RepositoryName, RepositorySnapshot>();
        foreach (var (name, entries) in byRepository)
        {
            var snapshot = RepositorySnapshotBuilder.Build(name, entries, contents, listing.Problems);
            if (snapshot.Exists)
                snapshots[name] = snapshot;
        }

        await ReadManifestsAsync(snapshots.Values.SelectMany(Roots), cancellationToken);
        var missing = repositories.Where(name => !snapshots.ContainsKey(name)).ToList();
        var directories = await files.StatAsync([.. missing.Select(StoreLayout.Repository)], cancellationToken);
        var namespaces = missing.Where(name => directories.ContainsKey(StoreLayout.Repository(name))).ToHashSet();
        return new StoreSnapshot(snapshots, namespaces, new Dictionary<Digest, ManifestState>(_manifests));
    }

    /// <summary>
    /// The lengths of those of the blobs that are in the store.
    /// </summary>
    public async Task<IReadOnlyDictionary<Digest, long>> SizesAsync(IReadOnlyCollection<Digest> blobs, CancellationToken cancellationToken)
    {
        var entries = await files.StatAsync([.. blobs.Select(StoreLayout.BlobData)], cancellationToken);
        return blobs.Distinct()
            .Where(digest => entries.ContainsKey(StoreLayout.BlobData(digest)))
            .ToDictionary(digest => digest, digest => entries[StoreLayout.BlobData(digest)].Size);
    }

    /// <summary>Those of the blobs that one of the repositories links, as a layer or as a manifest.</summary>
    public async Task<IReadOnlySet<Digest>> LinkedAsync(
        IReadOnlyCollection<RepositoryName> repositories, IReadOnlyCollection<Digest> blobs, CancellationToken cancellationToken)
    {
        var byPath = new Dictionary<string, Digest>(StringComparer.Ordinal);
        foreach (var repository in repositories)
        {
            foreach (var blob in blobs)
            {
                byPath[StoreLayout.LayerLink(repository, blob)] = blob;
                byPath[StoreLayout.RevisionLink(repository, blob)] = blob;
            }
        }

        var found = await files.StatAsync(byPath.Keys, cancellationToken);
        var linked = found.Keys.Select(path => byPath[path]).ToHashSet();
        linked.UnionWith(await LinkedByOtherNamesAsync(repositories, cancellationToken));
        linked.IntersectWith(blobs);
        return linked;
    }

    // A layer that was uploaded by its sha512 is stored by sha256: its link's name is the one, its content the other.
    private async Task<IEnumerable<Digest>> LinkedByOtherNamesAsync(IReadOnlyCollection<RepositoryName> repositories, CancellationToken cancellationToken)
    {
        var directories = repositories.SelectMany(repository => s_otherAlgorithms.Select(algorithm => $"{StoreLayout.Layers(repository)}/{algorithm}"));
        var existing = await files.StatAsync([.. directories], cancellationToken);
        var listing = await files.ListAsync([.. existing.Keys], ListDepth.Tree, cancellationToken);
        if (listing.Problems is [var problem, ..])
            throw new StoreAccessException($"The links of layers cannot be listed: {problem}");
        var links = await ReadLinksAsync([.. listing.Entries.Where(entry => entry.Kind == EntryKind.File).Select(entry => entry.Path)], cancellationToken);
        return links.Values.Where(link => link.Target is not null).Select(link => link.Target!.Value);
    }

    /// <summary>What link files say, a link that is met empty being read again.</summary>
    public async Task<IReadOnlyDictionary<string, Link>> ReadLinksAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        var contents = new Dictionary<string, FileContent>(await files.ReadAsync(paths, MaxLinkLength, cancellationToken), StringComparer.Ordinal);
        for (var read = 1; read < EmptyLinkReads; read++)
        {
            var empty = contents.Where(pair => pair.Value is { Problem: null, Bytes.IsEmpty: true }).Select(pair => pair.Key).ToList();
            if (empty.Count == 0)
                break;
            await Task.Delay(s_emptyLinkPause, cancellationToken);
            foreach (var (path, content) in await files.ReadAsync(empty, MaxLinkLength, cancellationToken))
                contents[path] = content;
        }

        return contents.ToDictionary(pair => pair.Key, pair => LinkOf(pair.Value), StringComparer.Ordinal);
    }

    // The registry reads a link with digest.Parse and no trimming: a line break at its end makes it unreadable for it, too.
    private static Link LinkOf(FileContent content)
    {
        if (content.Problem is not null)
            return Link.Unreadable(content.Problem);
        return Digest.TryParse(Encoding.UTF8.GetString(content.Bytes.Span), out var digest, out var reason)
            ? Link.To(digest)
            : Link.Unreadable(content.Bytes.IsEmpty ? "the link is empty" : $"the link holds no digest: {reason}");
    }

    private static void AddRepository(string directory, SortedSet<RepositoryName> names, List<StoreProblem> problems)
    {
        if (directory.Length <= StoreLayout.Repositories.Length)
            problems.Add(new StoreProblem(directory, "there is a repository without a name"));
        else if (StoreLayout.TryReadRepository(directory, out var repository, out var reason))
            names.Add(repository);
        else
            problems.Add(new StoreProblem(directory, $"no repository can have this name: {reason}"));
    }

    // Nested repositories have distinct directories, but only the marker directories are listed, so the text before the
    // first component that begins with '_' is the repository; no component of a name can.
    private static Dictionary<RepositoryName, List<StoreEntry>> EntriesByRepository(
        IReadOnlyCollection<RepositoryName> repositories, IReadOnlyList<StoreEntry> entries)
    {
        var byDirectory = repositories.Distinct().ToDictionary(StoreLayout.Repository, name => (Name: name, Entries: new List<StoreEntry>()), StringComparer.Ordinal);
        foreach (var entry in entries)
            byDirectory[entry.Path[..entry.Path.IndexOf("/_", StringComparison.Ordinal)]].Entries.Add(entry);
        return byDirectory.Values.ToDictionary(pair => pair.Name, pair => pair.Entries);
    }

    private static IEnumerable<Digest> Roots(RepositorySnapshot repository) =>
        repository.Revisions.Keys.Concat(repository.Tags.Values.Where(link => link.Target is not null).Select(link => link.Target!.Value));

    /// <summary>Reads manifests, and those that they refer to.</summary>
    public async Task<IReadOnlyDictionary<Digest, ManifestState>> ReadManifestsOfAsync(IEnumerable<Digest> digests, CancellationToken cancellationToken)
    {
        await ReadManifestsAsync(digests, cancellationToken);
        return new Dictionary<Digest, ManifestState>(_manifests);
    }

    // Children are read even where the repository has no revision of them: an index may have been pushed before, or its child
    // be served through a layer link.
    private async Task ReadManifestsAsync(IEnumerable<Digest> roots, CancellationToken cancellationToken)
    {
        // What could not be read before may be readable by now; what was read never changes.
        foreach (var digest in _manifests.Where(pair => pair.Value.Manifest is null).Select(pair => pair.Key).ToList())
            _manifests.Remove(digest);

        var seen = new HashSet<Digest>();
        for (var level = roots.ToHashSet(); level.Count > 0; level = [.. level.SelectMany(Children).Where(digest => !seen.Contains(digest))])
        {
            seen.UnionWith(level);
            var unread = level.Where(digest => !_manifests.ContainsKey(digest)).ToList();
            var contents = await files.ReadAsync([.. unread.Select(StoreLayout.BlobData)], ManifestReader.MaxLength, cancellationToken);
            foreach (var digest in unread)
                _manifests[digest] = StateOf(digest, contents);
        }
    }

    private IEnumerable<Digest> Children(Digest digest) => _manifests[digest].Manifest is { } manifest ? manifest.Children : [];

    private static ManifestState StateOf(Digest digest, IReadOnlyDictionary<string, FileContent> contents)
    {
        if (!contents.TryGetValue(StoreLayout.BlobData(digest), out var content))
            return new ManifestState(null, "the manifest's blob is missing", IsNone: true);
        if (content.Problem is not null)
            return new ManifestState(null, content.Problem, IsNone: content.IsTooLong);
        return ManifestReader.TryRead(digest, content.Bytes, out var manifest, out var reason)
            ? new ManifestState(manifest, null)
            : new ManifestState(null, reason, IsNone: ManifestReader.IsSomethingElse(digest, content.Bytes.Span));
    }
}
