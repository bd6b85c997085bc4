using System.Collections.Concurrent;
using RegistryCleaner.Manifests;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Store;

/// <summary>Reads a store's files into snapshots. Manifests never change, so each is read once in a reader's life.</summary>
public sealed class StoreReader(IStoreFiles files)
{
    private const int FirstAsked = 16;

    private readonly Dictionary<Digest, ManifestState> _manifests = [];

    /// <summary>
    /// The time by which the age of files is to be judged: where their clock and this one differ, the earlier, so that nothing counts as
    /// older than it is.
    /// </summary>
    public async Task<DateTimeOffset> GetTimeAsync(CancellationToken cancellationToken)
    {
        var theirs = await files.GetTimeAsync(cancellationToken);
        return theirs < DateTimeOffset.UtcNow ? theirs : DateTimeOffset.UtcNow;
    }

    /// <summary>Finds all repositories.</summary>
    public async Task<RepositoryCatalog> FindRepositoriesAsync(CancellationToken cancellationToken)
    {
        var listing = await files.ListAsync([StoreLayout.Repositories], ListDepth.RepositoryTree, cancellationToken);
        var names = new SortedSet<RepositoryName>();
        var unnamed = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var strayFiles = new List<string>();
        var problems = new List<StoreProblem>(listing.Problems);
        foreach (var entry in listing.Entries)
        {
            var name = entry.Path[(entry.Path.LastIndexOf('/') + 1)..];
            var isMarker = name is StoreLayout.ManifestsName or StoreLayout.LayersName or StoreLayout.UploadsName;
            if (entry.Kind == EntryKind.SymbolicLink)
                problems.Add(new StoreProblem(entry.Path, "it is a symbolic link; what lies behind it is not looked at"));
            else if (entry.Kind == EntryKind.Unreadable)
                problems.Add(new StoreProblem(entry.Path, "it cannot be looked at"));
            else if (entry.Kind is EntryKind.File or EntryKind.Other && name.StartsWith('_'))
                strayFiles.Add(entry.Path);
            else if (entry.Kind == EntryKind.Directory && isMarker)
                AddRepository(StoreLayout.ParentOf(entry.Path), names, unnamed);
        }

        return new RepositoryCatalog([.. names], [.. unnamed.Select(pair => new UnnamedRepository(pair.Key, pair.Value))], [.. strayFiles.Order(StringComparer.Ordinal)], problems);
    }

    /// <summary>Reads repositories with their manifests, but without their links to layers.</summary>
    public async Task<StoreSnapshot> ReadAsync(IReadOnlyCollection<RepositoryName> repositories, CancellationToken cancellationToken)
    {
        var snapshots = await new RepositoryReader(files).ReadAsync(repositories, cancellationToken);
        _manifests.EnsureCapacity(_manifests.Count + snapshots.Values.Sum(repository => repository.Revisions.Count));
        await ReadManifestsAsync(snapshots.Values.SelectMany(Roots), cancellationToken);
        var missing = repositories.Where(name => !snapshots.ContainsKey(name)).ToList();
        var directories = await files.StatAsync([.. missing.Select(StoreLayout.Repository)], cancellationToken);
        var namespaces = missing.Where(name => directories.ContainsKey(StoreLayout.Repository(name))).ToHashSet();
        return new StoreSnapshot(snapshots, namespaces, new Dictionary<Digest, ManifestState>(_manifests));
    }

