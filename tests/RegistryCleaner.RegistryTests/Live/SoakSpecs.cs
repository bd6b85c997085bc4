using System.Globalization;
using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;
using Xunit.Abstractions;

namespace RegistryCleaner.RegistryTests.Live;

// docker, skopeo and plain HTTP, pushing and pulling, while images are pruned over and over.
public class SoakSpecs(ITestOutputHelper output)
{
    // How many seconds it goes on.
    private const string DurationVariable = "REGISTRY_CLEANER_SOAK";

    // Also without our program, to compare with.
    private const string OthersVariable = "REGISTRY_CLEANER_SOAK_OTHERS";

    private const int FewestTags = 5;
    private const int MostTags = 15;
    private const int DefaultSeconds = 10;

    [DockerTheory]
    [InlineData(RegistryScene.DockerExec, 2)]
    [InlineData(RegistryScene.DockerExec, 3)]
    [InlineData(RegistryScene.MountedDirectory, 2)]
    public async Task Whatever_is_kept_can_be_pulled_whole_however_much_is_pruned_while_clients_push(string wayIn, int version)
    {
        var counts = await SoakAsync(wayIn, version, SoakPruning.WithCleanerAsync);

        (counts["broken at the end"], counts["broken after a restart"], counts["pushes never accepted"]).ShouldBe((0, 0, 0));
        counts["bytes freed"].ShouldBeGreaterThan(0);
    }

    [DockerTheory]
    [InlineData("script")]
    [InlineData("registry")]
    public async Task To_compare_with_how_many_can_be_pulled_when_a_live_registry_is_pruned_otherwise(string way)
    {
        Skip.If(Environment.GetEnvironmentVariable(OthersVariable) is null, $"Only by hand, as it shows nothing about our program: {OthersVariable}=1");
        await SoakAsync(RegistryScene.DockerExec, 2, way == "script" ? SoakPruning.WithScriptAsync : SoakPruning.WithRegistryAsync);
    }

    private async Task<SoakCounts> SoakAsync(string wayIn, int version, Func<RegistryScene, IReadOnlyList<SoakTag>, int, SoakCounts, Task> prune)
    {
        await using var scene = await RegistryScene.StartAsync(wayIn, version, live: true);
        var (tags, counts) = (new SoakTags(), new SoakCounts());
        var seconds = double.TryParse(Environment.GetEnvironmentVariable(DurationVariable), CultureInfo.InvariantCulture, out var wanted) ? wanted : DefaultSeconds;
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var clients = new SoakClients(scene.Client, tags, counts, end.Token);

        await Task.WhenAll(
            clients.PushOverHttpAsync(1), clients.PushOverHttpAsync(2), clients.PushOverHttpAsync(3), clients.PushWithSkopeoAsync(4), clients.PushWithDockerAsync(5),
            clients.PullAsync(6, clients.PullOverHttpAsync), clients.PullAsync(7, tag => scene.Client.PullWithSkopeoAsync(tag.Repository, tag.Tag)),
            clients.PullAsync(8, tag => scene.Client.PullWithDockerAsync(tag.Repository, tag.Digest)),
            PruneAsync());

        counts.Add("kept", tags.Wanted().Count);
        await PullAllAsync("broken at the end");
        await scene.Registry.RestartAsync();
        await PullAllAsync("broken after a restart");
        output.WriteLine(counts.ToString());
        return counts;

        async Task PruneAsync()
        {
            // Once in any case, however slow the machine is.
            for (var number = 0; number == 0 || !end.IsCancellationRequested;)
            {
                if (tags.Take(end.IsCancellationRequested ? 1 : FewestTags, MostTags) is { Count: > 0 } taken)
                    await prune(scene, taken, number++, counts);
                else
                    await Task.Delay(100);
            }
        }

        async Task PullAllAsync(string broken)
        {
            foreach (var tag in tags.Wanted())
            {
                if (await SoakClients.IsPullableAsync(tag, clients.PullOverHttpAsync))
                    continue;
                output.WriteLine($"{tag}: {broken}");
                counts.Add(broken);
            }
        }
    }
}
