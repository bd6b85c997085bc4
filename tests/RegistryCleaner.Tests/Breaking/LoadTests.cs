using Microsoft.Extensions.Logging.Abstractions;
using RegistryCleaner.Hosts;
using RegistryCleaner.Pruning;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;
using RegistryCleaner.Tests.Pruning;

namespace RegistryCleaner.Tests.Breaking;

/// <summary>
/// Eight cleaners on one store: one works, the others wait or are refused, and nothing is lost. Some work on the mounted directory, the
/// others as through an engine, by a shell each, with locks and fences that processes of their own hold.
/// </summary>
public class LoadTests
{
    private const int Cleaners = 8;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(300, 0)]
    [InlineData(0, 4)]
    [InlineData(300, 4)]
    public async Task Of_eight_cleaners_at_once_one_works_and_the_others_wait_or_are_refused(int timeoutInSeconds, int throughShells)
    {
        using var scene = new PruneScene();
        using var programs = new TemporaryStore();
        var kept = scene.Oracle.Tags.Keys.Except(["team/app:1.0", "team/app:2.0", "team/gone:1", "team/gone:2", "team/last/one:1"]).Where(tag => !tag.EndsWith(".sig", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        var timeout = TimeSpan.FromSeconds(timeoutInSeconds);
        ContainerEngine.TryParse(FakeProgram.Write(Path.Combine(programs.Builder.RootDirectory, "engine"), "docker", FakeProgram.EngineScript), out var engine, out _).ShouldBeTrue();
        // Each image is asked for from both sides.
        var exits = await Task.WhenAll(Enumerable.Range(0, Cleaners).Select(number => Task.Run(async () =>
        {
            var image = PruneScene.Images[number % PruneScene.Images.Length];
            try
            {
                return number < throughShells
                    ? await CleanAsync(new ContainerStoreFiles(CommandHost.InContainer(engine!, $"registry{number}"), scene.Files.Root, NullLogger.Instance), image, timeout)
                    : (await new Cleaner().CleanImagesAsync(new CleanImagesOptions { Images = [image], RegistryRoot = scene.Store.RootDirectory, LockTimeout = timeout })).ExitCode;
            }
            catch (CleanerException e)
            {
                return e.ExitCode;
            }
        })));

        exits.ShouldContain(ExitCode.Done);
        exits.ShouldAllBe(exit => exit == ExitCode.Done || (timeoutInSeconds == 0 && exit == ExitCode.Refused));
        scene.Oracle.BrokenTags.ShouldBeEmpty();
        kept.Except(scene.Oracle.Tags.Keys).ShouldBeEmpty();
        if (timeoutInSeconds > 0)
            scene.Oracle.Tags.Keys.Order(StringComparer.Ordinal).ShouldBe(kept);
        (await RunScene.PrunerOf(scene.Files).FindUnfinishedRunsAsync(CancellationToken.None)).ShouldBeEmpty();
    }

    // What CleanImages does where the store is known.
    private static async Task<ExitCode> CleanAsync(IStoreFiles files, string image, TimeSpan timeout)
    {
        var pruner = RunScene.KeepingPrunerOf(files);
        var outcome = new PruneOutcome();
        await using var theLock = await pruner.LockAsync(timeout, CancellationToken.None);
        await pruner.FinishEarlierRunsAsync(outcome, CancellationToken.None);
        await pruner.ApplyAsync(await PruneScene.PlanAsync(files, image), outcome, CancellationToken.None);
        return outcome.IsComplete ? ExitCode.Done : ExitCode.Incomplete;
    }
}
