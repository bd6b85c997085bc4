using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CliWrap.Buffered;
using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests.Live;

// Whether somebody serves the store, said in one line, and refused with the ways out where a prune could not be made safe.
public sealed class ServingSpecs : IDisposable
{
    internal static readonly string[] WaysOut = ["--restart", "--offline"];

    private readonly TemporaryDirectory directory = new();

    [DockerFact]
    public async Task A_registry_that_lets_its_cache_be_emptied_goes_on_serving()
    {
        await using var scene = await PushedAsync();

        (await RunAsync(scene)).ShouldEndWith(0).Error.ShouldContain($"The registry at http://localhost:{scene.Registry.Port}/ goes on serving; it is told what to forget");
        await scene.ShouldHoldAsync(["app:kept"]);
    }

    [DockerFact]
    public async Task One_without_a_cache_has_nothing_to_forget()
    {
        await using var scene = await PushedAsync(cache: false);

        (await RunAsync(scene)).ShouldEndWith(0).Error.ShouldContain("goes on serving; it has no cache");
        await scene.ShouldHoldAsync(["app:kept"]);
    }

    [DockerFact]
    public async Task One_without_deletes_is_refused_and_a_dry_run_says_so_and_offline_overrides()
    {
        await using var scene = await RegistryScene.StartAsync();
        await scene.Client.PushAsync(ImageBuilder.Image("old"), "app", "old");
        var before = scene.Store.Fingerprint();

        var refused = (await RunAsync(scene)).ShouldEndWith(4);
        foreach (var way in (string[])[.. WaysOut, "REGISTRY_STORAGE_DELETE_ENABLED=true"])
            refused.Error.ShouldContain(way);
        (await RunAsync(scene, "--dry-run")).ShouldEndWith(0).Error.ShouldContain("A real run would be refused: The registry at");
        scene.Store.Fingerprint().ShouldBe(before);

        (await RunAsync(scene, "--offline")).ShouldEndWith(0).Error.ShouldContain("as --offline says");
        scene.Store.Images().ShouldBeEmpty();
    }

    [DockerFact]
    public async Task One_that_is_read_only_cannot_be_pushed_to()
    {
        await using var second = await SecondRegistry.StartAsync(Environment("REGISTRY_STORAGE_MAINTENANCE_READONLY", """{"enabled":true}"""));

        (await CleanerInside.RunAsync(["app:old", .. second.Where])).ShouldEndWith(0).Error.ShouldContain("is read-only");
        await second.ShouldHoldAsync("app:kept");
    }

    [DockerFact]
    public async Task Its_address_may_have_a_prefix()
    {
        await using var second = await SecondRegistry.StartAsync(Environment("REGISTRY_HTTP_PREFIX", "/team/"));

        (await CleanerInside.RunAsync(["app:old", .. second.Where])).ShouldEndWith(0).Error.ShouldContain($"http://localhost:{second.Registry.Port}/team goes on serving");
        await second.ShouldHoldAsync("app:kept");
    }

    [DockerFact]
    public async Task Its_address_may_want_TLS_and_a_certificate_of_its_own_will_do_there()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=registry", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        File.WriteAllText(directory.File("cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(directory.File("key.pem"), key.ExportPkcs8PrivateKeyPem());
        await using var second = await SecondRegistry.StartAsync(
            new Dictionary<string, string> { ["REGISTRY_HTTP_TLS_CERTIFICATE"] = directory.File("cert.pem"), ["REGISTRY_HTTP_TLS_KEY"] = directory.File("key.pem") }, directory.Path);
        string[] given = ["--registry-url", $"https://localhost:{second.Registry.Port}"];

        // An address that was given has to show who it is.
        (await CleanerInside.RunAsync(["app:old", .. second.Where, .. given])).ShouldEndWith(4).Error.ShouldContain("certificate");
        (await CleanerInside.RunAsync(["app:old", "--dry-run", .. second.Where, .. given, "--insecure"])).ShouldEndWith(0).Error.ShouldNotContain("refused");

