using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;
using Xunit.Abstractions;

namespace RegistryCleaner.RegistryTests;

// Our own collector on real stores: what it says, what it does, and what the registry then says.
public class CollectorSpecs(ITestOutputHelper output)
{
    private static readonly string[] Command = ["GarbageCollect", "--delete-untagged", "--uploads-older-than", "1d", "--output", "json"];

    [DockerTheory]
    [InlineData(RegistryScene.DockerExec, 2)]
    [InlineData(RegistryScene.DockerExec, 3)]
    [InlineData(RegistryScene.MountedDirectory, 2)]
    public Task What_nothing_needs_goes_as_the_dry_run_said_and_everything_else_stays_whole(string wayIn, int version) => CollectAsync(wayIn, version);

    [PodmanFact]
    public Task What_nothing_needs_goes_as_the_dry_run_said_and_everything_else_stays_whole_through_podman_exec() => CollectAsync(RegistryScene.PodmanExec, 2);

    // A call into a container costs far more than a file does: how many there are must not depend on the store.
    [DockerFact]
    public async Task The_number_of_calls_into_the_container_does_not_grow_with_the_store()
    {
        await using var scene = await RegistryScene.StartAsync(cache: false);
        using var engine = new EngineWrapper("printf '%s\\n' \"$1\" >> \"$0.calls\"");

        await PushAsync(scene, 1);
        var few = await CountAsync(scene, engine);
        await PushAsync(scene, 20);
        var many = await CountAsync(scene, engine);

        output.WriteLine($"{few.Dry} calls in a dry run, {few.Real} in a real one");
        many.ShouldBe(few);
    }

    private static async Task CollectAsync(string wayIn, int version)
    {
        await using var scene = await RegistryScene.StartAsync(wayIn, version, cache: false);
        await MixedStore.MakeAsync(scene);
        scene.Store.AddBlob("pushed just now"u8.ToArray());
        var before = scene.Store.BlobSizes();
        var fingerprint = scene.Store.Fingerprint();

        var dry = (await scene.RunAsync([.. Command, "--dry-run"])).ShouldEndWith(0);
        scene.Store.Fingerprint().ShouldBe(fingerprint);
        var real = (await scene.RunAsync(Command)).ShouldEndWith(0);

        CleanerResult.Items(real.Json, "removed").ShouldBe(CleanerResult.Items(dry.Json, "planned"));
        real.Json.GetProperty("collection").GetRawText().ShouldBe(dry.Json.GetProperty("collection").GetRawText());
        (real.Collected("tags"), real.Collected("manifests"), real.Collected("uploads"), real.Collected("recentBlobs")).ShouldBe((1, 6, 1, 1));
        var after = scene.Store.BlobSizes();
        real.Collected("bytes").ShouldBe(before.Values.Sum() - after.Values.Sum());
        real.Collected("blobs").ShouldBe(before.Count - after.Count);
        after.Keys.Order().ShouldBe((await scene.BlobsOfAsync(MixedStore.Kept)).Append(BuiltBlob.DigestOf("pushed just now"u8)).Order());

        await scene.ShouldHoldAsync(MixedStore.KeptTags);
        await scene.ShouldPullWholeAsync(MixedStore.KeptWithoutTag);
        await scene.ShouldNotKnowAsync(MixedStore.Removed);
        await scene.Client.PullWithSkopeoAsync("app", "multi");
        scene.Store.UnfinishedRuns().ShouldBeEmpty();
        CleanerResult.Items((await scene.RunAsync([.. Command, "--dry-run"])).ShouldEndWith(0).Json, "planned").ShouldBeEmpty();
    }

    // In each repository an image, an index, and what has no tag.
    private static async Task PushAsync(RegistryScene scene, int repositories)
    {
        for (var i = 0; i < repositories; i++)
        {
            var name = $"{repositories}/{i}";
            await scene.Client.PushAsync(ImageBuilder.Image(name), name, "1");
            await scene.Client.PushAsync(ImageBuilder.TwoPlatformIndex(name), name, "2");
            await scene.Client.PushAsync(ImageBuilder.Image($"{name}, untagged"), name);
        }

        scene.Store.Age(TimeSpan.FromDays(2));
    }

    private static async Task<(int Dry, int Real)> CountAsync(RegistryScene scene, EngineWrapper engine)
    {
        var dry = (await scene.RunAsync([.. Command, "--dry-run", .. engine.Words])).ShouldEndWith(0);
        var dryCalls = engine.TakeLines("calls").Count(verb => verb == "exec");
        var real = (await scene.RunAsync([.. Command, .. engine.Words])).ShouldEndWith(0);
        real.Collected("manifests").ShouldBe(dry.Collected("manifests"));
        real.Collected("manifests").ShouldBeGreaterThan(0);
        return (dryCalls, engine.TakeLines("calls").Count(verb => verb == "exec"));
    }
}
