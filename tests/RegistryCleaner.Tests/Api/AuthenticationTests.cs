using System.Net;
using RegistryCleaner.Api;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Tests.Api;

public class AuthenticationTests
{
    private static readonly Credential s_credential = new("user", "pa:ss");
    private static readonly string s_basic = "Basic " + Convert.ToBase64String("user:pa:ss"u8);
    private static readonly RepositoryName s_a = RepositoryName.Parse("a");
    private static readonly RepositoryName s_b = RepositoryName.Parse("b/c");
    private static readonly Digest s_blob = Digest.OfContent("blob"u8);

    [Fact]
    public async Task Nothing_is_shown_before_it_is_asked_for()
    {
        await using var server = ToyServer.Of(ToyAnswer.Ok());
        using var api = Api(server);

        (await api.AnswersAsync(CancellationToken.None)).ShouldBeTrue();
        server.Requests.ShouldAllBe(request => request.Authorization == null);
    }

    [Fact]
    public async Task A_user_and_a_password_are_shown_once_asked_for_and_from_then_on()
    {
        await using var server = new ToyServer(request => request.Authorization == s_basic ? ToyAnswer.Ok() : ToyAnswer.Unauthorized("Basic realm=\"x\""));
        using var api = Api(server);

        (await api.ServesBlobAsync(s_a, s_blob, CancellationToken.None)).ShouldBeTrue();
        (await api.ServesBlobAsync(s_b, s_blob, CancellationToken.None)).ShouldBeTrue();
        server.Requests.Select(request => request.Authorization).ShouldBe([null, s_basic, s_basic]);
    }

