using System.Collections.Immutable;
using RegistryCleaner.Manifests;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Store;

/// <summary>What one image, or each of the images of an index, says of itself.</summary>
/// <param name="Annotations">The annotations of the manifest itself.</param>
/// <param name="Images">The image, or an index's; an image of which nothing can be read is null.</param>
internal sealed record ImageDetails(ImmutableDictionary<string, string> Annotations, ImmutableArray<ImageConfiguration?> Images);

/// <summary>Reads what retention needs to know besides a snapshot: when tags were pushed, and what images say of themselves.</summary>
internal sealed class ImageDetailsReader(IStoreFiles files)
{
    /// <summary>When the links of a repository's tags were written; those that are not there are left out.</summary>
    public async Task<IReadOnlyDictionary<Tag, DateTimeOffset>> ReadPushTimesAsync(RepositoryName repository, IReadOnlyList<Tag> tags, CancellationToken cancellationToken)
    {
        var times = new DateTimeOffset?[tags.Count];
        await files.StatEachAsync(
            new LazyList<string>(tags.Count, index => StoreLayout.TagLink(repository, tags[index])),
            (index, entry) => times[index] = entry.Kind == EntryKind.File ? entry.Modified : null,
            cancellationToken);
        return tags.Zip(times).Where(pair => pair.Second is not null).ToDictionary(pair => pair.First, pair => pair.Second!.Value);
    }

    /// <summary>What images say of themselves; a manifest that cannot be read is left out.</summary>
    public async Task<IReadOnlyDictionary<Digest, ImageDetails>> ReadAsync(IReadOnlyCollection<Digest> manifests, CancellationToken cancellationToken)
    {
        var read = new Dictionary<Digest, ManifestDetails>();
        // An index in an index is rare, and legal: down to the images.
        for (var level = manifests.ToHashSet(); level.Count > 0; level = [.. level.Where(read.ContainsKey).SelectMany(digest => read[digest].Images).Where(digest => !read.ContainsKey(digest))])
            await AddAsync(level, ManifestReader.MaxLength, ManifestDetails.TryRead, read, cancellationToken);

        var configurations = new Dictionary<Digest, ImageConfiguration>();
        await AddAsync([.. read.Values.Select(details => details.Configuration).OfType<Digest>().Distinct()], ImageConfiguration.MaxLength, ImageConfiguration.TryRead, configurations, cancellationToken);
        return manifests.Distinct().Where(read.ContainsKey).ToDictionary(digest => digest, digest => new ImageDetails(read[digest].Annotations, [.. ImagesOf(digest, [])]));

        IEnumerable<ImageConfiguration?> ImagesOf(Digest digest, ImmutableHashSet<Digest> above) =>
            !read.TryGetValue(digest, out var details) || above.Contains(digest) ? [null]
            : details.Images.IsEmpty ? [details.Configuration is { } configuration ? configurations.GetValueOrDefault(configuration) : null]
            : details.Images.SelectMany(image => ImagesOf(image, above.Add(digest)));
    }

    private async Task AddAsync<T>(
        IReadOnlyCollection<Digest> digests, int maxLength, Func<ReadOnlyMemory<byte>, T?> tryRead, Dictionary<Digest, T> found, CancellationToken cancellationToken)
        where T : class
    {
        List<Digest> list = [.. digests];
        var results = new T?[list.Count];
        await files.ReadEachAsync(
            new LazyList<string>(list.Count, index => StoreLayout.BlobData(list[index])),
            maxLength,
            // What is altered says nothing of the image that it was.
            (index, content) => results[index] = content.Problem is null && Digest.OfContent(content.Bytes.Span) == list[index] ? tryRead(content.Bytes) : null,
            cancellationToken);
        foreach (var (digest, result) in list.Zip(results).Where(pair => pair.Second is not null))
            found[digest] = result!;
    }
}
