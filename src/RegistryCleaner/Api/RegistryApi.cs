using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text.Json;
using System.Text.RegularExpressions;
using RegistryCleaner.Manifests;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Api;

/// <summary>The registry as its clients see it: the HTTP API of CNCF distribution, as far as pruning needs it.</summary>
/// <remarks>Every call throws <see cref="RegistryApiException"/> where the registry cannot be reached or refuses who asks.</remarks>
public sealed partial class RegistryApi : IDisposable
{
    /// <summary>What a request is going to touch, in a token's words.</summary>
    internal static readonly HttpRequestOptionsKey<string> Scope = new("registry-cleaner.scope");

    /// <summary>When a request is repeated; always, where nothing is said.</summary>
    internal static readonly HttpRequestOptionsKey<Repeat> Repeats = new("registry-cleaner.repeats");

    private const int MaxPages = 100_000;

    // Without all of them the registry answers with another manifest than the one that is there (handlers/manifests.go).
    private static readonly string[] s_manifestTypes = [MediaTypes.OciIndex, MediaTypes.DockerManifestList, MediaTypes.OciManifest, MediaTypes.DockerManifest];

    private readonly RegistryApiOptions _options;
    private readonly HttpClient _client;

    /// <summary>Makes a client; nothing is asked yet.</summary>
    /// <exception cref="CleanerException">A certificate cannot be read, or credentials would go over the network in plain text.</exception>
    public RegistryApi(RegistryApiOptions options)
    {
        _options = options;
        _client = RegistryTransport.Open(options);
    }

    /// <summary>The registry's address.</summary>
    public Uri Url => _options.Url;

    /// <summary>Whether something that speaks the API answers there.</summary>
    public async Task<bool> AnswersAsync(CancellationToken cancellationToken) => await WhyNoAnswerAsync(Repeat.Never, cancellationToken) is null;

