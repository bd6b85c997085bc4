using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests;

// The main job: some images go, and every other stays whole, whatever it shares with them. The registry itself is asked.
public class PruneSpecs
{
    private static readonly BuiltLayer Base = BuiltLayer.From("base", 50_000);

    private static readonly BuiltManifest Old = Image("old");
    private static readonly BuiltManifest Twice = ImageBuilder.Image("twice", ManifestFormat.Docker, layers: [Base, BuiltLayer.From("twice")]);
    private static readonly BuiltManifest Common = ImageBuilder.Image("common", architecture: "arm64");
    private static readonly BuiltManifest OldIndex = ImageBuilder.Index(ManifestFormat.Oci, ImageBuilder.Image("old/amd64"), Common);
    private static readonly BuiltManifest NewIndex = ImageBuilder.Index(ManifestFormat.Oci, ImageBuilder.Image("new/amd64"), Common);
    private static readonly BuiltManifest List = ImageBuilder.TwoPlatformIndex("list", ManifestFormat.Docker);
    private static readonly BuiltManifest Untagged = Image("untagged");
    private static readonly BuiltManifest SignatureOfOld = ImageBuilder.Artifact("old", Old);
    private static readonly BuiltManifest SignatureOfNew = ImageBuilder.Artifact("new", NewIndex);

    private static readonly string[] Removed = ["team/app:1.0", "team/app:1.1", "team/app:1.9", "a", "docker/app:1.0", "old/only:1"];

    private static readonly string[] KeptTags =
        ["team/app:1.2", "team/app:2.0", "team/app:2.1", "a/b:1.0", "mirror:1.0", "docker/app:2.0"];

    private static readonly string[] KeptWithoutTag = [$"team/app@{Untagged.Digest}", $"team/app@{SignatureOfNew.Digest}"];

    private static readonly string[] Gone =
    [
        "team/app:1.0", $"team/app@{Old.Digest}", $"team/app@{SignatureOfOld.Digest}",
        "team/app:1.1", "team/app:1.9", $"team/app@{OldIndex.Digest}", $"team/app@{OldIndex.Children[0].Digest}",
        "a:1.0", $"a@{Old.Digest}", "docker/app:1.0", "old/only:1",
    ];

    [DockerTheory]
    [InlineData(RegistryScene.DockerExec, 2)]
    [InlineData(RegistryScene.DockerExec, 3)]
    [InlineData(RegistryScene.MountedDirectory, 2)]
    [InlineData(RegistryScene.MountedDirectory, 3)]
    public async Task What_was_asked_for_goes_and_everything_else_stays_whole(string wayIn, int version)
    {
        await using var scene = await RegistryScene.StartAsync(wayIn, version);
        await PruneAndCollectAsync(scene);
    }

