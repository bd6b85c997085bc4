using System.Net;
using System.Net.Sockets;
using RegistryCleaner.Api;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Tests.Api;

public class TransportTests
{
    private static readonly RepositoryName s_repository = RepositoryName.Parse("a");
    private static readonly Digest s_blob = Digest.OfContent("blob"u8);
    private static readonly ToyAnswer s_manifest = new(200, "{}", null, $"Docker-Content-Digest: {s_blob}");

    public static TheoryData<string> Passing => ["429", "429 Retry-After: 0", "429 Retry-After: 1", "503 Retry-After: Thu, 01 Jan 1970 00:00:00 GMT", "503 Retry-After: soon", "500", "502", "504", "408", "broken", "in the middle"];

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task What_may_pass_is_asked_again(string trouble)
    {
        var (status, header) = (trouble.Split(' ')[0], trouble.Contains(' ', StringComparison.Ordinal) ? trouble[(trouble.IndexOf(' ', StringComparison.Ordinal) + 1)..] : "X: y");
        var answer = trouble switch
        {
            "broken" => ToyAnswer.Broken,
            "in the middle" => new ToyAnswer(200, "{", Length: 100),
            _ => new ToyAnswer(int.Parse(status, System.Globalization.CultureInfo.InvariantCulture), "{}", null, header),
        };
        await using var server = ToyServer.Of(answer, answer, s_manifest);
        using var api = Api(server);

        (await api.GetManifestAsync(s_repository, s_blob, CancellationToken.None)).ShouldNotBeNull();
        server.Requests.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(501)]
    [InlineData(302)]
    public async Task A_refusal_is_not(int status)
    {
        await using var server = ToyServer.Of(new ToyAnswer(status, "{}", null, "Location: /elsewhere"), s_manifest);
        using var api = Api(server);

        if (status == 404)
            (await api.ResolveAsync(s_repository, "1", CancellationToken.None)).ShouldBeNull();
        else
            await Should.ThrowAsync<RegistryApiException>(() => api.ResolveAsync(s_repository, "1", CancellationToken.None));
        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_does_not_pass_is_given_up_and_says_what_was_answered()
    {
        await using var server = ToyServer.Of(new ToyAnswer(503));
        using var api = Api(server);

        (await Should.ThrowAsync<RegistryApiException>(() => api.ServesBlobAsync(s_repository, s_blob, CancellationToken.None))).Message.ShouldContain("503");
        server.Requests.Count.ShouldBe(5);
    }

    [Fact]
    public async Task Where_nobody_listens_that_is_said()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var api = new RegistryApi(new RegistryApiOptions(new Uri($"http://127.0.0.1:{port}")));

        (await api.AnswersAsync(CancellationToken.None)).ShouldBeFalse();
        (await Should.ThrowAsync<RegistryApiException>(() => api.ServesBlobAsync(s_repository, s_blob, CancellationToken.None))).Message.ShouldContain("cannot be reached");
    }

    [Fact]
    public async Task Whoever_does_not_answer_in_time_is_not_waited_for()
    {
        using var never = new ManualResetEventSlim();
        await using var server = new ToyServer(_ =>
        {
            never.Wait();
            return ToyAnswer.Ok();
        });
        using var api = new RegistryApi(new RegistryApiOptions(server.Url) { Timeout = TimeSpan.FromMilliseconds(300) });

        (await Should.ThrowAsync<RegistryApiException>(() => api.ServesBlobAsync(s_repository, s_blob, CancellationToken.None))).Message.ShouldContain("did not answer");
        server.Requests.Count.ShouldBe(1);
        never.Set();
    }

    [Fact]
    public async Task The_time_between_two_tries_does_not_count()
    {
        await using var server = ToyServer.Of(new ToyAnswer(429, "{}", null, "Retry-After: 2"), ToyAnswer.Ok());
        using var api = new RegistryApi(new RegistryApiOptions(server.Url) { Timeout = TimeSpan.FromSeconds(1.5) });

        (await api.ServesBlobAsync(s_repository, s_blob, CancellationToken.None)).ShouldBeTrue();
    }

    [Fact]
    public async Task Cancelled_it_ends()
    {
        using var never = new ManualResetEventSlim();
        using var cancellation = new CancellationTokenSource();
        await using var server = new ToyServer(_ =>
        {
            cancellation.Cancel();
            never.Wait();
            return ToyAnswer.Ok();
        });
        using var api = Api(server);

        await Should.ThrowAsync<OperationCanceledException>(() => api.ServesBlobAsync(s_repository, s_blob, cancellation.Token));
        never.Set();
    }