    /// <summary>Why nothing that speaks the API can be talked to there; null where something answers.</summary>
    internal async Task<string?> WhyNoAnswerAsync(Repeat repeat, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await SendAsync(HttpMethod.Get, "v2/", "", cancellationToken, repeat);
            return response.StatusCode == HttpStatusCode.OK ? null : Unexpected(response, "GET v2/").Message;
        }
        catch (RegistryApiException e) when (e.Status is null)
        {
            return e.Message;
        }
    }

    /// <summary>Finds out what the registry allows, by asking for what changes nothing.</summary>
    /// <param name="repository">A repository, existing or not, that the credentials are good for.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public async Task<RegistryAbilities> AskAbilitiesAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        using var options = await SendAsync(HttpMethod.Options, $"v2/{repository}/blobs/uploads/", DeleteScope(repository), cancellationToken);
        using var blob = await DeleteNothingAsync(repository, cancellationToken);
        // A proxy in front may answer OPTIONS by itself: only the registry's own words count, and read-only it says so to a DELETE as
        // well (handlers/app.go; measured on 2.8 and 3.0).
        bool? writable = Allowed(options) switch
        {
            "GET HEAD" when Allowed(blob) == "GET HEAD" => false,
            "DELETE GET HEAD PATCH POST PUT" => true,
            _ => null,
        };
        bool? deletes = blob.StatusCode switch
        {
            HttpStatusCode.NotFound when await SaysUnknownAsync(blob, cancellationToken) => true,
            HttpStatusCode.MethodNotAllowed => false,
            _ => null,
        };

        // 2.x takes the reference for a digest and finds it invalid; 3.x looks for the tag.
        using var tag = await SendAsync(HttpMethod.Delete, $"v2/{repository}/manifests/{NoTag()}", DeleteScope(repository), cancellationToken);
        var line = tag.StatusCode switch
        {
            HttpStatusCode.BadRequest => 2,
            HttpStatusCode.NotFound => 3,
            _ => 0,
        };
        return new RegistryAbilities(writable, deletes, line);
    }

    /// <summary>Makes sure that blobs may be deleted from a repository, by asking for what changes nothing.</summary>
    internal async Task RequireDeletesAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        using var response = await DeleteNothingAsync(repository, cancellationToken);
        if (response.StatusCode != HttpStatusCode.NotFound || !await SaysUnknownAsync(response, cancellationToken))
            throw Unexpected(response, $"deleting from {repository} what is not there");
    }

    // The registry's own words (handlers/blob.go, DeleteBlob): a proxy that has no such path says 404 as well.
    private static async Task<bool> SaysUnknownAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        (await response.Content.ReadAsStringAsync(cancellationToken)).Contains("\"BLOB_UNKNOWN\"", StringComparison.Ordinal);

    // Deleting what is not there: 404 where deleting is allowed, 405 where not.
    private Task<HttpResponseMessage> DeleteNothingAsync(RepositoryName repository, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, $"v2/{repository}/blobs/{Digest.OfContent(Guid.NewGuid().ToByteArray())}", DeleteScope(repository), cancellationToken);

    /// <summary>Whether a repository would serve a blob now, be it from its files or only from its memory.</summary>
    public async Task<bool> ServesBlobAsync(RepositoryName repository, Digest blob, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Head, $"v2/{repository}/blobs/{blob}", PullScope(repository), cancellationToken);
        return response.StatusCode switch
        {
            HttpStatusCode.OK or HttpStatusCode.TemporaryRedirect => true,
            HttpStatusCode.NotFound => false,
            // A blob that it knows by its sha512 alone a registry cannot serve (measured on 2.8 and 3.0). Any other 500 says nothing.
            HttpStatusCode.InternalServerError when blob.Sha256 is null => false,
            _ => throw Unexpected(response, $"HEAD of the blob {blob} in {repository}"),
        };
    }

    /// <summary>
    /// Makes the registry forget that a repository has a blob. Only for a blob whose link is gone: what the registry answers says
    /// nothing (202, 404, and 500 where 3.x does not find the link that it is to delete), the next HEAD does.
    /// </summary>
    public async Task ForgetBlobAsync(RepositoryName repository, Digest blob, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Delete, $"v2/{repository}/blobs/{blob}", DeleteScope(repository), cancellationToken, Repeat.WhenBroken);
        // Something in front of it may have no time; that it was not told is not to be taken for told.
        if (response.StatusCode is HttpStatusCode.MethodNotAllowed or HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout)
            throw Unexpected(response, $"deleting from {repository}");
    }

    /// <summary>Where a tag, or a digest, leads in a repository; null where it is not there.</summary>
    public async Task<Digest?> ResolveAsync(RepositoryName repository, string reference, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Head, $"v2/{repository}/manifests/{reference}", PullScope(repository), cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        return response.IsSuccessStatusCode && response.Headers.TryGetValues("Docker-Content-Digest", out var values) && Digest.TryParse(values.First(), out var digest, out _)
            ? digest
            : throw Unexpected(response, $"HEAD of {repository}:{reference}");
    }

    /// <summary>A repository's tags, all pages of them; null where there is no such repository.</summary>
    public async Task<IReadOnlyList<Tag>?> ListTagsAsync(RepositoryName repository, CancellationToken cancellationToken) =>
        await ListAsync($"v2/{repository}/tags/list", "tags", PullScope(repository), cancellationToken) is { } names ? [.. names.Select(Tag.Parse)] : null;

    /// <summary>A manifest's bytes; null where it is not there.</summary>
    public async Task<ReadOnlyMemory<byte>?> GetManifestAsync(RepositoryName repository, Digest digest, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, $"v2/{repository}/manifests/{digest}", PullScope(repository), cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        if (!response.IsSuccessStatusCode)
            throw Unexpected(response, $"GET of {repository}@{digest}");
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    /// <summary>
    /// Deletes a manifest by its digest, with every tag that points to it; from 3.x on a tag by its name, too. Never repeated: what was
    /// looked at before may be otherwise by then.
    /// </summary>
    /// <returns>What the registry answered: 202 done, 404 not there, 405 not allowed.</returns>
    public async Task<HttpStatusCode> DeleteManifestAsync(RepositoryName repository, string reference, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Delete, $"v2/{repository}/manifests/{reference}", DeleteScope(repository), cancellationToken, Repeat.Never);
        return response.StatusCode;
    }

    /// <summary>Stores a blob and makes it part of a repository.</summary>
    public async Task PutBlobAsync(RepositoryName repository, Digest digest, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        using var begun = await SendAsync(HttpMethod.Post, $"v2/{repository}/blobs/uploads/", DeleteScope(repository), cancellationToken);
        if (begun.StatusCode != HttpStatusCode.Accepted || begun.Headers.Location is not { } location)
            throw Unexpected(begun, $"beginning an upload to {repository}");
        var path = PathOf(new Uri(_client.BaseAddress!, location));
        using var body = new ReadOnlyMemoryContent(content);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var ended = await SendAsync(HttpMethod.Put, $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}digest={digest}", DeleteScope(repository), cancellationToken, content: body);
        if (ended.StatusCode != HttpStatusCode.Created)
            throw Unexpected(ended, $"an upload to {repository}");
    }

    /// <summary>
    /// Begins an upload, has somebody look for it in the registry's files, and takes it back. The registry makes its files before it
    /// answers, and no cache knows of an upload before its end (registry/storage/linkedblobstore.go, Create; blobwriter.go, Cancel).
    /// </summary>
    /// <param name="repository">A repository that is there.</param>
    /// <param name="look">Looks for the upload of the name that it is given.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>What was seen.</returns>
    internal async Task<bool> ShowUploadAsync(RepositoryName repository, Func<Guid, Task<bool>> look, CancellationToken cancellationToken)
    {
        using var begun = await SendAsync(HttpMethod.Post, $"v2/{repository}/blobs/uploads/", DeleteScope(repository), cancellationToken);
        if (begun.StatusCode != HttpStatusCode.Accepted || begun.Headers.Location is not { } location
            || !begun.Headers.TryGetValues("Docker-Upload-UUID", out var names) || !Guid.TryParseExact(names.First(), "D", out var name))
        {
            throw Unexpected(begun, $"beginning an upload to {repository}");
        }

        try
        {
            return await look(name);
        }
        finally
        {
            await CancelUploadAsync(repository, PathOf(new Uri(_client.BaseAddress!, location)));
        }
    }

    // Where that fails, the registry purges it when it is a week old.
    private async Task CancelUploadAsync(RepositoryName repository, string path)
    {
        try
        {
            using var response = await SendAsync(HttpMethod.Delete, path, DeleteScope(repository), CancellationToken.None);
        }
        catch (RegistryApiException)
        {
        }
    }

    /// <summary>Stores a manifest under a tag. Never repeated: somebody else may have pushed to the tag by then.</summary>
    public async Task PutManifestAsync(RepositoryName repository, string tag, ReadOnlyMemory<byte> content, string mediaType, CancellationToken cancellationToken)
    {
        using var body = new ReadOnlyMemoryContent(content);
        body.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        using var response = await SendAsync(HttpMethod.Put, $"v2/{repository}/manifests/{tag}", DeleteScope(repository), cancellationToken, Repeat.Never, body);
        if (response.StatusCode != HttpStatusCode.Created)
            throw Unexpected(response, $"pushing {repository}:{tag}");
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    internal async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, string scope, CancellationToken cancellationToken, Repeat repeat = Repeat.Always, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Options.Set(Scope, scope);
        request.Options.Set(Repeats, repeat);
        if (path.Contains("/manifests/", StringComparison.Ordinal) && (method == HttpMethod.Get || method == HttpMethod.Head))
        {
            foreach (var type in s_manifestTypes)
                request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        }

        try
        {
            var response = await _client.SendAsync(request, cancellationToken);
            if (response.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden))
                return response;
            using (response)
            {
                throw new RegistryApiException(
                    $"The registry {Url.Authority} refused {method} {path} ({(int)response.StatusCode}) {(_options.Credential is { } credential ? $"to {credential}" : "without credentials; give --registry-user and a secret, or log in with docker login")}.",
                    response.StatusCode);
            }
        }
        catch (HttpRequestException e)
        {
            // What TLS dislikes about a certificate is said one level below.
            throw new RegistryApiException($"The registry at {Url} cannot be reached: {WithoutSecrets((e.InnerException as AuthenticationException ?? (Exception)e).Message)}", null, e);
        }
        catch (TimeoutException e)
        {
            throw new RegistryApiException($"The registry at {Url} did not answer within {_options.Timeout.TotalSeconds:0} s.", null, e);
        }
    }

    internal static string PullScope(RepositoryName repository) => $"repository:{repository}:pull";

    internal static string DeleteScope(RepositoryName repository) => $"repository:{repository}:pull,push,delete";

    internal static RegistryApiException Unexpected(HttpResponseMessage response, string what) =>
        new($"The registry answered {(int)response.StatusCode} {response.ReasonPhrase} to {what}.", response.StatusCode);

    private static string Allowed(HttpResponseMessage response) => string.Join(' ', response.Content.Headers.Allow.Order(StringComparer.Ordinal));

    private static string NoTag() => $"registry-cleaner-{Guid.NewGuid():n}";

    // 2.8 ignores paging for tags and answers with all; 3.x and the catalogue say in Link where the next page is.
    private async Task<IReadOnlyList<string>?> ListAsync(string path, string member, string scope, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        for (var page = 0; page < MaxPages; page++)
        {
            using var response = await SendAsync(HttpMethod.Get, path, scope, cancellationToken);
            if (response.StatusCode == HttpStatusCode.NotFound)
                return null;
            if (!response.IsSuccessStatusCode)
                throw Unexpected(response, path);
            names.AddRange(Names(await response.Content.ReadAsByteArrayAsync(cancellationToken), member));
            if (NextPage(response) is not { } next)
                return names;
            if (next == path)
                break;
            path = next;
        }

        throw new RegistryApiException($"The registry's list '{member}' has no end.");
    }

    private IEnumerable<string> Names(byte[] json, string member)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            // A repository without tags is answered with null.
            return document.RootElement.TryGetProperty(member, out var items) && items.ValueKind == JsonValueKind.Array
                ? [.. items.EnumerateArray().Select(item => item.GetString() ?? "")]
                : [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new RegistryApiException($"What answers at {Url} is no registry: its list '{member}' is not JSON as it should be.", null, e);
        }
    }

    // </v2/_catalog?last=b&n=100>; rel="next" (RFC 8288).
    private string? NextPage(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Link", out var links) || NextLink().Match(string.Join(", ", links)) is not { Success: true } match)
            return null;
        return Uri.TryCreate(response.RequestMessage!.RequestUri, match.Groups["target"].Value, out var next)
            ? PathOf(next)
            : throw new RegistryApiException($"The registry at {Url} names a next page that is no address: {match.Groups["target"].Value}");
    }

    // Whatever host it names, only the registry that was asked is followed.
    private string PathOf(Uri address)
    {
        var own = _client.BaseAddress!.AbsolutePath;
        return address.AbsolutePath.StartsWith($"{own}v2/", StringComparison.Ordinal)
            ? address.PathAndQuery[own.Length..]
            : throw new RegistryApiException($"The registry at {Url} names a place that is none of its own: {address.GetLeftPart(UriPartial.Path)}");
    }

    // A proxy's address may hold a password, and the runtime names it.
    private static string WithoutSecrets(string message) => UserInfo().Replace(message, "//");

    [GeneratedRegex("""//[^/\s']*@""", RegexOptions.CultureInvariant)]
    private static partial Regex UserInfo();

    [GeneratedRegex("""<(?<target>[^<>]*)>[^<>]*;\s*rel="?next\b""", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex NextLink();
}

/// <summary>When a request that failed is sent once more.</summary>
internal enum Repeat
{
    /// <summary>Whatever failed may have passed by then.</summary>
    Always,

    /// <summary>A status of the registry's own is an answer; a connection that broke is none, nor is what a proxy says that has no registry to ask.</summary>
    WhenBroken,

    /// <summary>Whatever failed is an answer.</summary>
    Never,
}

/// <summary>What a registry allows, as far as its answers tell.</summary>
/// <param name="IsWritable">Whether it takes pushes; null where something in front of it answers in its place.</param>
/// <param name="DeletesEnabled">Whether it deletes; null where it could not be told.</param>
/// <param name="Line">2 or 3, or 0 where it could not be told.</param>
public sealed record RegistryAbilities(bool? IsWritable, bool? DeletesEnabled, int Line);
