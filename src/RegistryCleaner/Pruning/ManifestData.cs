using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using RegistryCleaner.Api;
using RegistryCleaner.Manifests;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Pruning;

/// <summary>
/// The data of manifests, which a registry that goes on serving may remember apart from any link: pushed again, they would then be
/// accepted and not be written (registry/storage/blobstore.go, Put). It goes only where the registry is seen not to remember it.
/// </summary>
internal sealed class ManifestData(IStoreFiles files, ServedStore served, Trash trash, PruneOutcome outcome)
{
    // What 2.8 writes for every schema 2 image that it converts to schema 1, and never deletes (manifest/schema1/config_builder.go).
    private static readonly Digest s_emptyTar = Digest.Parse("sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4");

    /// <summary>Those of the blobs that were, or could be, written as manifests are.</summary>
    public static async Task<IReadOnlySet<Digest>> FindAsync(IStoreFiles files, IReadOnlyList<Digest> blobs, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<Digest, bool>();
        var sizes = new long[blobs.Count];
        await files.StatEachAsync(new LazyList<string>(blobs.Count, index => StoreLayout.BlobData(blobs[index])), (index, entry) => sizes[index] = entry.Size, cancellationToken);
        List<Digest> small = [.. blobs.Where((_, index) => sizes[index] <= ManifestReader.MaxLength)];
        await files.ReadEachAsync(
            new LazyList<string>(small.Count, index => StoreLayout.BlobData(small[index])),
            ManifestReader.MaxLength,
            (index, content) =>
            {
                if (content.Problem is not null || IsManifest(content.Bytes))
                    found[small[index]] = true;
            },
            cancellationToken);
        return found.Keys.Concat(blobs.Where(blob => blob == s_emptyTar)).ToHashSet();
    }

    /// <summary>
    /// Takes away what the registry does not remember: with the data away and a link to it in some repository, a registry that knows
    /// the data only by its file has to say that it is not there. What it remembers is put back, and stays.
    /// </summary>
    /// <param name="manifests">The manifests.</param>
    /// <param name="own">Repositories that the credentials are good for.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public async Task TakeAwayAsync(IReadOnlyList<Digest> manifests, IReadOnlySet<RepositoryName> own, CancellationToken cancellationToken)
    {
        var repository = await FindRepositoryAsync(own, cancellationToken);
        var linked = repository is null ? null : await files.StatAsync([.. manifests.Select(digest => StoreLayout.LayerLink(repository, digest))], cancellationToken);
        List<Digest> asked = [.. manifests.Where(digest => linked?.ContainsKey(StoreLayout.LayerLink(repository!, digest)) == false)];
        if (repository is null || asked.Count == 0)
        {
            outcome.Waits(manifests);
            return;
        }

        var taken = await trash.TakeAsync([.. asked.Select(StoreLayout.BlobData)]);
        List<RepositoryLink> links = [.. asked.Where((_, index) => taken[index].Result == MoveResult.Moved).Select(digest => new RepositoryLink(repository, digest))];
        List<string> paths = [.. links.Select(link => StoreLayout.LayerLink(repository, link.Blob))];
        IReadOnlyList<RepositoryLink> known = links;
        try
        {
            foreach (var link in links)
                await files.WriteAsync(StoreLayout.LayerLink(repository, link.Blob), Encoding.ASCII.GetBytes(link.Blob.ToString()), CancellationToken.None);
            known = await served.FindServedAsync(links, cancellationToken);
        }
        finally
        {
            // A place of its own each time: where a run that was broken off left the same link, this one would have to stay.
            await trash.Aside($"probe-{Guid.NewGuid():n}").TakeAsync(paths);
            await trash.PutBackAsync([.. known.Select(link => StoreLayout.BlobData(link.Blob))]);
            await files.RemoveEmptyDirectoriesAsync([.. paths.Select(StoreLayout.ParentOf)], CancellationToken.None);
        }

        await served.ForgetAsync(known, cancellationToken);
        outcome.Waits([.. known.Select(link => link.Blob), .. manifests.Except(asked)]);
    }

    private static bool IsManifest(ReadOnlyMemory<byte> content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.EnumerateObject().Any(member => member.Name.Equals("schemaVersion", StringComparison.OrdinalIgnoreCase) || member.Name.Equals("mediaType", StringComparison.OrdinalIgnoreCase));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // One that is there: a link in another would make it one.
    private async Task<RepositoryName?> FindRepositoryAsync(IReadOnlySet<RepositoryName> own, CancellationToken cancellationToken)
    {
        var catalog = await new StoreReader(files).FindRepositoriesAsync(cancellationToken);
        return catalog.Repositories.OrderBy(name => !own.Contains(name)).FirstOrDefault();
    }
}
