using System.Net;
using System.Text.Json;

namespace RegistryCleaner.RegistryTests.Fixture;

internal sealed partial class RegistryClient
{
    // Fetches everything that a client on any platform could need of an image, and looks at every byte: a registry
    // answers from its cache for blobs that are gone, and only the content tells. Returns the manifest's digest.
    // What a manifest has for its `subject` is not part of it, and not fetched.
    public Task<string> PullWholeAsync(string repository, string reference) => PullWholeAsync(repository, reference, []);

    // What was seen in the same repository a moment ago is not fetched again.
    public async Task<string> PullWholeAsync(string repository, string reference, HashSet<string> seen)
    {
        var manifest = await GetManifestAsync(repository, reference)
            ?? throw new IncompletePullException($"{repository}, {reference}: there is no such manifest");

        await PullWholeAsync(repository, reference, manifest, seen);
        return manifest.Digest;
    }

    // The digests of all that an image consists of, itself among them.
    public async Task<IReadOnlySet<string>> BlobsOfAsync(string repository, string reference)
    {
        var manifest = await GetManifestAsync(repository, reference)
            ?? throw new IncompletePullException($"{repository}, {reference}: there is no such manifest");
        using var json = JsonDocument.Parse(manifest.Bytes);
        var blobs = new HashSet<string> { manifest.Digest };
        blobs.UnionWith(Descriptors(json, "config").Concat(Descriptors(json, "layers")).Select(blob => blob.Digest));
        foreach (var child in Descriptors(json, "manifests"))
            blobs.UnionWith(await BlobsOfAsync(repository, child.Digest));
        return blobs;
    }

    // A blob whose content is not read yet.
    public Task<Stream> OpenBlobAsync(string repository, string digest) => Http.GetStreamAsync(new Uri(address, $"v2/{repository}/blobs/{digest}"));

    private async Task PullWholeAsync(string repository, string reference, FetchedManifest manifest, HashSet<string> seen)
    {
        Verify(repository, manifest.Digest, manifest.Bytes);
        if (reference.Contains(':') && reference != manifest.Digest)
            throw new IncompletePullException($"{repository}, {reference}: the registry answers with {manifest.Digest}");

        using var json = JsonDocument.Parse(manifest.Bytes);
        foreach (var child in Descriptors(json, "manifests"))
        {
            if (!seen.Add(child.Digest))
                continue;

            var fetched = await GetManifestAsync(repository, child.Digest)
                ?? throw new IncompletePullException($"{repository}, {reference}: its manifest {child.Digest} is missing");
            Verify(repository, child, fetched.Bytes);
            await PullWholeAsync(repository, child.Digest, fetched, seen);
        }

        foreach (var blob in Descriptors(json, "config").Concat(Descriptors(json, "layers")))
        {
            if (seen.Add(blob.Digest))
                Verify(repository, blob, await GetBlobAsync(repository, blob.Digest, $"{repository}, {reference}"));
        }
    }

    private async Task<byte[]> GetBlobAsync(string repository, string digest, string whose)
    {
        try
        {
            using var response = await Http.GetAsync(new Uri(address, $"v2/{repository}/blobs/{digest}"));
            if (response.StatusCode == HttpStatusCode.NotFound)
                throw new IncompletePullException($"{whose}: its blob {digest} is missing");

            await ExpectAsync(response, HttpStatusCode.OK);
            return await response.Content.ReadAsByteArrayAsync();
        }
        catch (HttpRequestException exception)
        {
            // Among others, a length that was promised and not delivered: the blob is in the cache, but not on the disk.
            throw new IncompletePullException($"{whose}: its blob {digest} cannot be read: {exception.Message}", exception);
        }
    }

    private static IEnumerable<(string Digest, long Size)> Descriptors(JsonDocument json, string property)
    {
        if (!json.RootElement.TryGetProperty(property, out var value))
            return [];

        return (value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : (JsonElement[])[value])
            .Select(descriptor => (descriptor.GetProperty("digest").GetString()!, descriptor.GetProperty("size").GetInt64()));
    }

    private static void Verify(string repository, (string Digest, long Size) expected, byte[] bytes)
    {
        if (bytes.LongLength != expected.Size)
            throw new IncompletePullException($"{repository}: {expected.Digest} should have {expected.Size} bytes and has {bytes.LongLength}");

        Verify(repository, expected.Digest, bytes);
    }

    private static void Verify(string repository, string digest, byte[] bytes)
    {
        if (BuiltBlob.DigestOf(bytes) is var actual && actual != digest)
            throw new IncompletePullException($"{repository}: the content of {digest} has the digest {actual}");
    }
}

internal sealed class IncompletePullException(string message, Exception? cause = null) : Exception(message, cause);
