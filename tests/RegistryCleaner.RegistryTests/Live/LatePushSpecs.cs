using RegistryCleaner.RegistryTests.Fixture;
using Xunit.Abstractions;

namespace RegistryCleaner.RegistryTests.Live;

// The registry has found everything there that a manifest needs, and stores the manifest when it is gone.
public class LatePushSpecs(ITestOutputHelper output)
{
    private static readonly Moment[] Releases = [Moment.AfterRevision, Moment.Forgotten, Moment.BeforeCheck, Moment.BeforeData, Moment.AfterData, Moment.LastSettling];

    // While a link is half written, it may mean anything, and no data goes.
    private static readonly Moment[] Halves = [Moment.AfterRevision, Moment.Forgotten, Moment.BeforeCheck, Moment.LastSettling, Moment.Ended];

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

    // A link is empty between two acts of a registry before 3.1: opened, and written.
    [DockerFact]
    public Task One_whose_tag_was_half_written_can_be_pulled() =>
        Attack.ShouldFailAsync(2, output, Halves.Length, round => WriteByHalvesAsync(round, Halves[round.Number % Halves.Length]));

    [DockerFact]
    public Task Without_a_second_look_one_whose_tag_was_half_written_cannot() =>
        Attack.ShouldBiteAsync(2, output, LiveSteps.SecondLook, 1, round => WriteByHalvesAsync(round, Moment.AfterRevision));

    private static async Task WriteByHalvesAsync(Round round, Moment written)
    {
        var old = round.Image("old");
        await round.Client.PushAsync(old, round.Repository, "old");
        await round.Client.PushAsync(round.Image("gone"), round.Repository, "gone");
        var link = round.Scene.Store.TagLink(round.Repository, "late");
        round.At(Moment.BeforeRevision, () =>
        {
            StoreDirectory.Write(link, []);
            return Task.CompletedTask;
        }, old);
        round.At(written, async () =>
        {
            await File.WriteAllTextAsync(link, old.Digest);
            round.Pushed.Add((round.Repository, "late", old.Digest));
        }, written == Moment.AfterRevision ? old : null);

        await round.PruneAsync($"{round.Repository}:old", $"{round.Repository}:gone");
    }

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
