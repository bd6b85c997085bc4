using System.Text;
using RegistryCleaner.Api;
using RegistryCleaner.TestKit;

namespace RegistryCleaner.Tests.Api;

/// <summary>What <c>docker login</c> leaves, wherever it leaves it.</summary>
[Collection(Environments.DockerConfiguration)]
public sealed class DockerCredentialsTests : IDisposable
{
    private const string Host = "localhost:5000";

    private readonly string _directory = Directory.CreateTempSubdirectory("registry-cleaner-").FullName;
    private readonly string? _configuration = Environment.GetEnvironmentVariable("DOCKER_CONFIG");
    private readonly string? _path = Environment.GetEnvironmentVariable("PATH");

    public DockerCredentialsTests()
    {
        Environment.SetEnvironmentVariable("DOCKER_CONFIG", _directory);
        Environment.SetEnvironmentVariable("PATH", $"{_directory}{Path.PathSeparator}{_path}");
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("DOCKER_CONFIG", _configuration);
        Environment.SetEnvironmentVariable("PATH", _path);
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("""{"auths":{"localhost:5000":{"auth":"dXNlcjpwYTpzcw=="}}}""", "user", "pa:ss")]
    [InlineData("""{"auths":{"https://localhost:5000":{"auth":"dXNlcjpwYTpzcw=="}}}""", "user", "pa:ss")]
    [InlineData("""{"auths":{"https://localhost:5000/v2/":{"auth":"dXNlcjpwYTpzcw=="}}}""", "user", "pa:ss")]
    [InlineData("""{"auths":{"localhost:5000":{"auth":"PHRva2VuPjo=","identitytoken":"refresh"}}}""", "", "refresh")]
    [InlineData("""{"auths":{"localhost:5001":{"auth":"dXNlcjpwYTpzcw=="}}}""", null, null)]
    [InlineData("""{"auths":{"localhost:5000":{}}}""", null, null)]
    [InlineData("""{"auths":{"localhost:5000":{"auth":""}}}""", null, null)]
    [InlineData("""{"auths":{}}""", null, null)]
    [InlineData("""{"HttpHeaders":{}}""", null, null)]
    [InlineData("{}", null, null)]
    public async Task The_file_is_read(string json, string? user, string? secret) => (await FindAsync(json)).ShouldBe(user is null ? null : new Credential(user, secret!));

    [Fact]
    public async Task Where_there_is_no_file_there_is_no_credential() => (await DockerCredentials.FindAsync(Host, CancellationToken.None)).ShouldBeNull();

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"auths":[]}""")]
    [InlineData("""{"auths":{"localhost:5000":{"auth":"%"}}}""")]
    [InlineData("""{"credsStore":1}""")]
    public async Task A_file_that_makes_no_sense_is_named(string json) =>
        (await Should.ThrowAsync<CleanerException>(() => FindAsync(json))).ShouldSatisfyAllConditions(
            e => e.ExitCode.ShouldBe(ExitCode.BadInput),
            e => e.Message.ShouldContain(Path.Combine(_directory, "config.json")));

    [Theory]
    [InlineData("""{"credsStore":"fake"}""", "from the helper")]
    [InlineData("""{"credHelpers":{"localhost:5000":"fake"}}""", "from the helper")]
    [InlineData("""{"credHelpers":{"localhost:5000":"fake"},"auths":{"localhost:5000":{"auth":"dTpmaWxl"}}}""", "from the helper")]
    [InlineData("""{"credHelpers":{"localhost:5001":"none"},"credsStore":"fake"}""", "from the helper")]
    [InlineData("""{"credsStore":"fake","auths":{"localhost:5000":{}}}""", "from the helper")]
    [InlineData("""{"credsStore":"fake","auths":{"localhost:5000":{"auth":"dTpmaWxl"}}}""", "file")]
    public async Task A_helper_that_the_file_names_is_asked(string json, string secret)
    {
        Helper("""read -r host; [ "$1 $host" = 'get localhost:5000' ] && printf '{"ServerURL":"%s","Username":"u","Secret":"from the helper"}' "$host" """);

        (await FindAsync(json))!.Secret.ShouldBe(secret);
    }

    [Fact]
    public async Task A_helper_may_hold_an_identity_token()
    {
        Helper("""printf '{"Username":"<token>","Secret":"refresh"}'""");

        (await FindAsync("""{"credsStore":"fake"}""")).ShouldBe(new Credential("", "refresh"));
    }

    [Fact]
    public async Task A_helper_that_knows_nothing_of_the_host_is_no_error()
    {
        Helper("echo 'credentials not found in native keychain'; exit 1");

        (await FindAsync("""{"credsStore":"fake"}""")).ShouldBeNull();
    }

    [Theory]
    [InlineData("echo secret; exit 7", "exit code 7")]
    [InlineData("echo 'not JSON'", "config.json")]
    public async Task A_helper_that_fails_is_named_and_not_quoted(string script, string said)
    {
        Helper(script);

        var e = await Should.ThrowAsync<CleanerException>(() => FindAsync("""{"credsStore":"fake"}"""));
        e.Message.ShouldContain(said);
        e.Message.ShouldNotContain("secret");
    }

    [Fact]
    public async Task A_helper_that_is_not_there_is_named() =>
        (await Should.ThrowAsync<CleanerException>(() => FindAsync("""{"credsStore":"none-such"}"""))).Message.ShouldContain("'docker-credential-none-such', which is not on the PATH");

    [Fact]
    public void A_credential_does_not_show_its_secret() => $"{new Credential("user", "hidden")}".ShouldBe("the user 'user'");

    private Task<Credential?> FindAsync(string json)
    {
        File.WriteAllText(Path.Combine(_directory, "config.json"), json, new UTF8Encoding(false));
        return DockerCredentials.FindAsync(Host, CancellationToken.None);
    }

    private void Helper(string script) => FakeProgram.Write(_directory, "docker-credential-fake", script + "\n");
}
