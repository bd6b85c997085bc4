using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests;

// Ctrl-C stops between steps.
public class InterruptSpecs
{
    private static readonly string[] Command = ["CleanImages", "--images", .. ThirtyImages.Removed];

    [DockerTheory]
    [InlineData(RegistryScene.DockerExec)]
    [InlineData(RegistryScene.MountedDirectory)]
    public async Task An_interrupted_run_says_so_loses_nothing_and_is_completed_by_the_next(string wayIn)
    {
        await using var scene = await RegistryScene.StartAsync(wayIn, cache: false);
        await ThirtyImages.PushAsync(scene.Client);

        using var process = scene.Start(Command);
        while (scene.Store.UnfinishedRuns().Count == 0 && !process.HasEnded)
            await Task.Delay(1);
        await process.InterruptAsync();
        (await process.EndAsync()).ShouldEndWith(130).Error.ShouldContain("the next run finishes what was begun");
        await scene.ShouldPullWholeAsync([.. ThirtyImages.Kept, .. ThirtyImages.KeptWithoutTag]);

        (await scene.RunAsync(Command)).ShouldEndWith(0);
        await scene.ShouldHoldAsync(ThirtyImages.Kept);
        scene.Store.UnfinishedRuns().ShouldBeEmpty();
    }
}
