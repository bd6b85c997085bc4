using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace RegistryCleaner.Tests.Api;

/// <summary>What was asked of a <see cref="ToyServer"/>.</summary>
internal sealed record ToyRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string? Authorization => Headers.GetValueOrDefault("authorization");

    public override string ToString() => $"{Method} {Target}";
}

/// <summary>What it answers; a length that is more than the body breaks the connection in the middle, and status 0 at once.</summary>
internal sealed record ToyAnswer(int Status, string Body = "", int? Length = null, params string[] Headers)
{
    public static ToyAnswer Broken { get; } = new(0);

    public static ToyAnswer Ok(string body = "{}", params string[] headers) => new(200, body, null, headers);

    public static ToyAnswer Unauthorized(string challenge) => new(401, "{}", null, $"WWW-Authenticate: {challenge}");
}

/// <summary>A server on 127.0.0.1 that answers as a test says, one request a connection, with or without TLS.</summary>
internal sealed class ToyServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<ToyRequest, ToyAnswer> _answer;
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly ConcurrentQueue<ToyRequest> _requests = new();
    private readonly Task _accepting;

    public ToyServer(Func<ToyRequest, ToyAnswer> answer, SslServerAuthenticationOptions? tls = null)
    {
        (_answer, _tls) = (answer, tls);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>A server that gives these answers one after the other, and the last of them ever after.</summary>
    public static ToyServer Of(params ToyAnswer[] answers)
    {
        var left = new ConcurrentQueue<ToyAnswer>(answers);
        return new ToyServer(_ => left.TryDequeue(out var next) ? next : answers[^1]);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Uri Url => new($"{(_tls is null ? "http" : "https")}://localhost:{Port}");

    public IReadOnlyList<ToyRequest> Requests => [.. _requests];

    public static SslServerAuthenticationOptions Tls(X509Certificate2 certificate, bool wantsCertificate = false) => new()
    {
        ServerCertificate = certificate,
        ClientCertificateRequired = wantsCertificate,
        RemoteCertificateValidationCallback = (_, client, _, _) => !wantsCertificate || client is not null,
    };

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await using Stream stream = _tls is null ? client.GetStream() : new SslStream(client.GetStream());
                if (stream is SslStream secure)
                    await secure.AuthenticateAsServerAsync(_tls!);
                var request = await ReadAsync(stream);
                _requests.Enqueue(request);
                await WriteAsync(stream, request, _answer(request));
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client went away, or did not like what it saw.
            }
        }
    }

    private static async Task<ToyRequest> ReadAsync(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var words = (await reader.ReadLineAsync() ?? throw new IOException("nothing was asked")).Split(' ');
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
            headers[line.Split(':', 2)[0]] = line.Split(':', 2)[1].Trim();
        var body = new char[int.Parse(headers.GetValueOrDefault("content-length", "0"), System.Globalization.CultureInfo.InvariantCulture)];
        if (body.Length > 0)
            await reader.ReadBlockAsync(body);
        return new ToyRequest(words[0], words[1], headers, new string(body));
    }

    private static async Task WriteAsync(Stream stream, ToyRequest request, ToyAnswer answer)
    {
        if (answer.Status == 0)
            return;
        var head = string.Join("\r\n", [$"HTTP/1.1 {answer.Status} Toy", "Connection: close", $"Content-Length: {answer.Length ?? answer.Body.Length}", .. answer.Headers, "", ""]);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head + (request.Method == "HEAD" ? "" : answer.Body)));
        await stream.FlushAsync();
    }
}
