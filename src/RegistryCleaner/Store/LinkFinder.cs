using System.Collections.Concurrent;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Store;

/// <summary>
/// Finds the links below directories such as <c>_layers</c>, where each is <c>ALGORITHM/HEX/link</c>, and whatever else is listed in the
/// same calls.
/// </summary>
/// <param name="files">The store.</param>
/// <param name="trustsNames">Whether the link of a layer that has the length of its name is taken to say it, and is not read.</param>
internal sealed class LinkFinder(IStoreFiles files, bool trustsNames = true)
{
    private const string UsualAlgorithm = "sha256";

    // "sha256:" and 64 digits.
    private const int UsualLength = 71;

    private readonly List<(string Directory, Action<ReadOnlySpan<char>> OnName)> _places = [];
    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);

    // Names come from several threads.
    private readonly ConcurrentBag<string> _links = [];
    private readonly ConcurrentBag<string> _otherAlgorithms = [];
    private readonly ConcurrentBag<StoreEntry> _entries = [];

    /// <summary>What could not be listed or looked at.</summary>
    public List<StoreProblem> Problems { get; } = [];

    /// <summary>Lists a directory, too.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="onName">Takes the name of each entry. Called from several threads.</param>
    public void AddPlace(string directory, Action<ReadOnlySpan<char>> onName) => _places.Add((directory, onName));

    /// <summary>Finds the links in a directory: all of them, or those at the paths given and those by other algorithms.</summary>
    public void AddLinks(string directory, IEnumerable<string>? paths = null)
    {
        AddPlace(directory, name =>
        {
            if (name is not UsualAlgorithm)
                _otherAlgorithms.Add($"{directory}/{name}");
        });
        if (paths is null)
            AddPlace($"{directory}/{UsualAlgorithm}", name => _links.Add($"{directory}/{UsualAlgorithm}/{name}/link"));
        else
            _paths.UnionWith(paths);
        // Names are listed through symbolic links; whoever meets one at a fixed place is told.
        _paths.Add($"{directory}/{UsualAlgorithm}");
    }

    /// <summary>Lists the directories by names alone.</summary>
    public async Task ListAsync(CancellationToken cancellationToken)
    {
        Problems.AddRange(await files.ListNamesAsync(
            [.. _places.Select(place => place.Directory)], (index, name) => _places[index].OnName(name), cancellationToken));
        await ListTreesAsync([.. _otherAlgorithms], cancellationToken);
    }

    /// <summary>Lists all below directories that are rare: links by another algorithm than the registry's own, pushes in progress.</summary>
    public async Task ListTreesAsync(IReadOnlyCollection<string> directories, CancellationToken cancellationToken)
    {
        if (directories.Count == 0)
            return;
        var listing = await files.ListAsync(directories, ListDepth.Tree, cancellationToken);
        foreach (var entry in listing.Entries)
            _entries.Add(entry);
        Problems.AddRange(listing.Problems);
    }

    /// <summary>Looks at the links, at the directories themselves, and at more paths.</summary>
    public async Task LookAtAsync(IEnumerable<string> more, CancellationToken cancellationToken)
    {
        _paths.UnionWith(_places.Select(place => place.Directory));
        _paths.UnionWith(_links);
        _paths.UnionWith(_otherAlgorithms);
        _paths.UnionWith(more);
        Problems.AddRange(await files.StatEachAsync([.. _paths], (_, entry) => _entries.Add(entry), cancellationToken));
    }

    /// <summary>Reads the links among what was found.</summary>
    /// <param name="tags">More directories, of tags, of which the path alone is known.</param>
    /// <param name="onFound">
    /// Takes an entry and what it says, if it is a link, or the tag whose directory it is; null where there is no link. Called from
    /// several threads; the last call for an entry counts.
    /// </param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async Task ReadAsync(IReadOnlyCollection<string> tags, Action<StoreEntry, Link?> onFound, CancellationToken cancellationToken)
    {
        var read = new List<StoreEntry>(tags.Count + _entries.Count);
        read.AddRange(tags.Select(tag => new StoreEntry(tag, EntryKind.Directory, 0, default)));
        var tagCount = read.Count;
        foreach (var entry in _entries)
        {
            if (entry.Kind != EntryKind.File || !entry.Path.EndsWith("/link", StringComparison.Ordinal))
                onFound(entry, null);
            else if (trustsNames && SaysItsName(entry) is { } digest)
                onFound(entry, Link.To(digest));
            else
                read.Add(entry);
        }

        var isThere = new bool[read.Count];
        await LinkReader.ReadEachAsync(
            files,
            new LazyList<string>(read.Count, index => index < tagCount ? StoreLayout.LinkOfTag(read[index].Path) : read[index].Path),
            (index, link) =>
            {
                isThere[index] = true;
                onFound(read[index], link);
            },
            cancellationToken);
        for (var i = 0; i < isThere.Length; i++)
        {
            if (!isThere[i])
                onFound(read[i], null);
        }
    }

    // The link of a layer that was uploaded by its sha256 says its own name, and has its length. Said another of the same length, the
    // registry would serve content that no client takes for the name's.
    private static Digest? SaysItsName(StoreEntry link)
    {
        const string Directory = $"/{StoreLayout.LayersName}/{UsualAlgorithm}/";
        var start = link.Size == UsualLength ? link.Path.LastIndexOf(Directory, StringComparison.Ordinal) : -1;
        var name = start < 0 ? default : link.Path.AsSpan(start + Directory.Length);
        return name.EndsWith("/link") && Digest.TryParseHex(name[..^"/link".Length], out var digest) ? digest : null;
    }
}
