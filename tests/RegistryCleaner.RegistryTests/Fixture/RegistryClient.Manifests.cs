using System.Net;

namespace RegistryCleaner.RegistryTests.Fixture;

internal sealed partial class RegistryClient
{
    // The digest that a tag points to, or null where there is no such manifest. A digest can be asked for, too.
    public async Task<string?> HeadManifestAsync(string repository, string reference)
    {
        using var response = await AskForManifestAsync(HttpMethod.Head, repository, reference);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;

        await ExpectAsync(response, HttpStatusCode.OK);
        return response.Headers.GetValues("Docker-Content-Digest").Single();
    }

    // Null where there is no such manifest.
    public async Task<FetchedManifest?> GetManifestAsync(string repository, string reference)
    {
        using var response = await AskForManifestAsync(HttpMethod.Get, repository, reference);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;

        await ExpectAsync(response, HttpStatusCode.OK);
        return new(
            response.Content.Headers.ContentType!.MediaType!,
            response.Headers.GetValues("Docker-Content-Digest").Single(),
            await response.Content.ReadAsByteArrayAsync());
    }

    private async Task<HttpResponseMessage> AskForManifestAsync(HttpMethod method, string repository, string reference)
    {
        using var request = new HttpRequestMessage(method, new Uri(address, $"v2/{repository}/manifests/{reference}"));
        request.Headers.Add("Accept", string.Join(", ", MediaTypes.Manifests));
        return await Http.SendAsync(request);
    }
}

internal sealed record FetchedManifest(string MediaType, string Digest, byte[] Bytes);
