using CliWrap.Exceptions;
using RegistryCleaner.RegistryTests.Fixture;
using Xunit.Abstractions;

namespace RegistryCleaner.RegistryTests.Live;

// The same image is pushed again right after it was removed: what the registry believes to have it does not write.
public class SameImageSpecs(ITestOutputHelper output)
{
    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public Task An_image_that_was_removed_can_be_pushed_again_at_once(int version) =>
        Attack.ShouldFailAsync(version, output, 6, round => PushAgainAsync(round, isPulled: round.Number % 2 == 0, bySkopeo: round.Number % 3 == 0));

    [DockerFact]
    public Task Without_asking_whether_the_registry_remembers_its_manifest_it_cannot() =>
        Attack.ShouldBiteAsync(2, output, LiveSteps.ManifestProbe, 1, round => PushAgainAsync(round, isPulled: true, bySkopeo: false));

    internal static async Task PushAgainAsync(Round round, bool isPulled, bool bySkopeo)
    {
        var old = round.Image("old");
        await round.Client.PushAsync(old, round.Repository, "old");
        await round.Client.PushAsync(round.Image("kept"), round.Repository, "kept");
        if (isPulled)
            await round.Client.PullWholeAsync(round.Repository, "old");

        await round.PruneAsync($"{round.Repository}:old");

        await round.PushAsync(old, round.Repository, "old", () => bySkopeo ? PushWithSkopeoAsync(round, old) : round.Client.PushMissingAsync(old, round.Repository, "old"));
    }

    private static async Task<string> PushWithSkopeoAsync(Round round, BuiltManifest image)
    {
        try
        {
            return await round.Client.PushWithSkopeoAsync(image, round.Repository, "old");
        }
        catch (CommandExecutionException exception)
        {
            throw new HttpRequestException(exception.Message, exception);
        }
    }
}
