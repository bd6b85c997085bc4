using System.Net;

namespace RegistryCleaner.RegistryTests.Fixture;

// Stands between the tool and a registry, and from some request on, or at that one alone, does what networks and proxies do.
internal sealed class FaultyProxy : IAsyncDisposable
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    private readonly HttpListener listener = new();
    private readonly Uri registry;
    private readonly Task serving;
    private int requests;

    public FaultyProxy(RegistryContainer registry)
    {
        this.registry = new($"http://{registry.Host}");
        Url = $"http://localhost:{FreePorts.Next()}/";
        listener.Prefixes.Add(Url);
        listener.Start();
        serving = ServeAsync();
    }

    public string Url { get; }

    public int Requests => requests;

    // Called with the number of the request, from one; true where the fault takes its place.
    public Func<int, HttpListenerContext, Task<bool>> Fault { get; set; } = (_, _) => Task.FromResult(false);

    public static bool Answer(HttpListenerContext context, int status, params (string Name, string Value)[] headers)
    {
        context.Response.StatusCode = status;
        foreach (var (name, value) in headers)
            context.Response.AddHeader(name, value);
        context.Response.Close();
        return true;
    }

    public static bool Break(HttpListenerContext context)
    {
        context.Response.Abort();
        return true;
    }

    // The head of an answer, and then nothing.
    public static async Task<bool> BreakInTheMiddleAsync(HttpListenerContext context)
    {
        context.Response.ContentLength64 = 1000;
        await context.Response.OutputStream.WriteAsync("{"u8.ToArray());
        await context.Response.OutputStream.FlushAsync();
        context.Response.Abort();
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        listener.Close();
        await serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                _ = AnswerAsync(await listener.GetContextAsync());
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            if (!await Fault(Interlocked.Increment(ref requests), context))
                await PassOnAsync(context);
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException or HttpRequestException)
        {
            // The tool went away.
        }
    }

    private async Task PassOnAsync(HttpListenerContext context)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.HttpMethod), new Uri(registry, context.Request.RawUrl!));
        if (context.Request.Headers["Accept"] is { } accept)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await Http.SendAsync(request);
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var header in response.Headers.Concat(response.Content.Headers).Where(header => header.Key is "Allow" or "Content-Type" or "Docker-Content-Digest"))
            context.Response.AddHeader(header.Key, string.Join(", ", header.Value));
        var body = await response.Content.ReadAsByteArrayAsync();
        if (context.Request.HttpMethod != "HEAD")
            await context.Response.OutputStream.WriteAsync(body);
        context.Response.Close();
    }
}