    /// <summary>Reads the links to layers of repositories that were read.</summary>
    /// <param name="snapshot">The repositories.</param>
    /// <param name="wanted">To which blobs, of those stored by their sha256; null for all.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async Task<StoreSnapshot> ReadLayersAsync(
        StoreSnapshot snapshot, Func<RepositorySnapshot, IReadOnlyCollection<Digest>?> wanted, CancellationToken cancellationToken) =>
        snapshot with { Repositories = await new RepositoryReader(files).ReadLayersAsync([.. snapshot.Repositories.Values], wanted, trustsNames: true, cancellationToken) };

    /// <summary>Reads all links to layers of repositories that were read, each by its content: nothing is taken for what its name says.</summary>
    internal async Task<StoreSnapshot> ReadLayersAsync(StoreSnapshot snapshot, CancellationToken cancellationToken) =>
        snapshot with { Repositories = await new RepositoryReader(files).ReadLayersAsync([.. snapshot.Repositories.Values], _ => null, trustsNames: false, cancellationToken) };

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
    /// <param name="directories">The repositories' directories.</param>
    /// <param name="blobs">The blobs.</param>
    /// <param name="cancellationToken">Cancels the looking.</param>
    public async Task<IReadOnlySet<Digest>> LinkedAsync(
        IReadOnlyList<string> directories, IReadOnlyCollection<Digest> blobs, CancellationToken cancellationToken)
    {
        var linked = new ConcurrentDictionary<Digest, bool>();
        List<Digest> asked = [.. blobs];
        // What a few repositories are found to link, as what all are built upon, need not be asked of the others.
        for (var (start, count) = (0, FirstAsked); start < directories.Count && asked.Count > 0; (start, count) = (start + count, count * 4))
        {
            await LinkedAsync([.. directories.Skip(start).Take(count)], asked, (_, blob) => linked[blob] = true, cancellationToken);
            asked.RemoveAll(linked.ContainsKey);
        }

        return linked.Keys.ToHashSet();
    }

    /// <summary>Which of the repositories link each of the blobs, as a layer or as a manifest.</summary>
    internal async Task<ILookup<Digest, string>> LinkersAsync(IReadOnlyList<string> directories, IReadOnlyCollection<Digest> blobs, CancellationToken cancellationToken)
    {
        var linkers = new ConcurrentDictionary<(Digest Blob, string Directory), bool>();
        await LinkedAsync(directories, blobs, (directory, blob) => linkers[(blob, directory)] = true, cancellationToken);
        return linkers.Keys.OrderBy(pair => pair.Directory, StringComparer.Ordinal).ToLookup(pair => pair.Blob, pair => pair.Directory);
    }

    private async Task LinkedAsync(IReadOnlyList<string> directories, IReadOnlyCollection<Digest> blobs, Action<string, Digest> found, CancellationToken cancellationToken)
    {
        List<Digest> asked = [.. blobs];
        // In a repository's directory; made once, as most of a path is the same in all of them.
        string[] links = [.. asked.SelectMany(blob => new[] { StoreLayout.LayerLinkIn("", blob), StoreLayout.RevisionLinkIn("", blob) })];
        await files.StatEachAsync(
            new LazyList<string>(checked(directories.Count * links.Length), index => directories[index / links.Length] + links[index % links.Length]),
            (index, _) => found(directories[index / links.Length], asked[index % links.Length / 2]),
            cancellationToken);
        // A look at a path goes through a link in the place of a directory, and where that leads nowhere, nothing is there.
        var each = StoreLayout.LinkPlaces.Count;
        var unknown = new ConcurrentBag<string>();
        var otherNames = new ConcurrentBag<(string Directory, string Path)>();
        await files.StatEachAsync(new LazyList<string>(checked(directories.Count * each), index => $"{directories[index / each]}/{StoreLayout.LinkPlaces[index % each]}"), (index, entry) =>
        {
            if (entry.Kind != EntryKind.Directory)
                unknown.Add(directories[index / each]);
            else if (!entry.Path.EndsWith("/sha256", StringComparison.Ordinal) && entry.Path.Contains($"/{StoreLayout.LayersName}/", StringComparison.Ordinal))
                otherNames.Add((directories[index / each], entry.Path));
        }, cancellationToken);
        foreach (var (directory, blob) in unknown.Distinct().SelectMany(directory => asked.Select(blob => (directory, blob))))
            found(directory, blob);
        var wanted = asked.ToHashSet();
        foreach (var (directory, blob) in (await LinkedByOtherNamesAsync([.. otherNames], cancellationToken)).Where(link => wanted.Contains(link.Blob)))
            found(directory, blob);
    }

    /// <summary>Which of the repositories have a directory for a link to which of the blobs, be there a link in it or not.</summary>
    internal async Task<IReadOnlyList<RepositoryLink>> FindLinkDirectoriesAsync(
        IReadOnlyList<RepositoryName> repositories, IReadOnlyCollection<Digest> blobs, CancellationToken cancellationToken)
    {
        List<Digest> asked = [.. blobs];
        var found = new ConcurrentBag<RepositoryLink>();
        RepositoryLink LinkAt(int index) => new(repositories[index / asked.Count], asked[index % asked.Count]);
        await files.StatEachAsync(
            new LazyList<string>(checked(repositories.Count * asked.Count), index => StoreLayout.ParentOf(StoreLayout.LayerLink(LinkAt(index).Repository, LinkAt(index).Blob))),
            (index, _) => found.Add(LinkAt(index)),
            cancellationToken);
        return [.. found];
    }

    // A layer that was uploaded by its sha512 is stored by sha256: its link's name is the one, its content the other.
    private async Task<IEnumerable<(string Directory, Digest Blob)>> LinkedByOtherNamesAsync(IReadOnlyList<(string Directory, string Path)> places, CancellationToken cancellationToken)
    {
        if (places.Count == 0)
            return [];
        var paths = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        var problems = await files.ListNamesAsync([.. places.Select(place => place.Path)], (index, name) => paths[$"{places[index].Path}/{name}/link"] = places[index].Directory, cancellationToken);
        if (problems is [var problem, ..])
            throw new StoreAccessException($"The links of layers cannot be listed: {problem}");
        return (await ReadLinksAsync([.. paths.Keys], cancellationToken)).Where(pair => pair.Value.Target is not null).Select(pair => (paths[pair.Key], pair.Value.Target!.Value));
    }

    /// <summary>What link files say, a link that is met empty being read again.</summary>
    public async Task<IReadOnlyDictionary<string, Link>> ReadLinksAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        List<string> distinct = [.. paths.Distinct(StringComparer.Ordinal)];
        var links = new ConcurrentDictionary<string, Link>(StringComparer.Ordinal);
        await LinkReader.ReadEachAsync(files, distinct, (index, link) => links[distinct[index]] = link, cancellationToken);
        return links;
    }

    /// <summary>Those of the files of blobs' data whose content is what their name says.</summary>
    internal async Task<IReadOnlySet<string>> FindWholeDataAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var digests = new ConcurrentDictionary<int, string>();
        await files.HashEachAsync(paths, (index, digest) => digests[index] = digest, cancellationToken);
        return paths.Where((path, index) => digests.TryGetValue(index, out var digest) && path.EndsWith($"/{digest}/data", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Those of the links to manifests and layers that say what they have to. Other paths are left out.</summary>
    internal async Task<IReadOnlySet<string>> FindWholeLinksAsync(IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        var links = await ReadLinksAsync([.. paths.Where(path => StoreLayout.IsLinkOfDigest(path, out _))], cancellationToken);
        return links.Where(link => link.Value.Target is { } target && StoreLayout.IsLinkOfDigest(link.Key, out var says) && (says is null || says == target)).Select(link => link.Key).ToHashSet(StringComparer.Ordinal);
    }

    private static void AddRepository(string directory, SortedSet<RepositoryName> names, SortedDictionary<string, string> unnamed)
    {
        if (directory.Length <= StoreLayout.Repositories.Length)
            unnamed[directory] = "it has none";
        else if (StoreLayout.TryReadRepository(directory, out var repository, out var reason))
            names.Add(repository);
        else
            unnamed[directory] = reason;
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
        // What could not be read before may be readable by now; what was read never changes, so that nobody asks for its children again.
        List<Digest> unread = [.. _manifests.Where(pair => pair.Value.Manifest is null).Select(pair => pair.Key)];
        foreach (var digest in unread)
            _manifests.Remove(digest);

        // Known as missing until read, so that each is asked for once, and, where the reading breaks off, the next time again.
        List<Digest> level = [.. roots.Concat(unread).Where(digest => _manifests.TryAdd(digest, ManifestState.Missing))];
        while (level.Count > 0)
        {
            var states = new ManifestState?[level.Count];
            var current = level;
            // Read and understood where the bytes are, by several threads.
            await files.ReadEachAsync(
                new LazyList<string>(level.Count, index => StoreLayout.BlobData(current[index])),
                ManifestReader.MaxLength,
                (index, content) => states[index] = ManifestState.Of(current[index], content),
                cancellationToken);
            level = [];
            for (var i = 0; i < states.Length; i++)
            {
                if (states[i] is not { } state)
                    continue;
                _manifests[current[i]] = state;
                foreach (var child in state.Manifest is { } manifest ? manifest.Children : [])
                {
                    if (_manifests.TryAdd(child, ManifestState.Missing))
                        level.Add(child);
                }
            }
        }
    }
}
