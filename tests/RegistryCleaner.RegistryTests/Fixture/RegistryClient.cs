using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace RegistryCleaner.RegistryTests.Fixture;

// The clients of a registry: skopeo and docker as people use them, and plain HTTP for what those would not do.
internal sealed partial class RegistryClient(int port)
{
    // Connections are not kept: a registry that is restarted between two requests would break them.
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(60), DefaultRequestHeaders = { ConnectionClose = true } };

    private readonly Uri address = new($"http://127.0.0.1:{port}/");

    // Null where the registry does not know the repository. No order is promised by the registry; here it is ordinal.
    public async Task<IReadOnlyList<string>?> TagsAsync(string repository) => await ListAsync($"v2/{repository}/tags/list", "tags");

    public async Task<IReadOnlyList<string>> CatalogAsync() => await ListAsync("v2/_catalog", "repositories") ?? [];

    private async Task<IReadOnlyList<string>?> ListAsync(string firstPage, string property)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        for (var page = new Uri(address, firstPage); page is not null;)
        {
            using var response = await Http.GetAsync(page);
            if (response.StatusCode == HttpStatusCode.NotFound)
                return null;

            await ExpectAsync(response, HttpStatusCode.OK);
            using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
            // No tags are an empty list for one version, and null for another.
            if (json.RootElement.GetProperty(property) is { ValueKind: JsonValueKind.Array } list)
                names.UnionWith(list.EnumerateArray().Select(name => name.GetString()!));

            page = NextPage(response.Headers) is { } next ? new Uri(page, next) : null;
        }

        return [.. names];
    }

    // Link: </v2/_catalog?last=b&n=100>; rel="next"
    private static string? NextPage(HttpResponseHeaders headers) =>
        headers.TryGetValues("Link", out var links) ? links.First().Split('<', '>')[1] : null;

    private static async Task ExpectAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        if (response.StatusCode != expected)
        {
            throw new HttpRequestException(
                $"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri} answered {(int)response.StatusCode} "
                + $"instead of {(int)expected}: {await response.Content.ReadAsStringAsync()}");
        }
    }
}
