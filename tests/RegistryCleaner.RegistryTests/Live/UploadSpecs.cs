using RegistryCleaner.RegistryTests.Fixture;
using Xunit.Abstractions;

namespace RegistryCleaner.RegistryTests.Live;

// A layer is uploaded, or mounted, while it goes; the manifest that refers to it comes after the run.
public class UploadSpecs(ITestOutputHelper output)
{
    // Enough for some tenths of a second.
    private const int FilesInUpload = 30_000;

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

    // Its link is there before the old one goes, and the registry is made to remember it when it has been told to forget it.
    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public Task So_is_one_whose_upload_ends_when_it_is_gone(int version) => Attack.ShouldFailAsync(version, output, 2, EndLateAsync);

    // Either of the two sees it: the link was written anew, and the registry serves it without.
    [DockerFact]
    public Task Without_looking_again_and_asking_whether_the_registry_still_serves_it_it_is_not() =>
        Attack.ShouldBiteAsync(2, output, LiveSteps.SecondLook | LiveSteps.HeadCheck, 2, EndLateAsync);

    [DockerFact]
    public Task Without_a_second_look_it_is_not() =>
        Attack.ShouldBiteAsync(2, output, LiveSteps.SecondLook, 1, round => UploadAsync(round, Moment.BeforeData));

    [DockerFact]
    public Task Without_a_second_look_it_is_not_if_it_was_mounted() =>
        Attack.ShouldBiteAsync(2, output, LiveSteps.SecondLook, 1, round => MountAsync(round, Moment.BeforeData));

    internal static Task UploadAsync(Round round, Moment moment) => PlayAsync(round, moment, round.Repository, async old =>
    {
        foreach (var blob in old.Blobs)
            await round.Client.PutBlobAsync(round.Repository, blob.Bytes);
    });

    internal static Task MountAsync(Round round, Moment moment)
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

    // Between its last two acts, to write the link and to remember it, the registry deletes the upload's directory, file by file
    // (registry/storage/blobwriter.go, Commit).
    private static async Task EndLateAsync(Round round)
    {
        var old = await PushAsync(round);
        var layer = old.Blobs[^1];
        Task? upload = null;
        round.At(Moment.BeforeLayer, async () => upload = await EndSlowlyAsync(round, layer), layer);
        round.At(Moment.Forgotten, () => upload!);

        await round.PruneAsync($"{round.Repository}:old");
        await PushLaterAsync(round, old, round.Repository);
    }

    // Comes back when the link is written.
    private static async Task<Task> EndSlowlyAsync(Round round, BuiltBlob layer)
    {
        var begun = await round.Client.BeginUploadAsync(round.Repository);
        var directory = round.Scene.Store.Repository(round.Repository, $"_uploads/{new Uri(begun).Segments[^1]}");
        for (var number = 0; number < FilesInUpload; number++)
            File.Create($"{directory}/{number}").Dispose();
        var link = round.Scene.Store.Layer(round.Repository, layer.Digest);
        var before = File.GetLastWriteTimeUtc(link);
        var upload = RegistryClient.EndUploadAsync(begun, layer.Bytes);
        while (File.GetLastWriteTimeUtc(link) == before && !upload.IsCompleted)
            await Task.Delay(1);
        return upload;
    }

    private static async Task<BuiltManifest> PushAsync(Round round)
    {
        var old = round.Image("old");
        await round.Client.PushAsync(old, round.Repository, "old");
        await round.Client.PushAsync(round.Image("kept"), round.Repository, "kept");
        return old;
    }

    private static async Task PlayAsync(Round round, Moment moment, string repository, Func<BuiltManifest, Task> upload)
    {
        var old = await PushAsync(round);
        round.At(moment, () => upload(old), moment == Moment.BeforeData ? old.Blobs[^1] : null);

        await round.PruneAsync($"{round.Repository}:old");
        await PushLaterAsync(round, old, repository);
    }

    // Another image with the same layers, none of which is asked for.
    private static async Task PushLaterAsync(Round round, BuiltManifest old, string repository)
    {
        var later = ImageBuilder.Image($"{round.Number}/later", layers: [.. old.Layers]);
        await round.Client.PutBlobAsync(repository, later.Config!.Bytes);
        await round.PushAsync(later, repository, "later", () => round.Client.PutManifestAsync(repository, "later", later.Bytes, later.MediaType));
    }
}
