using RegistryCleaner.RegistryTests.Fixture;
using Xunit.Abstractions;

namespace RegistryCleaner.RegistryTests.Live;

// A manifest is tagged anew while it is being removed: all that the client sends is the manifest itself.
public class NewTagSpecs(ITestOutputHelper output)
{
    private static readonly Moment[] Moments = Enum.GetValues<Moment>();

    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public Task A_tag_that_a_manifest_gets_while_it_is_removed_can_be_pulled(int version) =>
        Attack.ShouldFailAsync(version, output, Moments.Length, round => TagAsync(round, Moments[round.Number % Moments.Length]));

    [DockerTheory]
    [InlineData(Moment.BeforeRevision)]
    [InlineData(Moment.AfterRevision)]
    [InlineData(Moment.AfterLayer)]
    public Task Without_a_second_look_it_cannot(Moment moment) =>
        Attack.ShouldBiteAsync(2, output, LiveSteps.SecondLook, 1, round => TagAsync(round, moment));

    internal static async Task TagAsync(Round round, Moment moment)
    {
        var old = round.Image("old");
        await round.Client.PushAsync(old, round.Repository, "old");
        await round.Client.PushAsync(round.Image("kept"), round.Repository, "kept");
        round.At(moment, () => round.PushAsync(
            old, round.Repository, "new", () => round.Client.PutManifestAsync(round.Repository, "new", old.Bytes, old.MediaType)));

        await round.PruneAsync($"{round.Repository}:old");
    }
}
