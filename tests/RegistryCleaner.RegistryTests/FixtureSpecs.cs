using CliWrap;
using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests;

// Proves the ground that the other tests stand on: a real registry, real clients, and a pull that notices what is missing.
public class FixtureSpecs
{
    private const string Store = "/var/lib/registry/docker/registry/v2";

    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task I_can_push_with_skopeo_and_pull_whole_from_a_registry_in_docker(int version)
    {
        await using var registry = await RegistryContainer.StartAsync("docker", version);
        await PushAndPullAsync(registry);
    }

    [PodmanTheory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task I_can_push_with_skopeo_and_pull_whole_from_a_registry_in_podman(int version)
    {
        await using var registry = await RegistryContainer.StartAsync("podman", version);
        await PushAndPullAsync(registry);
    }

    private static async Task PushAndPullAsync(RegistryContainer registry)
    {
        var client = registry.Client;
        var oci = ImageBuilder.Image("oci", layers: ImageBuilder.Layers("oci", 100, 200_000));
        var docker = ImageBuilder.Image("docker", ManifestFormat.Docker, layers: oci.Layers[1]);

        (await client.PushWithSkopeoAsync(oci, "a", "1.0")).ShouldBe(oci.Digest);
        await client.PushWithSkopeoAsync(docker, "a/b", "2.0");
        await client.PushWithSkopeoAsync(docker, "a/b", "1.0");

        (await client.CatalogAsync()).ShouldBe(["a", "a/b"]);
        (await client.TagsAsync("a/b")).ShouldBe(["1.0", "2.0"]);
        (await client.TagsAsync("c")).ShouldBeNull();
        (await client.HeadManifestAsync("a", "1.0")).ShouldBe(oci.Digest);
        (await client.HeadManifestAsync("a", "2.0")).ShouldBeNull();
        (await client.PullWholeAsync("a", oci.Digest)).ShouldBe(oci.Digest);
        (await client.PullWholeAsync("a/b", "2.0")).ShouldBe(docker.Digest);
        await client.PullWithSkopeoAsync("a", "1.0");
        await client.PullWithSkopeoAsync("a/b", docker.Digest);
    }

    [DockerFact]
    public async Task I_can_push_and_pull_with_docker()
    {
        await using var registry = await RegistryContainer.StartAsync();
        var client = registry.Client;

        var digest = await client.PushWithDockerAsync(ImageBuilder.Image("by docker", layers: ImageBuilder.Layers("by docker", 10, 50_000)), "a", "1.0");

        (await client.PullWholeAsync("a", "1.0")).ShouldBe(digest);
        await client.PullWithDockerAsync("a", "1.0");
        await client.PullWithDockerAsync("a", digest);
        await Should.ThrowAsync<Exception>(() => client.PullWithDockerAsync("a", "2.0"));
    }

    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task I_can_push_an_index_in_both_formats(int version)
    {
        await using var registry = await RegistryContainer.StartAsync("docker", version);
        var client = registry.Client;

        foreach (var format in Enum.GetValues<ManifestFormat>())
        {
            var index = ImageBuilder.TwoPlatformIndex("index", format);
            await client.PushWithSkopeoAsync(index, "a", $"{format}");

            (await client.PullWholeAsync("a", $"{format}")).ShouldBe(index.Digest);
            (await client.HeadManifestAsync("a", index.Children[1].Digest)).ShouldBe(index.Children[1].Digest);
            (await client.GetManifestAsync("a", $"{format}")).ShouldNotBeNull().MediaType.ShouldBe(index.MediaType);
            await client.PullWithSkopeoAsync("a", $"{format}");
            await client.PullWithDockerAsync("a", $"{format}");
        }
    }

    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task I_can_push_a_referrer_and_an_untagged_manifest(int version)
    {
        await using var registry = await RegistryContainer.StartAsync("docker", version);
        var client = registry.Client;
        var image = ImageBuilder.Image("image");
        var untagged = ImageBuilder.Image("untagged");
        var referrer = ImageBuilder.Artifact("signature", image);

        await client.PushAsync(image, "a", "1.0");
        (await client.PushAsync(untagged, "a")).ShouldBe(untagged.Digest);
        (await client.PushAsync(referrer, "a")).ShouldBe(referrer.Digest);

        (await client.TagsAsync("a")).ShouldBe(["1.0"]);
        (await client.PullWholeAsync("a", untagged.Digest)).ShouldBe(untagged.Digest);
        (await client.PullWholeAsync("a", referrer.Digest)).ShouldBe(referrer.Digest);
    }

    [DockerFact]
    public async Task A_pull_notices_a_blob_that_is_only_in_the_cache_or_was_changed()
    {
        await using var registry = await RegistryContainer.StartAsync();
        var client = registry.Client;
        var image = ImageBuilder.Image("image", layers: ImageBuilder.Layers("image", 5_000, 10));
        await client.PushAsync(image, "a", "1.0");
        await client.PullWholeAsync("a", "1.0");
        var layer = $"{Store}/blobs/sha256/{image.Blobs[1].Hex[..2]}/{image.Blobs[1].Hex}/data";

        await registry.ExecAsync("mv", layer, "/tmp/data");
        (await Should.ThrowAsync<IncompletePullException>(() => client.PullWholeAsync("a", "1.0"))).Message.ShouldContain(image.Blobs[1].Digest);

        await registry.ExecAsync("mv", "/tmp/data", layer);
        await client.PullWholeAsync("a", "1.0");

        await registry.ExecAsync("sh", "-c", $"printf x | dd of={layer} conv=notrunc");
        (await Should.ThrowAsync<IncompletePullException>(() => client.PullWholeAsync("a", "1.0"))).Message.ShouldContain("has the digest");
    }

    [DockerFact]
    public async Task I_can_use_the_tools_of_the_official_image_through_docker()
    {
        await using var registry = await RegistryContainer.StartAsync("docker");
        await UseToolsAsync(registry);
    }

    [PodmanFact]
    public async Task I_can_use_the_tools_of_the_official_image_through_podman()
    {
        await using var registry = await RegistryContainer.StartAsync("podman");
        await UseToolsAsync(registry);
    }

    private static async Task UseToolsAsync(RegistryContainer registry)
    {
        var image = ImageBuilder.Image("image");
        await registry.Client.PushAsync(image, "a", "1.0");
        var link = $"{Store}/repositories/a/_manifests/tags/1.0/current/link";

        var found = await registry.ExecAsync("find", Store, "-type", "f", "-name", "data");
        found.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(3);
        (await registry.ExecAsync("stat", "-c", "%s %n", link)).StandardOutput.ShouldBe($"71 {link}\n");
        (await registry.ExecAsync(["xargs", "-0", "cat"], PipeSource.FromString($"{link}\0"))).StandardOutput.ShouldBe(image.Digest);
        (await registry.ExecAsync(["head", "-c", "3"], PipeSource.FromString("abcdef"))).StandardOutput.ShouldBe("abc");
        (await registry.ExecAsync("flock", "-n", "/tmp/lock", "echo", "locked")).StandardOutput.ShouldBe("locked\n");
        (await registry.ExecAsync(["sh", "-c", "exit 3"], PipeSource.Null, CommandResultValidation.None)).ExitCode.ShouldBe(3);
    }

    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_registry_can_collect_its_garbage(int version)
    {
        await using var registry = await RegistryContainer.StartAsync("docker", version);
        var client = registry.Client;
        var kept = ImageBuilder.Image("kept");
        var untagged = ImageBuilder.Image("untagged");
        await client.PushAsync(kept, "a", "1.0");
        await client.PushAsync(untagged, "a");

        await registry.ExecAsync("/bin/registry", "garbage-collect", "--delete-untagged", registry.ConfigurationPath);
        await registry.RestartAsync();

        (await client.PullWholeAsync("a", "1.0")).ShouldBe(kept.Digest);
        (await client.HeadManifestAsync("a", untagged.Digest)).ShouldBeNull();
    }

    [DockerFact]
    public Task A_registry_in_docker_keeps_its_images_in_a_directory_of_the_host_while_it_is_stopped() => StopAndStartAsync("docker");

    [PodmanFact]
    public Task A_registry_in_podman_keeps_its_images_in_a_directory_of_the_host_while_it_is_stopped() => StopAndStartAsync("podman");

    private static async Task StopAndStartAsync(string engine)
    {
        using var directory = new TemporaryDirectory();
        await using var registry = await RegistryContainer.StartAsync(engine, options: new() { HostDirectory = directory.Path });
        await registry.Client.PushAsync(ImageBuilder.Image("image"), "a", "1.0");

        await registry.StopAsync();
        File.Exists(directory.File("docker/registry/v2/repositories/a/_manifests/tags/1.0/current/link")).ShouldBeTrue();
        await Should.ThrowAsync<HttpRequestException>(() => registry.Client.CatalogAsync());

        await registry.StartAgainAsync();
        await registry.Client.PullWholeAsync("a", "1.0");
        await registry.RestartAsync();
        await registry.Client.PullWholeAsync("a", "1.0");
    }
}
