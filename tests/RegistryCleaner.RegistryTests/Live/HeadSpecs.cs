using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;
using Xunit.Abstractions;

namespace RegistryCleaner.RegistryTests.Live;

// A client is told that a layer is there, and does not upload it: what the registry remembers must not be more than what it has.
public class HeadSpecs(ITestOutputHelper output)
{
    private static readonly Moment[] Moments = Enum.GetValues<Moment>();
    private static readonly Moment[] Releases = [Moment.Forgotten, Moment.BeforeCheck, Moment.BeforeData, Moment.AfterData, Moment.LastSettling];

    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public Task A_layer_that_is_asked_for_while_it_goes_is_uploaded_again_by_who_needs_it(int version) =>
        Attack.ShouldFailAsync(version, output, Moments.Length, round => AskAsync(round, Moments[round.Number % Moments.Length]));

    [DockerTheory]
    [InlineData(Moment.BeforeTag)]
    [InlineData(Moment.AfterLayer)]
    public Task Without_telling_the_registry_to_forget_it_and_asking_whether_it_did_it_is_not(Moment moment) =>
        Attack.ShouldBiteAsync(2, output, LiveSteps.Eviction | LiveSteps.HeadCheck, 1, round => AskAsync(round, moment));

    // The request has read the link before it went, and makes the registry remember it after it was told to forget it.
    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public Task A_layer_that_is_still_being_answered_for_when_it_goes_is_uploaded_again_by_who_needs_it(int version) =>
        Attack.ShouldFailAsync(version, output, Releases.Length, round => AnswerLateAsync(round, Releases[round.Number % Releases.Length]));

    [DockerTheory]
    [InlineData(Moment.Forgotten)]
    [InlineData(Moment.BeforeData)]
    [InlineData(Moment.AfterData)]
    public Task Without_asking_whether_the_registry_still_serves_it_it_does(Moment release) =>
        Attack.ShouldBiteAsync(2, output, LiveSteps.HeadCheck, 1, round => AnswerLateAsync(round, release));

    internal static async Task AskAsync(Round round, Moment moment)
    {
        var old = await PushAsync(round);
        round.At(moment, async () =>
        {
            foreach (var blob in old.Blobs)
                await round.Client.HasBlobAsync(round.Repository, blob.Digest);
        });

        await round.PruneAsync($"{round.Repository}:old");
        await PushLaterAsync(round, old);
    }

    private static async Task AnswerLateAsync(Round round, Moment release)
    {
        var old = await PushAsync(round);
        var layer = old.Blobs[^1];
        var link = round.Scene.Store.Layer(round.Repository, layer.Digest);
        await MakeForgottenAsync(round, layer.Digest, link);
        HeldRequest? answer = null;
        round.At(Moment.BeforeLayer, () =>
        {
            answer = round.Hold(link, async () => (await round.Client.HasBlobAsync(round.Repository, layer.Digest)).ShouldBeTrue());
            return Task.CompletedTask;
        }, layer);
        round.At(release, () => round.ReleaseAsync(answer!));

        await round.PruneAsync($"{round.Repository}:old");
        await PushLaterAsync(round, old);
    }

    private static async Task<BuiltManifest> PushAsync(Round round)
    {
        var old = round.Image("old");
        await round.Client.PushAsync(old, round.Repository, "old");
        await round.Client.PushAsync(round.Image("kept"), round.Repository, "kept");
        await round.Client.PullWholeAsync(round.Repository, "old");
        return old;
    }

    // Another image with the same layers.
    private static async Task PushLaterAsync(Round round, BuiltManifest old)
    {
        var later = ImageBuilder.Image($"{round.Number}/later", layers: [.. old.Layers]);
        await round.PushAsync(later, round.Repository, "later", () => round.Client.PushMissingAsync(later, round.Repository, "later"));
    }

    // As if the registry had been started since: the next request has to read the link.
    private static async Task MakeForgottenAsync(Round round, string digest, string link)
    {
        File.Move(link, $"{link}.aside");
        await round.Client.DeleteBlobAsync(round.Repository, digest);
        (await round.Client.HasBlobAsync(round.Repository, digest)).ShouldBeFalse();
        File.Move($"{link}.aside", link);
    }
}
