using System.Net;

namespace RegistryCleaner.RegistryTests.Fixture;

// What clients do to upload no more than they have to.
internal sealed partial class RegistryClient
{
    public async Task<bool> HasBlobAsync(string repository, string digest)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(address, $"v2/{repository}/blobs/{digest}"));
        using var response = await Http.SendAsync(request);
        return response.StatusCode == HttpStatusCode.OK;
    }

    // As docker and skopeo push: what the registry says it has is not sent.
    public async Task<string> PushMissingAsync(BuiltManifest manifest, string repository, string? tag = null)
    {
        foreach (var child in manifest.Children)
            await PushMissingAsync(child, repository);

        foreach (var blob in manifest.Blobs)
        {
            if (!await HasBlobAsync(repository, blob.Digest))
                await PutBlobAsync(repository, blob.Bytes);
        }

        return await PutManifestAsync(repository, tag ?? manifest.Digest, manifest.Bytes, manifest.MediaType);
    }

    // False where the registry wants it to be uploaded instead.
    public async Task<bool> MountBlobAsync(string repository, string digest, string from)
    {
        using var response = await Http.PostAsync(new Uri(address, $"v2/{repository}/blobs/uploads/?mount={digest}&from={from}"), null);
        if (response.StatusCode == HttpStatusCode.Accepted)
            return false;

        await ExpectAsync(response, HttpStatusCode.Created);
        return true;
    }

    public async Task DeleteBlobAsync(string repository, string digest)
    {
        using var response = await Http.DeleteAsync(new Uri(address, $"v2/{repository}/blobs/{digest}"));
    }
}
