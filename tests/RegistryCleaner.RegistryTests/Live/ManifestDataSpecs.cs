using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;
using Xunit.Abstractions;

namespace RegistryCleaner.RegistryTests.Live;

// The data of manifests is freed where the registry does not remember them: 2.x remembers what was asked for, 3.x what was pushed, too.
public class ManifestDataSpecs(ITestOutputHelper output)
{
    private const int Images = 6;

    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_data_of_manifests_that_nobody_asked_for_is_freed_while_the_registry_serves(int version)
    {
        await using var scene = await RegistryScene.StartAsync(RegistryScene.MountedDirectory, version, live: true);
        var freed = new List<int>();
        foreach (var asked in new[] { 0, Images / 2, Images })
        {
            foreach (var (way, push, ask) in Ways(scene.Client))
            {
                var round = new Round(scene, freed.Count, LiveSteps.None, new AttackCounts());
                freed.Add(await PruneAsync(round, asked, push, ask));
                output.WriteLine($"{version}.x, {way}, {asked} of {Images} manifests asked for: the data of {freed[^1]} went");
            }
        }

        freed.ShouldBe(version == 2 ? [6, 6, 6, 3, 3, 3, 0, 0, 0] : Enumerable.Repeat(0, 9));
    }

    private static async Task<int> PruneAsync(Round round, int asked, Func<BuiltManifest, string, string, Task<string>> push, Func<string, string, Task> ask)
    {
        var images = Enumerable.Range(0, Images).Select(number => round.Image($"old {number}")).ToList();
        await round.Client.PushAsync(round.Image("kept"), round.Repository, "kept");
        for (var number = 0; number < Images; number++)
            await push(images[number], round.Repository, $"{number}");
        for (var number = 0; number < asked; number++)
            await ask(round.Repository, $"{number}");

        await round.PruneAsync([.. Enumerable.Range(0, Images).Select(number => $"{round.Repository}:{number}")]);

        var gone = images.Count(image => !File.Exists(round.Scene.Store.Blob(image.Digest)));
        round.Outcome.Waiting.Count.ShouldBe(Images - gone);
        return gone;
    }

    private static IEnumerable<(string Way, Func<BuiltManifest, string, string, Task<string>> Push, Func<string, string, Task> Ask)> Ways(RegistryClient client) =>
    [
        ("pushed over HTTP and pulled", (image, repository, tag) => client.PushAsync(image, repository, tag), (repository, tag) => client.PullWholeAsync(repository, tag)),
        ("pushed over HTTP and looked for", (image, repository, tag) => client.PushAsync(image, repository, tag), (repository, tag) => client.HeadManifestAsync(repository, tag)),
        ("pushed with skopeo and pulled with it", client.PushWithSkopeoAsync, client.PullWithSkopeoAsync),
    ];
}