    [Fact]
    public async Task A_password_that_is_wrong_is_shown_once_and_the_refusal_names_the_user_only()
    {
        await using var server = ToyServer.Of(ToyAnswer.Unauthorized("Basic realm=\"x\""));
        using var api = Api(server);

        var e = await Should.ThrowAsync<RegistryApiException>(() => api.AnswersAsync(CancellationToken.None));
        e.Status.ShouldBe(HttpStatusCode.Unauthorized);
        e.Message.ShouldContain("to the user 'user'");
        e.ToString().ShouldNotContain("pa:ss");
        server.Requests.Count.ShouldBe(2);
        await Should.ThrowAsync<RegistryApiException>(() => api.AnswersAsync(CancellationToken.None));
        server.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Without_credentials_the_refusal_says_how_to_give_some()
    {
        await using var server = ToyServer.Of(ToyAnswer.Unauthorized("Basic realm=\"x\""));
        using var api = new RegistryApi(new RegistryApiOptions(server.Url));

        (await Should.ThrowAsync<RegistryApiException>(() => api.AnswersAsync(CancellationToken.None))).Message.ShouldContain("--registry-user");
        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_token_is_fetched_for_what_is_going_to_be_done_and_kept()
    {
        var tokens = 0;
        await using var server = TokenServer(() => $$"""{"token":"t{{++tokens}}","expires_in":300}""");
        using var api = Api(server);

        (await api.ServesBlobAsync(s_a, s_blob, CancellationToken.None)).ShouldBeTrue();
        (await api.ServesBlobAsync(s_a, s_blob, CancellationToken.None)).ShouldBeTrue();
        (await api.ServesBlobAsync(s_b, s_blob, CancellationToken.None)).ShouldBeTrue();
        await api.ForgetBlobAsync(s_b, s_blob, CancellationToken.None);

        var asked = server.Requests.Where(request => request.Target.StartsWith("/token", StringComparison.Ordinal)).ToList();
        asked.Select(request => Uri.UnescapeDataString(request.Target)).ShouldBe(
        [
            "/token?x=1&service=the registry&scope=repository:a:pull",
            "/token?x=1&service=the registry&scope=repository:b/c:pull",
            "/token?x=1&service=the registry&scope=repository:b/c:pull,push,delete",
        ]);
        asked.ShouldAllBe(request => request.Authorization == s_basic);
        server.Requests.Except(asked).ShouldAllBe(request => request.Authorization != s_basic);
    }

    [Theory]
    [InlineData("""{"access_token":"t","expires_in":1}""")]
    [InlineData("""{"access_token":"t","expires_in":9}""")]
    public async Task A_token_that_is_about_to_end_is_not_used_again(string answer)
    {
        await using var server = TokenServer(() => answer);
        using var api = Api(server);

        (await api.ServesBlobAsync(s_a, s_blob, CancellationToken.None)).ShouldBeTrue();
        (await api.ServesBlobAsync(s_a, s_blob, CancellationToken.None)).ShouldBeTrue();
        server.Requests.Count(request => request.Target.StartsWith("/token", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task A_token_that_is_good_no_longer_is_replaced()
    {
        var good = "t1";
        var tokens = 0;
        await using var server = TokenServer(() => $$"""{"token":"t{{++tokens}}"}""", header => header == $"Bearer {good}");
        using var api = Api(server);

        (await api.ServesBlobAsync(s_a, s_blob, CancellationToken.None)).ShouldBeTrue();
        good = "t2";
        (await api.ServesBlobAsync(s_a, s_blob, CancellationToken.None)).ShouldBeTrue();
        tokens.ShouldBe(2);
    }

    [Fact]
    public async Task An_identity_token_is_exchanged_in_the_body_of_a_request()
    {
        await using var server = TokenServer(() => """{"access_token":"t","expires_in":300.5}""");
        using var api = new RegistryApi(new RegistryApiOptions(server.Url) { Credential = new Credential("", "refresh") });

        (await api.ServesBlobAsync(s_a, s_blob, CancellationToken.None)).ShouldBeTrue();
        var asked = server.Requests.Single(request => request.Target.StartsWith("/token", StringComparison.Ordinal));
        asked.ShouldSatisfyAllConditions(
            request => request.Method.ShouldBe("POST"),
            request => request.Authorization.ShouldBeNull(),
            request => Uri.UnescapeDataString(request.Body).ShouldBe("grant_type=refresh_token&service=the+registry&scope=repository:a:pull&refresh_token=refresh&client_id=registry-cleaner"));
    }

    [Theory]
    [InlineData(401, "{}", "refused with status 401 what the user 'user' asked for")]
    [InlineData(200, "{}", "without a token")]
    [InlineData(200, "[]", "without a token")]
    [InlineData(200, "<html>", "without a token")]
    [InlineData(200, """{"token":""}""", "without a token")]
    public async Task A_token_service_that_gives_no_token_is_named(int status, string body, string said)
    {
        await using var server = TokenServer(() => body, status: status);
        using var api = Api(server);

        (await Should.ThrowAsync<RegistryApiException>(() => api.ServesBlobAsync(s_a, s_blob, CancellationToken.None))).Message.ShouldContain(said);
    }

    [Theory]
    [InlineData("Bearer realm=\"ftp://localhost/token\"")]
    [InlineData("Bearer realm=\"/token\"")]
    [InlineData("Negotiate")]
    public async Task What_cannot_be_answered_is_a_refusal(string challenge)
    {
        await using var server = ToyServer.Of(ToyAnswer.Unauthorized(challenge));
        using var api = Api(server);

        await Should.ThrowAsync<RegistryApiException>(() => api.AnswersAsync(CancellationToken.None));
        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public void Credentials_do_not_go_over_plain_HTTP_to_another_machine()
    {
        var options = new RegistryApiOptions(new Uri("http://registry.example.com")) { Credential = s_credential };

        var e = Should.Throw<CleanerException>(() => new RegistryApi(options).Dispose());
        e.ExitCode.ShouldBe(ExitCode.BadInput);
        e.Message.ShouldContain("--insecure");
        Should.NotThrow(() => new RegistryApi(options with { Insecure = true }).Dispose());
        Should.NotThrow(() => new RegistryApi(options with { Credential = null }).Dispose());
        Should.NotThrow(() => new RegistryApi(options with { Url = new Uri("https://registry.example.com") }).Dispose());
    }

    [Fact]
    public async Task Nor_do_they_to_a_token_service_on_another_machine()
    {
        await using var server = ToyServer.Of(ToyAnswer.Unauthorized("Bearer realm=\"http://auth.example.com/token\""));
        using var api = new RegistryApi(new RegistryApiOptions(server.Url) { Credential = s_credential, IsOwnAddress = true });

        (await Should.ThrowAsync<RegistryApiException>(() => api.AnswersAsync(CancellationToken.None))).Message.ShouldContain("in plain text");
        server.Requests.Count.ShouldBe(1);
    }

    private static RegistryApi Api(ToyServer server) => new(new RegistryApiOptions(server.Url) { Credential = s_credential });

    private static ToyServer TokenServer(Func<string> token, Func<string?, bool>? isGood = null, int status = 200)
    {
        ToyServer? server = null;
        return server = new ToyServer(request => request.Target.StartsWith("/token", StringComparison.Ordinal) ? new ToyAnswer(status, token())
            : (isGood ?? (header => header?.StartsWith("Bearer t", StringComparison.Ordinal) == true))(request.Authorization) ? ToyAnswer.Ok()
            : ToyAnswer.Unauthorized($"Bearer realm=\"http://localhost:{server!.Port}/token?x=1\",service=\"the registry\",scope=\"repository:x:pull\""));
    }
}