        (await CleanerInside.RunAsync(["app:old", .. second.Where])).ShouldEndWith(0).Error.ShouldContain($"https://localhost:{second.Registry.Port}/ goes on serving");
        await second.ShouldHoldAsync("app:kept");
    }

    // A registry does not start without one: that none was found says nothing of its cache.
    [DockerFact]
    public async Task One_whose_configuration_is_not_found_is_refused()
    {
        await using var scene = await PushedAsync();
        await scene.Registry.StopAsync();
        using var empty = new TemporaryDirectory();
        File.WriteAllText(directory.File("my.yml"), "version: 0.1\nstorage: {cache: {blobdescriptor: inmemory}, delete: {enabled: true}, filesystem: {rootdirectory: /var/lib/registry}}\n");
        var (engine, image) = (ContainerEngine.Docker, (await RegistryImages.FindAsync(ContainerEngine.Docker, 2)).Name!);
        var name = $"{scene.Registry.Name}-elsewhere";
        await engine.Command(
        [
            "run", "--detach", "--name", name, "--network", "host", "--env", $"REGISTRY_HTTP_ADDR=127.0.0.1:{scene.Registry.Port}", "--volume", $"{scene.Store.Root}:/var/lib/registry",
            "--volume", $"{empty.Path}:/etc/docker/registry:ro", "--volume", $"{directory.Path}:/own:ro", "--workdir", "/own", image, "serve", "my.yml",
        ]).ExecuteBufferedAsync();
        try
        {
            string[] command = ["app:old", "--registry-container", name, "--registry-url", $"http://{scene.Registry.Host}", "--settle", "1s"];
            (await CleanerInside.RunAsync(command)).ShouldEndWith(4).Error.ShouldContain("its configuration was not found");
            await scene.ShouldHoldAsync(["app:kept", "app:old"]);

            (await CleanerInside.RunAsync([.. command, "--registry-config", "/own/my.yml"])).ShouldEndWith(0).Error.ShouldContain("told what to forget");
            await scene.ShouldHoldAsync(["app:kept"]);
        }
        finally
        {
            await engine.Command(["rm", "-f", "-v", name]).ExecuteBufferedAsync();
        }
    }

    [DockerFact]
    public async Task Two_registries_on_one_store_are_refused()
    {
        await using var scene = await PushedAsync();
        await using var other = await RegistryContainer.StartAsync(options: new() { HostDirectory = scene.Store.Root, DeleteEnabled = true });

        var refused = (await RunAsync(scene)).ShouldEndWith(4);
        refused.Error.ShouldContain($"Another container, '{other.Name}', serves the same store");
        refused.Error.ShouldNotContain("--restart");

        // Stopping the one stops no other.
        var started = await scene.Registry.StartedAtAsync();
        (await RunAsync(scene, "--restart")).ShouldEndWith(4).Error.ShouldContain("serves the same store");
        (await scene.Registry.StartedAtAsync()).ShouldBe(started);
        await scene.Registry.StopAsync();
        (await RunAsync(scene)).ShouldEndWith(4).Error.ShouldContain("serves the same store");

        await scene.Registry.StartAgainAsync();
        await other.StopAsync();

        // What does not look like one may be a backup's, and may be one all the same.
        var (beside, engine) = ($"{other.Name}-beside", ContainerEngine.Docker);
        await engine.Command(["commit", other.Name, beside]).ExecuteBufferedAsync();
        try
        {
            await engine.Command(["run", "--detach", "--name", beside, "--volume", $"{scene.Store.Root}:/data", "--entrypoint", "sleep", beside, "600"]).ExecuteBufferedAsync();
            (await RunAsync(scene)).ShouldEndWith(0).Error.ShouldContain($"The store is mounted in '{beside}' as well");
        }
        finally
        {
            await engine.Command(["rm", "-f", beside]).ExecuteBufferedAsync();
            await engine.Command(["rmi", beside]).ExecuteBufferedAsync();
        }

        await scene.ShouldHoldAsync(["app:kept"]);
    }

    // Told to forget, it would delete what it holds of the same image, and the right one would remember it.
    [DockerFact]
    public async Task An_address_at_which_another_store_is_served_is_refused()
    {
        await using var scene = await PushedAsync();
        await using var other = await PushedAsync();

        (await RunAsync(scene, "--registry-url", $"http://{other.Registry.Host}")).ShouldEndWith(4).Error.ShouldContain("serves another store");
        foreach (var each in new[] { scene, other })
            await each.ShouldHoldAsync(["app:kept", "app:old"]);

        (await RunAsync(scene, "--registry-url", $"http://{scene.Registry.Host}")).ShouldEndWith(0);
        await scene.ShouldHoldAsync(["app:kept"]);
        // It was found out by an upload that was taken back.
        Directory.GetFileSystemEntries(Path.Combine(scene.Store.Registry, "v2/repositories/app/_uploads")).ShouldBeEmpty();
    }

    public void Dispose() => directory.Dispose();

    private static async Task<RegistryScene> PushedAsync(bool cache = true)
    {
        var scene = await RegistryScene.StartAsync(cache: cache, live: true);
        await scene.Client.PushAsync(ImageBuilder.Image("old"), "app", "old");
        await scene.Client.PushAsync(ImageBuilder.Image("kept"), "app", "kept");
        return scene;
    }

    private static Task<CleanerResult> RunAsync(RegistryScene scene, params string[] words) => CleanerInside.RunAsync(["app:old", .. scene.Where, "--settle", "1s", .. words]);

    private static Dictionary<string, string> Environment(string name, string value) => new() { [name] = value };
}
