using RegistryCleaner.RegistryTests.Fixture;
using Xunit.Abstractions;

namespace RegistryCleaner.RegistryTests.Live;

// A layer is uploaded, or mounted, while it goes; the manifest that refers to it comes after the run.
public class UploadSpecs(ITestOutputHelper output)
{
    private static readonly Moment[] Moments = Enum.GetValues<Moment>();

    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public Task A_layer_that_is_uploaded_while_it_goes_is_there_for_its_manifest_or_the_manifest_is_refused(int version) =>
        Attack.ShouldFailAsync(version, output, Moments.Length, round => UploadAsync(round, Moments[round.Number % Moments.Length]));

    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public Task So_is_one_that_is_mounted_from_the_repository_from_which_it_goes(int version) =>
        Attack.ShouldFailAsync(version, output, Moments.Length, round => MountAsync(round, Moments[round.Number % Moments.Length]));

    // Nobody would miss its links: the repository is none of those that are pruned.
    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public Task An_image_that_is_pushed_to_another_repository_while_its_blobs_go_stays_whole(int version) => Attack.ShouldFailAsync(version, output, 1, async round =>
    {
        var (old, other) = (round.Image("old"), $"other/{round.Number}");
        foreach (var repository in new[] { round.Repository, other })
        {
            await round.Client.PushAsync(old, repository, "old");
            await round.Client.PushAsync(round.Image("kept"), repository, "kept");
        }

        await round.Client.PushAsync(round.Image("alone"), round.Repository, "alone");

        // Leaves the directories of the links, as the registry may remember what was in them.
        await round.PruneAsync($"{other}:old");
        round.At(Moment.BeforeCheck, () => round.PushAsync(old, other, "new", () => round.Client.PushAsync(old, other, "new")));
        await round.PruneAsync($"{round.Repository}:old", $"{round.Repository}:alone");
    });

    [DockerFact]
    public Task Without_a_second_look_it_is_not() =>
        Attack.ShouldBiteAsync(2, output, LiveSteps.SecondLook, 1, round => UploadAsync(round, Moment.BeforeData));

    [DockerFact]
    public Task Without_a_second_look_it_is_not_if_it_was_mounted() =>
        Attack.ShouldBiteAsync(2, output, LiveSteps.SecondLook, 1, round => MountAsync(round, Moment.BeforeData));

    private static Task UploadAsync(Round round, Moment moment) => PlayAsync(round, moment, round.Repository, async old =>
    {
        foreach (var blob in old.Blobs)
            await round.Client.PutBlobAsync(round.Repository, blob.Bytes);
    });

    private static Task MountAsync(Round round, Moment moment)
    {
        var other = $"other/{round.Number}";
        return PlayAsync(round, moment, other, async old =>
        {
            foreach (var blob in old.Blobs)
            {
                if (!await round.Client.MountBlobAsync(other, blob.Digest, round.Repository))
                    await round.Client.PutBlobAsync(other, blob.Bytes);
            }
        });
    }

    private static async Task PlayAsync(Round round, Moment moment, string repository, Func<BuiltManifest, Task> upload)
    {
        var old = round.Image("old");
        await round.Client.PushAsync(old, round.Repository, "old");
        await round.Client.PushAsync(round.Image("kept"), round.Repository, "kept");
        round.At(moment, () => upload(old), moment == Moment.BeforeData ? old.Blobs[^1] : null);

        await round.PruneAsync($"{round.Repository}:old");

        var later = ImageBuilder.Image($"{round.Number}/later", layers: [.. old.Layers]);
        await round.Client.PutBlobAsync(repository, later.Config!.Bytes);
        await round.PushAsync(later, repository, "later", () => round.Client.PutManifestAsync(repository, "later", later.Bytes, later.MediaType));
    }
}
