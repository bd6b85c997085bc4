using System.Text;
using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests.Live;

// A registry that wants to know who asks, and a secret that nobody else gets to see.
public sealed class AccessSpecs : IDisposable
{
    private const string Password = "Sesame-9f2c";

    // As `htpasswd -nbB user` prints it.
    private const string Htpasswd = "user:$2y$05$abcdefghijklmnopqrstuuia3fgoG158DcVHOnyM3xqF1xqHTRHsi\n";

    private static readonly string Encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes($"user:{Password}"));

    private static readonly string[] Secrets = [Password, Encoded, Convert.ToBase64String(Encoding.UTF8.GetBytes(Password))];

    private readonly TemporaryDirectory directory = new();

    [DockerFact]
    public async Task Credentials_come_from_the_environment_a_file_or_docker_login_and_are_seen_nowhere()
    {
        File.WriteAllText(directory.File("htpasswd"), Htpasswd);
        File.WriteAllText(directory.File("password"), Password + "\n");
        await using var second = await SecondRegistry.StartAsync(
            new Dictionary<string, string> { ["REGISTRY_AUTH_HTPASSWD_REALM"] = "tests", ["REGISTRY_AUTH_HTPASSWD_PATH"] = directory.File("htpasswd") }, directory.Path);
        using var wrapper = new EngineWrapper("""echo "$*" >>"$0.words" """);
        var login = new Dictionary<string, string> { ["DOCKER_CONFIG"] = directory.Path };

        var refused = await RunAsync(second, wrapper, login);
        refused.ShouldEndWith(4).Error.ShouldContain("without credentials; give --registry-user");
        (await RunAsync(second, wrapper, new() { ["REGISTRY_CLEANER_PASSWORD"] = Password + "x" }, "--registry-user", "user")).ShouldEndWith(4).Error.ShouldContain("to the user 'user'");

        (await RunAsync(second, wrapper, new() { ["REGISTRY_CLEANER_PASSWORD"] = Password }, "--registry-user", "user", "--dry-run")).ShouldEndWith(0).Error.ShouldNotContain("refused");
        (await RunAsync(second, wrapper, [], "--registry-user", "user", "--registry-password-file", directory.File("password"), "--dry-run")).ShouldEndWith(0).Error.ShouldNotContain("refused");

        File.WriteAllText(directory.File("config.json"), $$"""{"auths": {"localhost:{{second.Registry.Port}}": {"auth": "{{Encoded}}"} } }""");
        (await RunAsync(second, wrapper, login, "--dry-run", "--plan-out", directory.File("plan.json"))).ShouldEndWith(0);
        (await RunAsync(second, wrapper, login)).ShouldEndWith(0).Error.ShouldContain("goes on serving");
        foreach (var file in new DirectoryInfo(Path.GetDirectoryName(Path.GetDirectoryName(second.Scene.Store.Trash)!)!).GetFiles("*", SearchOption.AllDirectories).Select(file => file.FullName).Concat(Directory.GetFiles(directory.Path, "plan*")))
            Secrets.ShouldAllBe(secret => !File.ReadAllText(file).Contains(secret), file);
        await second.ShouldHoldAsync("app:kept");
    }

    public void Dispose() => directory.Dispose();

    // With everything that can be logged, and whatever commands it runs.
    private static async Task<CleanerResult> RunAsync(SecondRegistry second, EngineWrapper wrapper, Dictionary<string, string> environment, params string[] words)
    {
        environment.TryAdd("DOCKER_CONFIG", "/nowhere");
        var result = await CleanerProcess.RunAsync(["app:old", .. second.Where, .. wrapper.Words, "--log", "debug", .. words], environment);
        var commands = wrapper.TakeLines("words");
        commands.ShouldNotBeEmpty();
        foreach (var secret in Secrets)
        {
            result.Error.ShouldNotContain(secret);
            result.Output.ShouldNotContain(secret);
            commands.ShouldAllBe(line => !line.Contains(secret));
        }

        return result;
    }
}
