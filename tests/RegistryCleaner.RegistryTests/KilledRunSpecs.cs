using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;
using Xunit.Abstractions;

namespace RegistryCleaner.RegistryTests;

public class KilledRunInAMountedDirectorySpecs(ITestOutputHelper output)
{
    [DockerFact]
    public Task Whenever_a_run_is_killed_nothing_is_lost_and_the_next_run_completes_it() => new KilledPrune(RegistryScene.MountedDirectory, output).KillEverywhereAsync();

    [DockerFact]
    public Task Whenever_a_collection_is_killed_nothing_is_lost_and_the_next_completes_it() => new KilledCollection(RegistryScene.MountedDirectory, output).KillEverywhereAsync();
}

public class KilledRunThroughDockerExecSpecs(ITestOutputHelper output)
{
    [DockerFact]
    public Task Whenever_a_run_is_killed_nothing_is_lost_and_the_next_run_completes_it() => new KilledPrune(RegistryScene.DockerExec, output).KillEverywhereAsync();

    [DockerFact]
    public Task Whenever_a_collection_is_killed_nothing_is_lost_and_the_next_completes_it() => new KilledCollection(RegistryScene.DockerExec, output).KillEverywhereAsync();
}

internal sealed class KilledPrune(string wayIn, ITestOutputHelper output) : KilledRun(wayIn, output)
{
    protected override IReadOnlyList<string> Command { get; } = ["CleanImages", "--images", .. ThirtyImages.Removed];

    protected override IReadOnlyList<string> Kept { get; } = [.. ThirtyImages.Kept, .. ThirtyImages.KeptWithoutTag];

    protected override IReadOnlyList<string> RemovedTags => ThirtyImages.RemovedTags;

    protected override (int OverAll, int WithJournal, int AfterIt) Kills => (Times, Times, Times - 1);

    protected override Task PushAsync(RegistryScene scene) => ThirtyImages.PushAsync(scene.Client);

    protected override async Task ShouldBeDoneAsync(RegistryScene scene)
    {
        await scene.ShouldHoldAsync(ThirtyImages.Kept);
        (await scene.Client.CatalogAsync()).ShouldBe(["last", "mirror/app", "multi/app", "team/app", "twin/app", "whole/b/nested"]);
    }
}

internal sealed class KilledCollection(string wayIn, ITestOutputHelper output) : KilledRun(wayIn, output)
{
    protected override IReadOnlyList<string> Command { get; } = ["GarbageCollect", "--delete-untagged", "--uploads-older-than", "1d"];

    protected override IReadOnlyList<string> Kept => MixedStore.Kept;

    protected override IReadOnlyList<string> RemovedTags => MixedStore.RemovedTags;

    protected override (int OverAll, int WithJournal, int AfterIt) Kills => (Times, Times, 0);

    protected override Task PushAsync(RegistryScene scene) => MixedStore.MakeAsync(scene);

    protected override async Task ShouldBeDoneAsync(RegistryScene scene)
    {
        await scene.ShouldHoldAsync(MixedStore.KeptTags);
        await scene.ShouldNotKnowAsync(MixedStore.Removed);
        Directory.EnumerateFileSystemEntries(scene.Store.Repository("team/app", "_uploads")).ShouldBeEmpty();
    }
}
