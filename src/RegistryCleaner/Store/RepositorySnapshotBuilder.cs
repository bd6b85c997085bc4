using System.Collections.Immutable;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Store;

/// <summary>Turns a repository's files into its snapshot; whatever has no place in the layout becomes a problem or is left alone.</summary>
internal sealed class RepositorySnapshotBuilder
{
    private readonly RepositoryName _name;
    private readonly IReadOnlyDictionary<string, Link> _links;
    // Sorted once, at the end: an immutable dictionary that grows by one item after the other is made anew for each.
    private readonly Dictionary<Tag, Link> _tags = [];
    private readonly Dictionary<Digest, Link> _revisions = [];
    private readonly ImmutableArray<LayerLink>.Builder _layers = ImmutableArray.CreateBuilder<LayerLink>();
    private readonly Dictionary<string, DateTimeOffset> _uploads = new(StringComparer.Ordinal);
    private readonly ImmutableArray<StoreProblem>.Builder _problems = ImmutableArray.CreateBuilder<StoreProblem>();
    private readonly ImmutableHashSet<string>.Builder _directories = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);

    private RepositorySnapshotBuilder(RepositoryName name, IReadOnlyDictionary<string, Link> links)
    {
        _name = name;
        _links = links;
    }

    /// <summary>Repositories, of what was found in them, without their links to layers.</summary>
    public static IEnumerable<RepositorySnapshot> Repositories(IReadOnlyCollection<RepositoryName> names, LinkFinder found, IReadOnlyDictionary<string, Link> links) =>
        Build(names, found, links).Select(builder => new RepositorySnapshot
        {
            Name = builder._name,
            Tags = builder._tags.ToImmutableSortedDictionary(),
            Revisions = builder._revisions.ToImmutableSortedDictionary(),
            Uploads = [.. builder._uploads.Select(pair => new Upload(pair.Key, pair.Value)).OrderBy(upload => upload.Id, StringComparer.Ordinal)],
            Problems = builder.SortedProblems(),
            Directories = builder._directories.ToImmutable(),
        });

    /// <summary>The links to layers of repositories, of what was found in them.</summary>
    public static IEnumerable<(RepositoryName Name, ImmutableArray<LayerLink> Layers, ImmutableArray<StoreProblem> Problems)> Layers(
        IReadOnlyCollection<RepositoryName> names, LinkFinder found, IReadOnlyDictionary<string, Link> links) =>
        Build(names, found, links).Select(builder => (builder._name, builder._layers.ToImmutable(), builder.SortedProblems()));

    private static List<RepositorySnapshotBuilder> Build(IReadOnlyCollection<RepositoryName> names, LinkFinder found, IReadOnlyDictionary<string, Link> links)
    {
        // Nested repositories have distinct directories, and no component of a name begins with '_'.
        var builders = names.Distinct().ToDictionary(StoreLayout.Repository, name => new RepositorySnapshotBuilder(name, links), StringComparer.Ordinal);
        var byDirectory = builders.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var entry in found.Entries)
        {
            var end = entry.Path.IndexOf("/_", StringComparison.Ordinal);
            if (byDirectory.TryGetValue(entry.Path.AsSpan(0, end), out var builder))
                builder.Add(entry, entry.Path.AsSpan(end + 1));
        }

        // A problem whose place is not known may concern any repository.
        foreach (var (directory, builder) in builders)
            builder._problems.AddRange(found.Problems.Where(problem => problem.Path.Length == 0 || problem.Path.StartsWith(directory + "/_", StringComparison.Ordinal)));
        return [.. builders.Values];
    }

    private ImmutableArray<StoreProblem> SortedProblems() => [.. _problems.OrderBy(problem => problem.Path, StringComparer.Ordinal)];

    private void Add(StoreEntry entry, ReadOnlySpan<char> inside)
    {
        if (entry.Kind == EntryKind.Directory && inside is StoreLayout.ManifestsName or StoreLayout.LayersName or StoreLayout.UploadsName or "_manifests/tags")
            _directories.Add(inside.ToString());
        if (entry.Kind is EntryKind.SymbolicLink or EntryKind.Other)
        {
            _problems.Add(new StoreProblem(entry.Path, "it is neither a file nor a directory"));
            return;
        }

        var place = StoreLayout.ReadInside(inside);
        switch (place.Kind)
        {
            case RepositoryPathKind.TagDirectory:
                AddTag(entry, place.Name);
                break;
            case RepositoryPathKind.RevisionLink when entry.Kind == EntryKind.File:
                AddRevision(entry, place.Name);
                break;
            case RepositoryPathKind.LayerLink when entry.Kind == EntryKind.File && LinkAt(entry.Path) is { } link:
                _layers.Add(new LayerLink(entry.Path, link, entry.Modified));
                break;
            case RepositoryPathKind.UploadDirectory or RepositoryPathKind.InUpload:
                _uploads[place.Name] = _uploads.TryGetValue(place.Name, out var known) && known > entry.Modified ? known : entry.Modified;
                break;
            case RepositoryPathKind.RevisionLink or RepositoryPathKind.LayerLink:
                _problems.Add(new StoreProblem(entry.Path, "it is a directory where a link should be"));
                break;
            default:
                break;
        }
    }

    private void AddTag(StoreEntry entry, string name)
    {
        if (!Tag.TryParse(name, out var tag, out var reason))
            _problems.Add(new StoreProblem(entry.Path, reason));
        else if (entry.Kind != EntryKind.Directory)
            _problems.Add(new StoreProblem(entry.Path, "it is a file where a tag's directory should be"));
        else
            _tags[tag] = LinkAt(StoreLayout.LinkOfTag(entry.Path)) ?? Link.Unreadable("the tag has no current link");
    }

    private void AddRevision(StoreEntry entry, string name)
    {
        if (!Digest.TryParse(name, out var digest, out var reason))
        {
            _problems.Add(new StoreProblem(entry.Path, reason));
            return;
        }

        // Gone since it was listed.
        if (LinkAt(entry.Path) is not { } link)
            return;
        _revisions[digest] = link.Target is { } target && target != digest
            ? Link.Unreadable($"the link says {target}, its path {digest}")
            : link with { Modified = entry.Modified };
    }

    private Link? LinkAt(string path) => _links.TryGetValue(path, out var link) ? link : null;
}
