using RegistryCleaner.RegistryTests.Fixture;
using Xunit.Abstractions;

namespace RegistryCleaner.RegistryTests.Live;

// Another image is pushed to the very tag that is being removed.
public class SameTagSpecs(ITestOutputHelper output)
{
    private static readonly Moment[] Moments = Enum.GetValues<Moment>();
    private static readonly Moment[] Releases = [Moment.AfterTag, Moment.Forgotten, Moment.BeforeData, Moment.AfterData, Moment.LastSettling];

    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public Task A_tag_that_is_pushed_while_it_is_removed_is_there_as_it_was_pushed(int version) =>
        Attack.ShouldFailAsync(version, output, Moments.Length, round => PushAsync(round, Moments[round.Number % Moments.Length]));

    [DockerFact]
    public Task Without_reading_it_again_in_the_trash_it_is_lost() =>
        Attack.ShouldBiteAsync(2, output, LiveSteps.TagReread, 1, round => PushAsync(round, Moment.BeforeTag));

    // The registry has found the tag's directory before it was renamed, and writes into it afterwards.
    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public Task A_tag_that_is_written_where_it_lies_in_the_trash_is_there_as_it_was_pushed(int version) =>
        Attack.ShouldFailAsync(version, output, Releases.Length, round => WriteLateAsync(round, Releases[round.Number % Releases.Length]));

    [DockerFact]
    public Task Without_reading_it_again_there_it_is_lost() =>
        Attack.ShouldBiteAsync(2, output, LiveSteps.TagReread, 1, round => WriteLateAsync(round, Moment.Forgotten));

    // What comes after the last look is put right by the next run, which begins with one.
    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public Task One_that_is_written_there_after_the_run_is_there_after_the_next(int version) =>
        Attack.ShouldFailAsync(version, output, 1, round => WriteLateAsync(round, Moment.Ended), mayHealLater: true);

    internal static async Task PushAsync(Round round, Moment moment)
    {
        var (newer, push) = await PrepareAsync(round);
        round.At(moment, () => round.PushAsync(newer, round.Repository, "old", push));

        await round.PruneAsync($"{round.Repository}:old");
    }

    private static async Task WriteLateAsync(Round round, Moment release)
    {
        var (newer, push) = await PrepareAsync(round);
        HeldRequest? late = null;
        round.At(Moment.BeforeTag, () =>
        {
            late = round.Hold(round.Scene.Store.TagLink(round.Repository, "old"), () => round.PushAsync(newer, round.Repository, "old", push));
            return Task.CompletedTask;
        });
        round.At(release, () => round.ReleaseAsync(late!));

        await round.PruneAsync($"{round.Repository}:old");
    }

    private static async Task<(BuiltManifest Newer, Func<Task<string>> Push)> PrepareAsync(Round round)
    {
        var newer = round.Image("newer");
        await round.Client.PushAsync(round.Image("old"), round.Repository, "old");
        await round.Client.PushAsync(round.Image("kept"), round.Repository, "kept");
        foreach (var blob in newer.Blobs)
            await round.Client.PutBlobAsync(round.Repository, blob.Bytes);
        return (newer, () => round.Client.PutManifestAsync(round.Repository, "old", newer.Bytes, newer.MediaType));
    }
}
