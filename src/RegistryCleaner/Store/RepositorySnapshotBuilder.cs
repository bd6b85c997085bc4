using System.Collections.Immutable;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Store;

/// <summary>Turns repositories' files into their snapshots; whatever has no place in the layout becomes a problem or is left alone.</summary>
internal sealed class RepositorySnapshotBuilder
{
    // By directory. Nested repositories have distinct ones.
    private readonly Dictionary<string, Parts> _repositories;
    private readonly Dictionary<string, Parts>.AlternateLookup<ReadOnlySpan<char>> _byDirectory;

    /// <param name="names">The repositories.</param>
    public RepositorySnapshotBuilder(IEnumerable<RepositoryName> names)
    {
        _repositories = names.Distinct().ToDictionary(StoreLayout.Repository, name => new Parts(name), StringComparer.Ordinal);
        _byDirectory = _repositories.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Adds what was found; of the same entry, what is added last counts. May be called from several threads.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="link">What it says, or, of a tag's directory, the tag; null where there is no link.</param>
    public void Add(StoreEntry entry, Link? link)
    {
        // No component of a name begins with '_'.
        var end = entry.Path.IndexOf("/_", StringComparison.Ordinal);
        if (_byDirectory.TryGetValue(entry.Path.AsSpan(0, end), out var repository))
            repository.Add(entry, link, entry.Path.AsSpan(end + 1));
    }

    /// <summary>The repositories, without their links to layers.</summary>
    public IEnumerable<RepositorySnapshot> Repositories(IReadOnlyList<StoreProblem> problems) => _repositories.Select(pair => new RepositorySnapshot
    {
        Name = pair.Value.Name,
        Tags = pair.Value.Tags,
        Revisions = pair.Value.Revisions,
        Uploads = [.. pair.Value.Uploads.Select(upload => new Upload(upload.Key, upload.Value)).OrderBy(upload => upload.Id, StringComparer.Ordinal)],
        Problems = ProblemsIn(pair.Key, pair.Value, problems),
        Directories = pair.Value.Directories.ToImmutable(),
    });

    /// <summary>The repositories' links to layers.</summary>
    public IEnumerable<(RepositoryName Name, ImmutableArray<LayerLink> Layers, ImmutableArray<StoreProblem> Problems)> Layers(IReadOnlyList<StoreProblem> problems) =>
        _repositories.Select(pair => (pair.Value.Name, pair.Value.Layers.Values.ToImmutableArray(), ProblemsIn(pair.Key, pair.Value, problems)));

    // A problem whose place is not known may concern any repository.
    private static ImmutableArray<StoreProblem> ProblemsIn(string directory, Parts parts, IReadOnlyList<StoreProblem> problems) =>
    [
        .. parts.Problems
            .Concat(problems.Where(problem => problem.Path.Length == 0 || problem.Path.StartsWith(directory + "/_", StringComparison.Ordinal)))
            // A link that is met empty is read, and added, again.
            .Distinct()
            .OrderBy(problem => problem.Path, StringComparer.Ordinal),
    ];

    // What was found in one repository so far. Names are understood before the lock is taken.
    private sealed class Parts(RepositoryName name)
    {
        private readonly Lock _lock = new();

        public RepositoryName Name => name;

        public Dictionary<Tag, Link> Tags { get; } = [];

        public Dictionary<Digest, Link> Revisions { get; } = [];

        public Dictionary<string, LayerLink> Layers { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, DateTimeOffset> Uploads { get; } = new(StringComparer.Ordinal);

        public List<StoreProblem> Problems { get; } = [];

        public ImmutableHashSet<string>.Builder Directories { get; } = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);

        public void Add(StoreEntry entry, Link? link, ReadOnlySpan<char> inside)
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
                    Tags[tag!] = link ?? Link.Unreadable("the tag has no current link");
                else
                    Problems.Add(new StoreProblem(entry.Path, reason!));
            }
        }

        private void AddRevision(StoreEntry entry, Link? read, string name)
        {
            var isDigest = Digest.TryParse(name, out var digest, out var reason);
            lock (_lock)
            {
                if (!isDigest)
                    Problems.Add(new StoreProblem(entry.Path, reason!));
                // Otherwise gone since it was listed.
                else if (read is { } link)
                    Revisions[digest] = link.Target is { } target && target != digest
                        ? Link.Unreadable($"the link says {target}, its path {digest}")
                        : link with { Modified = entry.Modified };
            }
        }

        private void AddOther(StoreEntry entry, Link? read, RepositoryPath place, ReadOnlySpan<char> inside)
        {
            lock (_lock)
            {
                if (entry.Kind == EntryKind.Directory && inside is StoreLayout.ManifestsName or StoreLayout.LayersName or StoreLayout.UploadsName or "_manifests/tags")
                    Directories.Add(inside.ToString());
                switch (place.Kind)
                {
                    case var _ when entry.Kind is EntryKind.SymbolicLink or EntryKind.Other:
                        Problems.Add(new StoreProblem(entry.Path, "it is neither a file nor a directory"));
                        break;
                    case RepositoryPathKind.TagDirectory:
                        Problems.Add(new StoreProblem(entry.Path, "it is a file where a tag's directory should be"));
                        break;
                    case RepositoryPathKind.LayerLink when entry.Kind == EntryKind.File && read is { } link:
                        Layers[entry.Path] = new LayerLink(entry.Path, link, entry.Modified);
                        break;
                    case RepositoryPathKind.UploadDirectory or RepositoryPathKind.InUpload:
                        Uploads[place.Name] = Uploads.TryGetValue(place.Name, out var known) && known > entry.Modified ? known : entry.Modified;
                        break;
                    case RepositoryPathKind.RevisionLink or RepositoryPathKind.LayerLink:
                        Problems.Add(new StoreProblem(entry.Path, "it is a directory where a link should be"));
                        break;
                    default:
                        break;
                }
            }
        }
    }
}
