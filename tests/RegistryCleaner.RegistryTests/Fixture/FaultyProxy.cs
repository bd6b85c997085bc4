using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RegistryCleaner.RegistryTests.Fixture;

// Stands between the tool and a registry, and does to the requests that a test chooses what networks and proxies do. One request
// a connection; a body is as small as the tool's own are, and ASCII.
internal sealed class FaultyProxy : IAsyncDisposable
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    private static readonly HashSet<string> PassedOn = new(StringComparer.OrdinalIgnoreCase) { "Allow", "Location", "Content-Type", "Docker-Content-Digest", "Docker-Upload-UUID" };

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Uri registry;
    private readonly Task serving;
    private int requests;

    public FaultyProxy(RegistryContainer registry)
    {
        this.registry = new($"http://{registry.Host}");
        listener.Start();
        Url = $"http://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/";
        serving = ServeAsync();
    }

    public string Url { get; }

    public int Requests => requests;

    // Called with the number of the request, from one; true where the fault takes its place.
    public Func<int, ProxiedRequest, Task<bool>> Fault { get; set; } = (_, _) => Task.FromResult(false);

    // From now on nobody listens.
    public void Refuse() => listener.Stop();

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
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
                using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
                if ((await reader.ReadLineAsync())?.Split(' ') is not [var method, var target, ..])
                    return;
                var headers = new List<(string Name, string Value)>();
                while (await reader.ReadLineAsync() is { Length: > 0 } line)
                    headers.Add((line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()));
                string Header(string name) => string.Join(',', headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value));
                var body = new char[int.TryParse(Header("Content-Length"), out var length) ? length : 0];
                // Even for nothing it would wait for something.
                if (body.Length > 0)
                    await reader.ReadBlockAsync(body);
                var request = new ProxiedRequest(client, method, target, Header("Accept"), Header("Content-Type"), new string(body));
                if (!await Fault(Interlocked.Increment(ref requests), request))
                    await PassOnAsync(request);
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException or ObjectDisposedException)
            {
                // The tool went away.
            }
        }
    }

    private async Task PassOnAsync(ProxiedRequest request)
    {
        using var response = await SendOnAsync(request);
        var headers = response.Headers.Concat(response.Content.Headers)
            .Where(header => PassedOn.Contains(header.Key))
            .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}");
        await request.AnswerAsync((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(), [.. headers]);
    }

    // Has the registry do it, and leaves the answer to whoever calls.
    public async Task<HttpResponseMessage> SendOnAsync(ProxiedRequest request)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(registry, request.Target));
        if (request.Accept.Length > 0)
            message.Headers.TryAddWithoutValidation("Accept", request.Accept);
        if (request.Method is "PUT" or "POST")
        {
            message.Content = new ByteArrayContent(Encoding.ASCII.GetBytes(request.Body));
            message.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
        }

        return await Http.SendAsync(message);
    }
}

internal sealed record ProxiedRequest(TcpClient Client, string Method, string Target, string Accept, string ContentType, string Body)
{
    public async Task<bool> AnswerAsync(int status, byte[] body, params string[] headers)
    {
        var head = string.Join("\r\n", [$"HTTP/1.1 {status} x", "Connection: close", $"Content-Length: {body.Length}", .. headers, "", ""]);
        await Client.GetStream().WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. Method == "HEAD" ? [] : body]);
        return true;
    }

    public bool Break()
    {
        Client.Client.Close(0);
        return true;
    }

    public async Task<bool> BreakInTheMiddleAsync()
    {
        await Client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Le"u8.ToArray());
        return Break();
    }
}
