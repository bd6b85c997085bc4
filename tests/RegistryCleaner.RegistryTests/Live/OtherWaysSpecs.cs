using RegistryCleaner.RegistryTests.Fixture;
using Xunit.Abstractions;

namespace RegistryCleaner.RegistryTests.Live;

// The same attacks on a run that takes a whole repository, and on a collection.
public class OtherWaysSpecs(ITestOutputHelper output)
{
    private static readonly Func<Round, Moment, Task>[] Attacks =
    [
        HeadSpecs.AskAsync,
        UploadSpecs.UploadAsync,
        UploadSpecs.MountAsync,
        NewTagSpecs.TagAsync,
        IndexSpecs.PushOverAsync,
        SameTagSpecs.PushAsync,
        (round, _) => SameImageSpecs.PushAgainAsync(round, isPulled: round.Number % 2 == 0, bySkopeo: false),
    ];

    // A collection takes no tag away that was asked for.
    private static readonly Moment[] Moments = [.. Enum.GetValues<Moment>().Where(moment => moment >= Moment.BeforeRevision)];

    [DockerTheory]
    [InlineData(2, PruneWay.WholeRepository)]
    [InlineData(3, PruneWay.WholeRepository)]
    [InlineData(2, PruneWay.Collection)]
    [InlineData(3, PruneWay.Collection)]
    internal Task Whatever_is_pushed_meanwhile_is_there_or_was_refused(int version, PruneWay way) =>
        Attack.ShouldFailAsync(version, output, Attacks.Length, PlayAsync, way: way);

    [DockerTheory]
    [InlineData(PruneWay.WholeRepository)]
    [InlineData(PruneWay.Collection)]
    internal Task Without_a_second_look_it_is_not(PruneWay way) =>
        Attack.ShouldBiteAsync(2, output, LiveSteps.SecondLook, 1, round => NewTagSpecs.TagAsync(round, Moment.AfterRevision), way);

    // Each attack at each moment, if there are enough rounds: there are seven of the ones and ten of the others.
    private static Task PlayAsync(Round round) => Attacks[round.Number % Attacks.Length](round, Moments[round.Number * 3 % Moments.Length]);
}