    // 3.x answers so to every DELETE whose link is gone, which is what it is sent for.
    [Fact]
    public async Task A_status_is_an_answer_to_forgetting_and_a_broken_connection_is_none()
    {
        await using var server = ToyServer.Of(ToyAnswer.Broken, new ToyAnswer(500));
        using var api = Api(server);

        await api.ForgetBlobAsync(s_repository, s_blob, CancellationToken.None);
        server.Requests.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(502)]
    [InlineData(429)]
    public async Task What_a_proxy_answers_for_want_of_a_registry_is_none(int status)
    {
        await using var server = ToyServer.Of(new ToyAnswer(status), new ToyAnswer(202));
        using var api = Api(server);

        await api.ForgetBlobAsync(s_repository, s_blob, CancellationToken.None);
        server.Requests.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("sha512", false)]
    [InlineData("sha256", null)]
    public async Task That_something_failed_inside_does_not_say_that_a_blob_is_gone(string algorithm, bool? isServed)
    {
        await using var server = ToyServer.Of(new ToyAnswer(500));
        using var api = Api(server);
        var blob = algorithm == "sha512" ? Digest.Parse($"sha512:{new string('a', 128)}") : s_blob;

        if (isServed is { } expected)
            (await api.ServesBlobAsync(s_repository, blob, CancellationToken.None)).ShouldBe(expected);
        else
            await Should.ThrowAsync<RegistryApiException>(() => api.ServesBlobAsync(s_repository, blob, CancellationToken.None));
    }

    [Theory]
    [InlineData("GET, HEAD", "405 Allow: GET, HEAD", false, false)]
    [InlineData("DELETE, GET, HEAD, PATCH, POST, PUT", "404", true, true)]
    [InlineData("DELETE, GET, HEAD, PATCH, POST, PUT", "404 of a proxy", true, null)]
    [InlineData("DELETE, GET, HEAD, PATCH, POST, PUT", "405", true, false)]
    [InlineData("GET, HEAD", "404", null, true)]
    [InlineData("GET, POST, OPTIONS", "404", null, true)]
    [InlineData("", "404", null, true)]
    [InlineData("", "400", null, null)]
    public async Task What_the_registry_allows_is_believed_where_it_says_so_itself(string allow, string delete, bool? writable, bool? deletes)
    {
        await using var server = new ToyServer(request => request.Method switch
        {
            "OPTIONS" => ToyAnswer.Ok("", allow.Length > 0 ? $"Allow: {allow}" : "X: y"),
            _ => new ToyAnswer(
                int.Parse(delete[..3], System.Globalization.CultureInfo.InvariantCulture),
                delete == "404" ? """{"errors":[{"code":"BLOB_UNKNOWN","message":"blob unknown to registry"}]}""" : "<html></html>",
                null,
                delete.Contains(':', StringComparison.Ordinal) ? delete[4..] : "X: y"),
        });
        using var api = Api(server);

        var abilities = await api.AskAbilitiesAsync(s_repository, CancellationToken.None);
        abilities.IsWritable.ShouldBe(writable);
        abilities.DeletesEnabled.ShouldBe(deletes);
        server.Requests.ShouldAllBe(request => request.Method == "OPTIONS" || request.Method == "DELETE");
    }

    [Fact]
    public async Task A_password_in_the_proxy_s_address_is_not_told()
    {
        await using var proxy = ToyServer.Of(new ToyAnswer(502));
        var before = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new System.Net.WebProxy(new Uri($"http://me:Top@Secret@127.0.0.1:{proxy.Port}".Replace("Top@Secret", "Top%40Secret", StringComparison.Ordinal)));
        try
        {
            using var api = new RegistryApi(new RegistryApiOptions(new Uri("https://registry.example.com/")));

            (await api.WhyNoAnswerAsync(Repeat.Never, CancellationToken.None)).ShouldNotBeNull().ShouldSatisfyAllConditions(
                said => said.ShouldNotContain("Secret"),
                said => said.ShouldContain("127.0.0.1"));
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }
    }

    private static RegistryApi Api(ToyServer server) => new(new RegistryApiOptions(server.Url));
}
