using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace RegistryCleaner.Api;

/// <summary>
/// Shows a registry what it asks for: a user and a password, or a token from the place that it names, kept for as long as it is
/// good. Nothing is shown that was not asked for.
/// </summary>
internal sealed class AuthenticationHandler(RegistryApiOptions options, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    // distribution's token specification: a token without a term is good for 60 seconds.
    private static readonly TimeSpan s_defaultTerm = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(10);

    private readonly Credential? _credential = options.Credential;
    private readonly ConcurrentDictionary<string, (AuthenticationHeaderValue Header, DateTimeOffset Until)> _tokens = new(StringComparer.Ordinal);
    private volatile bool _isBasic;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var scope = ScopeOf(request);
        var shown = request.Headers.Authorization = Known(scope);
        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized)
            return response;

        foreach (var challenge in response.Headers.WwwAuthenticate.Select(header => AuthenticationChallenge.Of(header.Scheme, header.Parameter)))
        {
            // What was refused is not shown again.
            if (await AnswerAsync(challenge, scope, cancellationToken) is not { } header || header.Equals(shown))
                continue;
            response.Dispose();
            request.Headers.Authorization = header;
            return await base.SendAsync(request, cancellationToken);
        }

        return response;
    }

    private static string ScopeOf(HttpRequestMessage request) => request.Options.TryGetValue(RegistryApi.Scope, out var scope) ? scope : "";

    private AuthenticationHeaderValue? Known(string scope)
    {
        if (_isBasic)
            return Basic();
        return _tokens.TryGetValue(scope, out var token) && token.Until > DateTimeOffset.UtcNow ? token.Header : null;
    }

    private AuthenticationHeaderValue? Basic() => _credential is { User.Length: > 0 }
        ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{_credential.User}:{_credential.Secret}")))
        : null;

    private async Task<AuthenticationHeaderValue?> AnswerAsync(AuthenticationChallenge challenge, string scope, CancellationToken cancellationToken)
    {
        if (challenge.Scheme == "basic")
        {
            _isBasic = _credential is { User.Length: > 0 };
            return Basic();
        }

        if (challenge.Scheme != "bearer" || !Uri.TryCreate(challenge.Parameters.GetValueOrDefault("realm"), UriKind.Absolute, out var realm) || realm.Scheme is not ("http" or "https"))
            return null;
        if (_credential is not null && options.IsOpenToOthers(realm))
            throw new RegistryApiException($"The registry sends its clients to {realm.GetLeftPart(UriPartial.Authority)} for a token, where credentials would go in plain text: say --insecure if that is right.", HttpStatusCode.Unauthorized);
        var (token, term) = await FetchTokenAsync(realm, challenge, scope, cancellationToken);
        var header = new AuthenticationHeaderValue("Bearer", token);
        _tokens[scope] = (header, DateTimeOffset.UtcNow + term - s_margin);
        return header;
    }

    private async Task<(string Token, TimeSpan Term)> FetchTokenAsync(Uri realm, AuthenticationChallenge challenge, string scope, CancellationToken cancellationToken)
    {
        // What is asked for is what this client is going to do, rather than what the one request would have needed.
        var wanted = scope.Length > 0 ? scope : challenge.Parameters.GetValueOrDefault("scope", "");
        var service = challenge.Parameters.GetValueOrDefault("service", "");
        using var request = _credential is { User.Length: 0 }
            ? RefreshRequest(realm, service, wanted, _credential.Secret)
            : new HttpRequestMessage(HttpMethod.Get, new UriBuilder(realm) { Query = $"{realm.Query.TrimStart('?')}&service={Uri.EscapeDataString(service)}&scope={Uri.EscapeDataString(wanted)}".TrimStart('&') }.Uri);
        if (_credential is { User.Length: > 0 })
            request.Headers.Authorization = Basic();
        using var response = await base.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw new RegistryApiException($"The token service {realm.Host} refused with status {(int)response.StatusCode}{(_credential is null ? ": it was asked without credentials, as none were found" : $" what {_credential} asked for")}.", response.StatusCode);

        try
        {
            using var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            var root = answer.RootElement;
            if ((Text(root, "token") ?? Text(root, "access_token")) is { } token)
                return (token, root.TryGetProperty("expires_in", out var seconds) && seconds.ValueKind == JsonValueKind.Number && seconds.TryGetInt32(out var term) && term > 0 ? TimeSpan.FromSeconds(term) : s_defaultTerm);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Whatever it is, it holds no token.
        }

        throw new RegistryApiException($"The token service {realm.Host} answered without a token.", response.StatusCode);
    }

    // An identity token is a refresh token (distribution, docs/spec/auth/oauth).
    private static HttpRequestMessage RefreshRequest(Uri realm, string service, string scope, string token) => new(HttpMethod.Post, realm)
    {
        Content = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "refresh_token",
            ["service"] = service,
            ["scope"] = scope,
            ["refresh_token"] = token,
            ["client_id"] = "registry-cleaner",
        }),
    };

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
