using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests.Live;

// Somebody is still reading a layer when it goes.
public class PullSpecs
{
    // More than a connection takes in before it is read.
    private const int Length = 40_000_000;

    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_layer_that_goes_while_it_is_read_is_read_to_its_end(int version)
    {
        await using var scene = await RegistryScene.StartAsync(RegistryScene.MountedDirectory, version, live: true);
        var round = new Round(scene, 0, LiveSteps.None, new AttackCounts());
        var layer = BuiltLayer.From("large", Length);
        var digest = BuiltBlob.DigestOf(layer.Compressed);
        await round.Client.PushAsync(ImageBuilder.Image("old", layers: [layer]), round.Repository, "old");
        await round.Client.PushAsync(round.Image("kept"), round.Repository, "kept");
        Stream? pull = null;
        round.At(Moment.BeforeTag, async () => pull = await round.Client.OpenBlobAsync(round.Repository, digest));

        await round.PruneAsync($"{round.Repository}:old");

        // Whoever is uploading it may have found the directory there, and rename the data into it.
        var data = scene.Store.Blob(digest);
        (File.Exists(data), Directory.Exists(Path.GetDirectoryName(data))).ShouldBe((false, true));
        scene.Store.LetTrashExpire();
        await round.RunNextAsync();
        scene.Store.UnfinishedRuns().ShouldBeEmpty();
        Directory.Exists(Path.GetDirectoryName(data)).ShouldBeFalse();
        await using (pull)
        {
            using var content = new MemoryStream();
            await pull!.CopyToAsync(content);
            BuiltBlob.DigestOf(content.ToArray()).ShouldBe(digest);
        }
    }
}
