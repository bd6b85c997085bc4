using System.Collections.Immutable;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Store;

/// <summary>Turns a repository's files into its snapshot; whatever has no place in the layout becomes a problem or is left alone.</summary>
internal sealed class RepositorySnapshotBuilder
{
    private readonly RepositoryName _name;
    // Entries are understood by several threads, one repository's too.
    private readonly Lock _lock = new();
    private readonly Dictionary<Tag, Link> _tags = [];
    private readonly Dictionary<Digest, Link> _revisions = [];
    private readonly ImmutableArray<LayerLink>.Builder _layers = ImmutableArray.CreateBuilder<LayerLink>();
    private readonly Dictionary<string, DateTimeOffset> _uploads = new(StringComparer.Ordinal);
    private readonly ImmutableArray<StoreProblem>.Builder _problems = ImmutableArray.CreateBuilder<StoreProblem>();
    private readonly ImmutableHashSet<string>.Builder _directories = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);

    private RepositorySnapshotBuilder(RepositoryName name) => _name = name;

    /// <summary>Repositories, of what was found in them, without their links to layers.</summary>
    public static IEnumerable<RepositorySnapshot> Repositories(IReadOnlyCollection<RepositoryName> names, IReadOnlyList<FoundEntry> found, IReadOnlyList<StoreProblem> problems) =>
        Build(names, found, problems).Select(builder => new RepositorySnapshot
        {
            Name = builder._name,
            Tags = builder._tags,
            Revisions = builder._revisions,
            Uploads = [.. builder._uploads.Select(pair => new Upload(pair.Key, pair.Value)).OrderBy(upload => upload.Id, StringComparer.Ordinal)],
            Problems = builder.SortedProblems(),
            Directories = builder._directories.ToImmutable(),
        });

    /// <summary>The links to layers of repositories, of what was found in them.</summary>
    public static IEnumerable<(RepositoryName Name, ImmutableArray<LayerLink> Layers, ImmutableArray<StoreProblem> Problems)> Layers(
        IReadOnlyCollection<RepositoryName> names, IReadOnlyList<FoundEntry> found, IReadOnlyList<StoreProblem> problems) =>
        Build(names, found, problems).Select(builder => (builder._name, builder._layers.ToImmutable(), builder.SortedProblems()));

    private static List<RepositorySnapshotBuilder> Build(IReadOnlyCollection<RepositoryName> names, IReadOnlyList<FoundEntry> found, IReadOnlyList<StoreProblem> problems)
    {
        // Nested repositories have distinct directories, and no component of a name begins with '_'.
        var builders = names.Distinct().ToDictionary(StoreLayout.Repository, name => new RepositorySnapshotBuilder(name), StringComparer.Ordinal);
        var byDirectory = builders.GetAlternateLookup<ReadOnlySpan<char>>();
        Parallel.ForEach(found, item =>
        {
            var path = item.Entry.Path;
            var end = path.IndexOf("/_", StringComparison.Ordinal);
            if (byDirectory.TryGetValue(path.AsSpan(0, end), out var builder))
                builder.Add(item.Entry, item.Link, path.AsSpan(end + 1));
        });

        // A problem whose place is not known may concern any repository.
        foreach (var (directory, builder) in builders)
            builder._problems.AddRange(problems.Where(problem => problem.Path.Length == 0 || problem.Path.StartsWith(directory + "/_", StringComparison.Ordinal)));
        return [.. builders.Values];
    }

    private ImmutableArray<StoreProblem> SortedProblems() => [.. _problems.OrderBy(problem => problem.Path, StringComparer.Ordinal)];

    private void Add(StoreEntry entry, Link? link, ReadOnlySpan<char> inside)
    {
        var place = StoreLayout.ReadInside(inside);
        if (place.Kind == RepositoryPathKind.TagDirectory && entry.Kind is EntryKind.Directory)
            AddTag(entry, link, place.Name);
        else if (place.Kind == RepositoryPathKind.RevisionLink && entry.Kind == EntryKind.File)
            AddRevision(entry, link, place.Name);
        else
            AddOther(entry, link, place, inside);
    }

    private void AddTag(StoreEntry entry, Link? link, string name)
    {
        var isTag = Tag.TryParse(name, out var tag, out var reason);
        lock (_lock)
        {
            if (isTag)
                _tags[tag!] = link ?? Link.Unreadable("the tag has no current link");
            else
                _problems.Add(new StoreProblem(entry.Path, reason!));
        }
    }

    private void AddRevision(StoreEntry entry, Link? read, string name)
    {
        var isDigest = Digest.TryParse(name, out var digest, out var reason);
        lock (_lock)
        {
            if (!isDigest)
                _problems.Add(new StoreProblem(entry.Path, reason!));
            // Otherwise gone since it was listed.
            else if (read is { } link)
                _revisions[digest] = link.Target is { } target && target != digest
                    ? Link.Unreadable($"the link says {target}, its path {digest}")
                    : link with { Modified = entry.Modified };
        }
    }

    private void AddOther(StoreEntry entry, Link? read, RepositoryPath place, ReadOnlySpan<char> inside)
    {
        lock (_lock)
        {
            if (entry.Kind == EntryKind.Directory && inside is StoreLayout.ManifestsName or StoreLayout.LayersName or StoreLayout.UploadsName or "_manifests/tags")
                _directories.Add(inside.ToString());
            switch (place.Kind)
            {
                case var _ when entry.Kind is EntryKind.SymbolicLink or EntryKind.Other:
                    _problems.Add(new StoreProblem(entry.Path, "it is neither a file nor a directory"));
                    break;
                case RepositoryPathKind.TagDirectory:
                    _problems.Add(new StoreProblem(entry.Path, "it is a file where a tag's directory should be"));
                    break;
                case RepositoryPathKind.LayerLink when entry.Kind == EntryKind.File && read is { } link:
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
    }
}
