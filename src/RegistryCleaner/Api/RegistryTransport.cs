using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Polly;
using Polly.Retry;

namespace RegistryCleaner.Api;

/// <summary>Makes the client behind <see cref="RegistryApi"/>: certificates, credentials, retries.</summary>
internal static class RegistryTransport
{
    private const int Retries = 4;

    private const int MaxAnswer = 256 << 20;

    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(30);

    /// <summary>Repeats what begins with a look, and so may be done again where a request of it failed that is never repeated by itself.</summary>
    public static ResiliencePipeline WithALook { get; } = new ResiliencePipelineBuilder()
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = Retries,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = s_firstDelay,
            ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is RegistryApiException e && (e.Status is not { } status || IsPassing(status))),
        })
        .Build();

    /// <exception cref="CleanerException">A certificate cannot be read, or credentials would go over the network for anybody to read.</exception>
    public static HttpClient Open(RegistryApiOptions options)
    {
        if (options.Credential is not null && options.IsOpenToOthers(options.Url))
            throw new CleanerException(ExitCode.BadInput, $"Credentials would go to {options.Url} in plain text: use https, or say --insecure if that is right.");

        var sockets = new SocketsHttpHandler
        {
            // What a registry redirects to is somewhere else, and gets no credentials from here.
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            SslOptions = Tls(options),
            Proxy = new OutwardProxy(options, HttpClient.DefaultProxy),
        };
        var client = new HttpClient(new AuthenticationHandler(options, new RetryHandler(options.Timeout, sockets)))
        {
            BaseAddress = new Uri(options.Url.AbsoluteUri.TrimEnd('/') + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("registry-cleaner", "1"));
        return client;
    }

    private static bool IsPassing(HttpStatusCode status) => status switch
    {
        HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout => true,
        HttpStatusCode.NotImplemented or HttpStatusCode.HttpVersionNotSupported => false,
        _ => (int)status >= 500,
    };

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

        tls.RemoteCertificateValidationCallback = (connection, _, _, errors) => errors == SslPolicyErrors.None
            || options.Insecure
            || (options.IsOwn(((SslStream)connection).TargetHostName)
                && (options.CertificateAuthority is null || errors == SslPolicyErrors.RemoteCertificateNameMismatch));
        return tls;
    }

    // What is on this machine is not asked for through a proxy, which would see all that is said.
    private sealed class OutwardProxy(RegistryApiOptions options, IWebProxy proxy) : IWebProxy
    {
        public ICredentials? Credentials { get => proxy.Credentials; set => proxy.Credentials = value; }

        public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : proxy.GetProxy(destination);

        public bool IsBypassed(Uri host) => host.IsLoopback || options.IsOwn(host.Host) || proxy.IsBypassed(host);
    }

    // Under the authentication: what is repeated carries the same credentials, and a refusal is never repeated.
    private sealed class RetryHandler(TimeSpan timeout, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        private static readonly ResiliencePipeline<HttpResponseMessage> s_always = Pipeline(outcome => IsBroken(outcome.Exception) || (outcome.Result is { } response && IsPassing(response.StatusCode)));
        private static readonly ResiliencePipeline<HttpResponseMessage> s_whenBroken = Pipeline(outcome => IsBroken(outcome.Exception) || IsOthers(outcome.Result));

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Options.TryGetValue(RegistryApi.Repeats, out var repeat);
            return repeat == Repeat.Never
                ? SendOnceAsync(request, cancellationToken)
                : (repeat == Repeat.Always ? s_always : s_whenBroken).ExecuteAsync(async token => await SendOnceAsync(request, token), cancellationToken).AsTask();
        }

        // The whole answer, so that a connection that breaks in the middle of it counts as well.
        private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(timeout);
            HttpResponseMessage? response = null;
            try
            {
                response = await base.SendAsync(request, limit.Token);
                await response.Content.LoadIntoBufferAsync(MaxAnswer, limit.Token);
                return response;
            }
            catch (Exception e)
            {
                response?.Dispose();
                if (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                    throw new TimeoutException(null, e);
                throw;
            }
        }

        private static ResiliencePipeline<HttpResponseMessage> Pipeline(Func<Outcome<HttpResponseMessage>, bool> mayPass) => new ResiliencePipelineBuilder<HttpResponseMessage>()
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = Retries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = s_firstDelay,
                ShouldHandle = arguments => ValueTask.FromResult(mayPass(arguments.Outcome)),
                DelayGenerator = arguments => ValueTask.FromResult(AskedFor(arguments.Outcome.Result)),
                OnRetry = arguments =>
                {
                    arguments.Outcome.Result?.Dispose();
                    return ValueTask.CompletedTask;
                },
            })
            .Build();

        // A certificate that is not trusted is a refusal of ours.
        private static bool IsBroken(Exception? exception) => exception is HttpRequestException and not { InnerException: AuthenticationException };

        // 500 is the registry's own answer.
        private static bool IsOthers(HttpResponseMessage? response) =>
            response?.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

        private static TimeSpan? AskedFor(HttpResponseMessage? response)
        {
            var after = response?.Headers.RetryAfter;
            var delay = after?.Delta ?? (after?.Date is { } date ? date - DateTimeOffset.UtcNow : null);
            return delay is { } wanted && wanted > TimeSpan.Zero ? (wanted < s_longestDelay ? wanted : s_longestDelay) : null;
        }
    }
}
