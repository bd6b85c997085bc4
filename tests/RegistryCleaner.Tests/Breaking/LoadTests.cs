using RegistryCleaner.Tests.Pruning;

namespace RegistryCleaner.Tests.Breaking;

/// <summary>Eight cleaners on one store: one works, the others wait or are refused, and nothing is lost.</summary>
public class LoadTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    public async Task Of_eight_cleaners_at_once_one_works_and_the_others_wait_or_are_refused(int timeoutInSeconds)
    {
        using var scene = new PruneScene();
        var kept = scene.Oracle.Tags.Keys.Except(["team/app:1.0", "team/app:2.0", "team/gone:1", "team/gone:2", "team/last/one:1"]).Order(StringComparer.Ordinal).ToList();
        var exits = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(async () =>
        {
            try
            {
                var options = new CleanImagesOptions { Images = [PruneScene.Images[number % PruneScene.Images.Length]], RegistryRoot = scene.Store.RootDirectory, LockTimeout = TimeSpan.FromSeconds(timeoutInSeconds) };
                return (await new Cleaner().CleanImagesAsync(options)).ExitCode;
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
    }
}
