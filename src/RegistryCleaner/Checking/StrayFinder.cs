using System.Collections.Concurrent;
using RegistryCleaner.Marking;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Checking;

/// <summary>
/// Finds what no registry puts where only tags, links and data belong, by names alone. Nobody reads it, and nothing ever takes it away.
/// </summary>
internal sealed class StrayFinder(IStoreFiles files)
{
    // So many of the 256 directories of blobs are looked at together; their names are in memory at one time.
    private const int Shards = 16;

    // What may lie in a directory is told by what the directory is.
    private enum Place
    {
        Manifests,
        Tags,
        Tag,
        Current,
        Links,
        LinksByAlgorithm,
        Link,
        Blobs,
        BlobsByAlgorithm,
        Shard,
        Blob,
        File,
    }

    /// <summary>The paths of what is astray in repositories, uploads aside; what lies in a directory that is astray is not named.</summary>
    public Task<IReadOnlyList<string>> FindInRepositoriesAsync(IEnumerable<RepositoryName> repositories, CancellationToken cancellationToken) => FindAsync(
        [.. repositories.SelectMany(repository => ((string, Place)[])[(StoreLayout.Manifests(repository), Place.Manifests), (StoreLayout.Layers(repository), Place.Links)])],
        cancellationToken);

    /// <summary>The paths of what is astray among the blobs.</summary>
    public async Task<IReadOnlyList<string>> FindAmongBlobsAsync(CancellationToken cancellationToken)
    {
        var (strays, top) = await FindLevelAsync([(StoreLayout.Blobs, Place.Blobs)], cancellationToken);
        var (more, shards) = await FindLevelAsync(top, cancellationToken);
        List<string> found = [.. strays, .. more];
        foreach (var some in shards.Chunk(Shards))
            found.AddRange(await FindAsync(some, cancellationToken));
        return found;
    }

    private async Task<IReadOnlyList<string>> FindAsync(IReadOnlyList<(string Directory, Place Place)> level, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        while (level.Count > 0)
        {
            var (strays, next) = await FindLevelAsync(level, cancellationToken);
            found.AddRange(strays);
            level = next;
        }

        return found;
    }

    // What cannot be listed somebody else complains of.
    private async Task<(IReadOnlyList<string> Strays, IReadOnlyList<(string Directory, Place Place)> Next)> FindLevelAsync(
        IReadOnlyList<(string Directory, Place Place)> level, CancellationToken cancellationToken)
    {
        var strays = new ConcurrentBag<string>();
        var next = new ConcurrentBag<(string, Place)>();
        var isFull = new bool[level.Count];
        await files.ListNamesAsync(new LazyList<string>(level.Count, index => level[index].Directory), (index, name) =>
        {
            isFull[index] = true;
            var (directory, place) = level[index];
            var inside = InsideOf(directory, place, name);
            if (inside is null && !LeftoverFinder.IsTemporary($"{directory}/{name}"))
                strays.Add($"{directory}/{name}");
            else if (inside is { } kind and not Place.File)
                next.Add(($"{directory}/{name}", kind));
        }, cancellationToken);

        // A file has no names in it. One in the place of a tag is a tag that cannot be read.
        List<string> empty = [.. level.Where((item, index) => !isFull[index] && item.Place != Place.Tag).Select(item => item.Directory)];
        await files.StatEachAsync(empty, (index, entry) =>
        {
            if (entry.Kind is EntryKind.File or EntryKind.Other)
                strays.Add(empty[index]);
        }, cancellationToken);
        return ([.. strays], [.. next]);
    }

    // What something is by its name and by where it lies; null where no registry puts it there.
    private static Place? InsideOf(string directory, Place place, ReadOnlySpan<char> name) => place switch
    {
        Place.Manifests => name switch { "tags" => Place.Tags, "revisions" => Place.Links, _ => null },
        Place.Tags => Place.Tag,
        Place.Tag => name switch { "current" => Place.Current, "index" => Place.Links, _ => null },
        Place.Links => name is "sha256" || Digest.OtherAlgorithms.Contains(name.ToString()) ? Place.LinksByAlgorithm : null,
        Place.LinksByAlgorithm => Digest.TryParse($"{directory.AsSpan(directory.LastIndexOf('/') + 1)}:{name}", out _, out _) ? Place.Link : null,
        // Registries before 2.5 kept signatures of schema 1 below a manifest.
        Place.Link when name is "signatures" && directory.Contains("/_manifests/revisions/", StringComparison.Ordinal) => Place.Links,
        Place.Link or Place.Current => name is "link" ? Place.File : null,
        Place.Blobs => name is "sha256" ? Place.BlobsByAlgorithm : null,
        Place.BlobsByAlgorithm => name is [var high, var low] && char.IsAsciiHexDigitLower(high) && char.IsAsciiHexDigitLower(low) ? Place.Shard : null,
        Place.Shard => Digest.TryParseHex(name, out _) && name.StartsWith(directory.AsSpan(directory.LastIndexOf('/') + 1)) ? Place.Blob : null,
        Place.Blob => name is "data" ? Place.File : null,
        _ => null,
    };
}
