using RegistryCleaner.RegistryTests.Fixture;
using Xunit.Abstractions;

namespace RegistryCleaner.RegistryTests.Live;

// An index is pushed over a manifest that is being removed.
public class IndexSpecs(ITestOutputHelper output)
{
    private static readonly Moment[] Moments = Enum.GetValues<Moment>();

    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public Task A_manifest_that_an_index_gets_for_a_child_while_it_is_removed_stays_or_the_index_is_refused(int version) =>
        Attack.ShouldFailAsync(version, output, Moments.Length, round => PushOverAsync(round, Moments[round.Number % Moments.Length]));

    [DockerFact]
    public Task Without_a_second_look_it_goes() =>
        Attack.ShouldBiteAsync(2, output, LiveSteps.SecondLook, 1, round => PushOverAsync(round, Moment.BeforeRevision));

    internal static async Task PushOverAsync(Round round, Moment moment)
    {
        var (old, kept) = (round.Image("old"), round.Image("kept"));
        await round.Client.PushAsync(old, round.Repository, "old");
        await round.Client.PushAsync(kept, round.Repository, "kept");
        var index = ImageBuilder.Index(ManifestFormat.Oci, old, kept);
        round.At(moment, () => round.PushAsync(
            index, round.Repository, "index", () => round.Client.PutManifestAsync(round.Repository, "index", index.Bytes, index.MediaType)));

        await round.PruneAsync($"{round.Repository}:old");
    }
}
