using System.Net;
using System.Net.Http.Headers;

namespace RegistryCleaner.RegistryTests.Fixture;

internal sealed partial class RegistryClient
{
    // Pushes over plain HTTP, blobs first. Without a tag the manifest can be had by its digest alone, which no client
    // leaves behind on purpose but every moved tag does. Returns the digest.
    public async Task<string> PushAsync(BuiltManifest manifest, string repository, string? tag = null)
    {
        foreach (var child in manifest.Children)
            await PushAsync(child, repository);

        foreach (var blob in manifest.Blobs)
            await PutBlobAsync(repository, blob.Bytes);

        return await PutManifestAsync(repository, tag ?? manifest.Digest, manifest.Bytes, manifest.MediaType);
    }

    public async Task<string> PutManifestAsync(string repository, string reference, byte[] bytes, string mediaType)
    {
        using var content = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } };
        using var response = await Http.PutAsync(new Uri(address, $"v2/{repository}/manifests/{reference}"), content);
        await ExpectAsync(response, HttpStatusCode.Created);
        return response.Headers.GetValues("Docker-Content-Digest").Single();
    }

    // Where the bytes of a blob are to be sent to.
    public async Task<string> BeginUploadAsync(string repository)
    {
        using var begun = await Http.PostAsync(new Uri(address, $"v2/{repository}/blobs/uploads/"), null);
        await ExpectAsync(begun, HttpStatusCode.Accepted);
        return new Uri(address, begun.Headers.Location!).AbsoluteUri;
    }

    public async Task<string> PutBlobAsync(string repository, byte[] bytes) => await EndUploadAsync(await BeginUploadAsync(repository), bytes);

    public static async Task<string> EndUploadAsync(string upload, byte[] bytes)
    {
        var digest = BuiltBlob.DigestOf(bytes);
        using var content = new ByteArrayContent(bytes);
        using var response = await Http.PutAsync(new Uri($"{upload}{(upload.Contains('?') ? '&' : '?')}digest={digest}"), content);
        await ExpectAsync(response, HttpStatusCode.Created);
        return digest;
    }
}
