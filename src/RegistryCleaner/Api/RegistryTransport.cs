using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Polly;
using Polly.Retry;

namespace RegistryCleaner.Api;

/// <summary>Makes the client behind <see cref="RegistryApi"/>: certificates, credentials, retries.</summary>
internal static class RegistryTransport
{
    private const int Retries = 4;

    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(30);

    /// <exception cref="CleanerException">A certificate cannot be read, or credentials would go over the network for anybody to read.</exception>
    public static HttpClient Open(RegistryApiOptions options)
    {
        if (options is { Credential: not null, Insecure: false } && options.Url.Scheme == Uri.UriSchemeHttp && !options.Url.IsLoopback)
            throw new CleanerException(ExitCode.BadInput, $"Credentials would go to {options.Url} in plain text: use https, or say --insecure if that is right.");

        var sockets = new SocketsHttpHandler
        {
            // What a registry redirects to is somewhere else, and gets no credentials from here.
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            SslOptions = Tls(options),
        };
        var client = new HttpClient(new AuthenticationHandler(options.Credential, new RetryHandler(sockets)))
        {
            BaseAddress = new Uri(options.Url.AbsoluteUri.TrimEnd('/') + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("registry-cleaner", "1"));
        return client;
    }

    private static SslClientAuthenticationOptions Tls(RegistryApiOptions options)
    {
        var tls = new SslClientAuthenticationOptions();
        try
        {
            if (options.ClientCertificate is { } certificate)
                tls.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, options.ClientKey ?? certificate)];
            if (options.CertificateAuthority is { } authority)
            {
                tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                tls.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(authority);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CleanerException(ExitCode.BadInput, $"A certificate for the registry cannot be read: {e.Message}");
        }

#pragma warning disable CA5359 // Asked for by name.
        if (options.Insecure)
            tls.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        return tls;
    }

    // Under the authentication: what is repeated carries the same credentials, and a refusal is never repeated.
    private sealed class RetryHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        private static readonly ResiliencePipeline<HttpResponseMessage> s_pipeline = new ResiliencePipelineBuilder<HttpResponseMessage>()
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = Retries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = s_firstDelay,
                ShouldHandle = arguments => ValueTask.FromResult(IsPassing(arguments.Outcome)),
                DelayGenerator = arguments => ValueTask.FromResult(AskedFor(arguments.Outcome.Result)),
                OnRetry = arguments =>
                {
                    arguments.Outcome.Result?.Dispose();
                    return ValueTask.CompletedTask;
                },
            })
            .Build();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            request.Options.TryGetValue(RegistryApi.Once, out var once) && once
                ? await base.SendAsync(request, cancellationToken)
                : await s_pipeline.ExecuteAsync(async token => await base.SendAsync(request, token), cancellationToken);

        private static bool IsPassing(Outcome<HttpResponseMessage> outcome) => outcome switch
        {
            { Exception: HttpRequestException } => true,
            { Result.StatusCode: HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout } => true,
            { Result.StatusCode: var status } => (int)status >= 500 && status is not (HttpStatusCode.NotImplemented or HttpStatusCode.HttpVersionNotSupported),
            _ => false,
        };

        private static TimeSpan? AskedFor(HttpResponseMessage? response)
        {
            var after = response?.Headers.RetryAfter;
            var delay = after?.Delta ?? (after?.Date is { } date ? date - DateTimeOffset.UtcNow : null);
            return delay is { } wanted && wanted > TimeSpan.Zero ? (wanted < s_longestDelay ? wanted : s_longestDelay) : null;
        }
    }
}
