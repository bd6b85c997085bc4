using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;
using Xunit.Abstractions;

namespace RegistryCleaner.RegistryTests.Live;

// Rounds of one attack on a registry that keeps its cache from round to round. Each round has a repository of its own.
internal sealed class Attack(RegistryScene scene, LiveSteps without, PruneWay way, ITestOutputHelper output)
{
    // Says how many rounds there are, where many are wanted.
    private const string RoundsVariable = "REGISTRY_CLEANER_ROUNDS";

    private readonly AttackCounts counts = new();
    private readonly List<Round> rounds = [];

    // With all steps: whatever was accepted is there for good, and whatever was refused is accepted the next time.
    public static async Task ShouldFailAsync(int version, ITestOutputHelper output, int count, Func<Round, Task> play, bool mayHealLater = false, PruneWay way = PruneWay.Images)
    {
        await using var scene = await RegistryScene.StartAsync(RegistryScene.MountedDirectory, version, live: true);
        var attack = new Attack(scene, LiveSteps.None, way, output);
        await attack.PlayAsync(Wanted(count), play);
        await attack.EndAsync();
        var counts = attack.Report();
        (counts.BrokenForGood, counts.BrokenAtLast, counts.RefusedAgain).ShouldBe((0, 0, 0));
        if (!mayHealLater)
            counts.Broken.ShouldBe(0);
        counts.FreedBlobs.ShouldBeGreaterThan(0);
    }

    // Without the steps that are against it: something was accepted and cannot be pulled.
    public static async Task ShouldBiteAsync(int version, ITestOutputHelper output, LiveSteps without, int count, Func<Round, Task> play, PruneWay way = PruneWay.Images)
    {
        await using var scene = await RegistryScene.StartAsync(RegistryScene.MountedDirectory, version, live: true);
        var attack = new Attack(scene, without, way, output);
        await attack.PlayAsync(Wanted(count), play);
        attack.Report().Broken.ShouldBeGreaterThan(0);
    }

    private static int Wanted(int count) => int.TryParse(Environment.GetEnvironmentVariable(RoundsVariable), out var wanted) ? wanted : count;

    private async Task PlayAsync(int count, Func<Round, Task> play)
    {
        for (var number = 0; number < count; number++)
        {
            var round = new Round(scene, number, without, counts, way);
            rounds.Add(round);
            counts.Rounds++;
            await play(round);

            var broken = await CountBrokenAsync(round);
            if (broken > 0)
            {
                counts.Broken += broken;
                await round.RunNextAsync();
                counts.Healed += broken - await CountBrokenAsync(round);
            }

            await RepeatRefusedAsync(round);
            scene.Store.LetTrashExpire();
        }
    }

    // Nothing that is needed may be in the trash only, or in the registry's memory only.
    private async Task EndAsync()
    {
        await rounds[^1].RunNextAsync();
        scene.Store.UnfinishedRuns().ShouldBeEmpty();
        foreach (var round in rounds)
            counts.Broken += await CountBrokenAsync(round);
        await scene.Registry.RestartAsync();
        foreach (var round in rounds)
            counts.BrokenAtLast += await CountBrokenAsync(round);
    }

    private AttackCounts Report()
    {
        output.WriteLine($"{scene.Registry.Version}.x, {way}, without {without}: {counts}");
        return counts;
    }

    private async Task RepeatRefusedAsync(Round round)
    {
        foreach (var (repository, tag, image) in round.Refused)
        {
            try
            {
                await scene.Client.PushMissingAsync(image, repository, tag);
                round.Pushed.Add((repository, tag, image.Digest));
            }
            catch (HttpRequestException exception)
            {
                output.WriteLine(exception.Message);
                counts.RefusedAgain++;
            }
        }
    }

    private async Task<int> CountBrokenAsync(Round round)
    {
        var broken = 0;
        foreach (var (repository, tag, digest) in round.Pushed)
        {
            try
            {
                (await scene.Client.PullWholeAsync(repository, tag)).ShouldBe(digest);
            }
            catch (Exception exception) when (exception is IncompletePullException or HttpRequestException)
            {
                output.WriteLine($"Round {round.Number}: {exception.Message}");
                broken++;
            }
        }

        return broken;
    }
}
