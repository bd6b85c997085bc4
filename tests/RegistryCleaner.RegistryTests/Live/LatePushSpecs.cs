using RegistryCleaner.RegistryTests.Fixture;
using Xunit.Abstractions;

namespace RegistryCleaner.RegistryTests.Live;

// The registry has found everything there that a manifest needs, and stores the manifest when it is gone.
public class LatePushSpecs(ITestOutputHelper output)
{
    private static readonly Moment[] Releases = [Moment.AfterRevision, Moment.Forgotten, Moment.BeforeCheck, Moment.BeforeData, Moment.AfterData, Moment.LastSettling];

    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public Task A_manifest_that_is_stored_after_what_it_needs_went_can_be_pulled(int version) =>
        Attack.ShouldFailAsync(version, output, Releases.Length, round => StoreLateAsync(round, Releases[round.Number % Releases.Length]));

    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public Task One_that_is_stored_after_the_run_can_be_pulled_after_the_next(int version) =>
        Attack.ShouldFailAsync(version, output, 1, round => StoreLateAsync(round, Moment.Ended), mayHealLater: true);

    [DockerTheory]
    [InlineData(Moment.AfterRevision)]
    [InlineData(Moment.AfterData)]
    public Task Without_a_second_look_it_cannot(Moment release) =>
        Attack.ShouldBiteAsync(2, output, LiveSteps.SecondLook, 1, round => StoreLateAsync(round, release));

    // It is stored in the time that requests are given to end, or after the run where they are given none.
    [DockerFact]
    public Task Without_the_time_to_end_it_cannot() =>
        Attack.ShouldBiteAsync(2, output, LiveSteps.Settle, 1, round => StoreLateAsync(round, Moment.LastSettling));

    private static async Task StoreLateAsync(Round round, Moment release)
    {
        var old = round.Image("old");
        await round.Client.PushAsync(old, round.Repository, "old");
        await round.Client.PushAsync(round.Image("gone"), round.Repository, "gone");
        HeldRequest? late = null;
        round.At(Moment.BeforeRevision, () =>
        {
            late = round.Hold(round.Scene.Store.Revision(round.Repository, old.Digest), () => round.PushAsync(
                old, round.Repository, "late", () => round.Client.PutManifestAsync(round.Repository, "late", old.Bytes, old.MediaType)));
            return Task.CompletedTask;
        }, old);
        round.At(release, () => round.ReleaseAsync(late!), release == Moment.AfterRevision ? old : null);

        await round.PruneAsync($"{round.Repository}:old", $"{round.Repository}:gone");
    }
}
