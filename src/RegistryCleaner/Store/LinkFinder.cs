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

    /// <summary>What was found, in no order.</summary>
    public ConcurrentBag<StoreEntry> Entries { get; } = [];

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
            Entries.Add(entry);
        Problems.AddRange(listing.Problems);
    }

    /// <summary>Looks at the links, at the directories themselves, and at more paths.</summary>
    public async Task LookAtAsync(IEnumerable<string> more, CancellationToken cancellationToken)
    {
        _paths.UnionWith(_places.Select(place => place.Directory));
        _paths.UnionWith(_links);
        _paths.UnionWith(_otherAlgorithms);
        _paths.UnionWith(more);
        Problems.AddRange(await files.StatEachAsync([.. _paths], (_, entry) => Entries.Add(entry), cancellationToken));
    }

    /// <summary>What the links say, and more links of which the path alone is known.</summary>
    public async Task<IReadOnlyDictionary<string, Link>> ReadAsync(IEnumerable<string> more, CancellationToken cancellationToken)
    {
        var links = new ConcurrentDictionary<string, Link>(StringComparer.Ordinal);
        List<string> read = [.. more];
        foreach (var entry in Entries.Where(entry => entry.Kind == EntryKind.File && entry.Path.EndsWith("/link", StringComparison.Ordinal)))
        {
            if (trustsNames && SaysItsName(entry) is { } digest)
                links[entry.Path] = Link.To(digest);
            else
                read.Add(entry.Path);
        }

        await LinkReader.ReadEachAsync(files, read, (index, link) => links[read[index]] = link, cancellationToken);
        return links;
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