    [PodmanTheory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_was_asked_for_goes_and_everything_else_stays_whole_through_podman_exec(int version)
    {
        await using var scene = await RegistryScene.StartAsync(RegistryScene.PodmanExec, version);
        await PruneAndCollectAsync(scene);
    }

    [DockerFact]
    public async Task A_dry_run_touches_nothing_and_says_exactly_what_the_real_run_then_removes()
    {
        await using var scene = await RegistryScene.StartAsync();
        await PushAsync(scene.Client);
        var before = scene.Store.Fingerprint();
        var blobs = scene.Store.BlobSizes();

        var dry = (await scene.RunProcessAsync(["CleanImages", "--images", .. Removed, "--dry-run", "--output", "json"])).ShouldEndWith(0);
        scene.Store.Fingerprint().ShouldBe(before);
        dry.Json.TryGetProperty("removed", out _).ShouldBeFalse();
        (await scene.RunProcessAsync("GarbageCollect", "--dry-run")).ShouldEndWith(0);
        scene.Store.Fingerprint().ShouldBe(before);

        var real = (await scene.RunProcessAsync(["CleanImages", "--images", .. Removed, "--output", "json"])).ShouldEndWith(0);
        CleanerResult.Items(real.Json, "removed").ShouldBe(CleanerResult.Items(dry.Json, "planned"));
        CleanerResult.Items(real.Json, "removed").ShouldContain("tags team/app:1.9");

        var freed = dry.Json.GetProperty("blobs").EnumerateArray().Where(blob => blob.GetProperty("removed").GetBoolean())
            .Select(blob => blob.GetProperty("digest").GetString()!).ToList();
        blobs.Keys.Except(scene.Store.BlobSizes().Keys).Order().ShouldBe(freed.Order());
        real.Json.GetProperty("collection").GetProperty("bytes").GetInt64().ShouldBe(dry.Json.GetProperty("bytesReclaimable").GetInt64());
    }

    private static BuiltManifest Image(string seed) => ImageBuilder.Image(seed, layers: [Base, BuiltLayer.From(seed, 3000)]);

    private static async Task PushAsync(RegistryClient client)
    {
        await client.PushWithSkopeoAsync(Old, "team/app", "1.0");
        await client.PushWithSkopeoAsync(Twice, "team/app", "1.1");
        await client.PushWithSkopeoAsync(Twice, "team/app", "1.2");
        await client.PushWithSkopeoAsync(OldIndex, "team/app", "1.9");
        await client.PushWithSkopeoAsync(NewIndex, "team/app", "2.0");
        await client.PushWithSkopeoAsync(List, "team/app", "2.1");
        await client.PushAsync(Untagged, "team/app");
        await client.PushAsync(SignatureOfOld, "team/app");
        await client.PushAsync(SignatureOfNew, "team/app");
        await client.PushWithSkopeoAsync(Old, "a", "1.0");
        await client.PushWithSkopeoAsync(Old, "a/b", "1.0");
        await client.PushWithSkopeoAsync(Old, "mirror", "1.0");
        await client.PushWithSkopeoAsync(Image("only"), "old/only", "1");
        await client.PushWithDockerAsync(Image("docker 1"), "docker/app", "1.0");
        await client.PushWithDockerAsync(Image("docker 2"), "docker/app", "2.0");
    }

    private static async Task PruneAndCollectAsync(RegistryScene scene)
    {
        await PushAsync(scene.Client);
        var dockerDigest = await scene.Client.HeadManifestAsync("docker/app", "1.0");
        var before = scene.Store.BlobSizes();

        var pruned = (await scene.RunProcessAsync(["CleanImages", "--images", .. Removed, "--collector", "none", "--output", "json"])).ShouldEndWith(0);
        await scene.Registry.RestartAsync();
        await ShouldHoldWhatWasNotAskedForAsync(scene, dockerDigest!);
        scene.Store.BlobSizes().ShouldBe(before, ignoreOrder: true);

        var collected = (await scene.RunProcessAsync("GarbageCollect", "--collector", "registry", "--output", "json")).ShouldEndWith(0);
        await scene.Registry.RestartAsync();
        await ShouldHoldWhatWasNotAskedForAsync(scene, dockerDigest!);

        var after = scene.Store.BlobSizes();
        after.Keys.Order().ShouldBe((await scene.BlobsOfAsync([.. KeptTags, .. KeptWithoutTag])).Order());
        var measured = before.Values.Sum() - after.Values.Sum();
        measured.ShouldBeGreaterThan(0);
        pruned.Json.GetProperty("bytesReclaimable").GetInt64().ShouldBe(measured);
        collected.Json.GetProperty("collection").GetProperty("bytes").GetInt64().ShouldBe(measured);

        (await scene.RunProcessAsync("GarbageCollect", "--collector", "registry", "--output", "json")).ShouldEndWith(0).Json.GetProperty("collection").GetProperty("blobs").GetInt32().ShouldBe(0);
    }

    private static async Task ShouldHoldWhatWasNotAskedForAsync(RegistryScene scene, string dockerDigest)
    {
        await scene.ShouldHoldAsync(KeptTags);
        await scene.ShouldPullWholeAsync(KeptWithoutTag);
        await scene.ShouldNotKnowAsync([.. Gone, $"docker/app@{dockerDigest}"]);
        (await scene.Client.CatalogAsync()).ShouldBe(["a/b", "docker/app", "mirror", "team/app"]);
        scene.Store.UnfinishedRuns().ShouldBeEmpty();

        // The real clients, too: an index, what shares its layers with the removed, and what an engine made.
        await scene.Client.PullWithSkopeoAsync("team/app", "2.0");
        await scene.Client.PullWithDockerAsync("team/app", "1.2");
        await scene.Client.PullWithDockerAsync("docker/app", "2.0");
        await Should.ThrowAsync<Exception>(() => scene.Client.PullWithSkopeoAsync("team/app", "1.9"));
    }
}
