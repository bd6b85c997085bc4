using System.Diagnostics;
using Shouldly;
using Xunit.Abstractions;

namespace RegistryCleaner.RegistryTests.Fixture;

// The promise that makes it safe to leave on: whenever the process dies, all that is still tagged can be pulled, and the
// next run ends what was begun. The registry has no cache here, so that it says what is on the disk at any moment.
internal abstract class KilledRun(string wayIn, ITestOutputHelper output)
{
    // How much denser the kills lie in a long run by hand: each costs two whole runs, and the fast tests kill at every call.
    protected static int Times { get; } = int.TryParse(Environment.GetEnvironmentVariable("REGISTRY_CLEANER_KILLS"), out var times) ? times : 1;

    protected abstract IReadOnlyList<string> Command { get; }

    private static TimeSpan Early { get; } = TimeSpan.FromMilliseconds(300);

    // What stays, and the tags that go.
    protected abstract IReadOnlyList<string> Kept { get; }

    protected abstract IReadOnlyList<string> RemovedTags { get; }

    // Kills at fractions of the whole run; between the journal's appearance and its end, where all the changes are; and after it.
    protected abstract (int OverAll, int WithJournal, int AfterIt) Kills { get; }

    protected abstract Task PushAsync(RegistryScene scene);

    // Beside what is kept, and all of it.
    protected abstract Task ShouldBeDoneAsync(RegistryScene scene);

    public async Task KillEverywhereAsync()
    {
        await using var scene = await RegistryScene.StartAsync(wayIn, cache: false);
        await PushAsync(scene);
        using var copy = new TemporaryDirectory();
        await scene.Store.CopyToAsync(copy.Path);
        var needed = await scene.BlobsOfAsync(Kept);

        var (toJournal, pruning, collecting) = (TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        if (Times > 1)
        {
            (toJournal, pruning, collecting) = await MeasureAsync(scene);
            await ShouldBeCompleteAsync(scene, needed);
            output.WriteLine($"{wayIn}, uninterrupted: {toJournal.TotalMilliseconds:0} ms to the journal, {pruning.TotalMilliseconds:0} with it, {collecting.TotalMilliseconds:0} after it");
        }

        var phases = new SortedDictionary<Phase, int>();
        foreach (var (moment, delay) in Points(toJournal, pruning, collecting))
        {
            await new StoreDirectory(copy.Path).CopyToAsync(scene.Store.Root);
            var phase = await KillAsync(scene, moment, delay);
            phases[phase] = phases.GetValueOrDefault(phase) + 1;

            await ShouldHaveLostNothingAsync(scene);
            var second = await scene.RunAsync(Command);
            second.ShouldEndWith(0);
            // What the killed process had begun in the container may have gone on beside the second run.
            if (wayIn != RegistryScene.MountedDirectory)
                await scene.Registry.WaitForOtherProcessesAsync();
            await ShouldBeCompleteAsync(scene, needed);
        }

        output.WriteLine(string.Join(", ", phases.Select(pair => $"{pair.Value} x {pair.Key}")));
        phases.Values.Sum().ShouldBe(Kills.OverAll + Kills.WithJournal + Kills.AfterIt);
        phases.ShouldContainKey(Phase.NothingDoneYet);
        phases.ShouldContainKey(Phase.JournalThere);
    }

    // The first of all comes before the journal, however few there are: a program has hardly started by then.
    private IEnumerable<(Moment Moment, TimeSpan Delay)> Points(TimeSpan toJournal, TimeSpan pruning, TimeSpan collecting) =>
    [
        .. Enumerable.Range(0, Kills.OverAll).Select(i => (Moment.Start, Early + ((toJournal + pruning + collecting) * i / Kills.OverAll))),
        .. Enumerable.Range(0, Kills.WithJournal).Select(i => (Moment.Journal, pruning * i / Kills.WithJournal)),
        .. Enumerable.Range(0, Kills.AfterIt).Select(i => (Moment.Pruned, collecting * i / Kills.AfterIt)),
    ];

    private async Task<(TimeSpan ToJournal, TimeSpan Pruning, TimeSpan Collecting)> MeasureAsync(RegistryScene scene)
    {
        var watch = Stopwatch.StartNew();
        using var process = scene.Start(Command);
        WaitFor(() => scene.Store.UnfinishedRuns().Count > 0, process);
        var journal = watch.Elapsed;
        WaitFor(() => scene.Store.UnfinishedRuns().Count == 0, process);
        var pruned = watch.Elapsed;
        (await process.EndAsync()).ShouldEndWith(0);
        return (journal, pruned - journal, watch.Elapsed - pruned);
    }

    private async Task<Phase> KillAsync(RegistryScene scene, Moment moment, TimeSpan delay)
    {
        using var process = scene.Start(Command);
        if (moment != Moment.Start)
            WaitFor(() => scene.Store.UnfinishedRuns().Count > 0, process);
        if (moment == Moment.Pruned)
            WaitFor(() => scene.Store.UnfinishedRuns().Count == 0, process);
        Thread.Sleep(delay);
        var hadEnded = process.HasEnded;
        process.Kill();
        await process.EndAsync();

        if (hadEnded)
            return Phase.AfterTheEnd;
        if (scene.Store.UnfinishedRuns().Count > 0)
            return Phase.JournalThere;
        return RemovedTags.Any(tag => File.Exists(scene.Store.TagLink(tag.Split(':')[0], tag.Split(':')[1]))) ? Phase.NothingDoneYet : Phase.Collecting;
    }

    // Where the process was killed, its last command in the container may still be at work.
    private async Task ShouldHaveLostNothingAsync(RegistryScene scene)
    {
        await scene.ShouldPullWholeAsync(Kept);
        await Parallel.ForEachAsync(RemovedTags.GroupBy(image => image.Split(':')[0], image => image.Split(':')[1]), async (tags, _) =>
        {
            var seen = new HashSet<string>();
            foreach (var tag in await scene.Client.TagsAsync(tags.Key) is { } left ? tags.Intersect(left) : [])
            {
                try
                {
                    await scene.Client.PullWholeAsync(tags.Key, tag, seen);
                }
                catch (IncompletePullException) when (!File.Exists(scene.Store.TagLink(tags.Key, tag)))
                {
                    // It went between the two questions.
                }
            }
        });
    }

    private async Task ShouldBeCompleteAsync(RegistryScene scene, IReadOnlySet<string> needed)
    {
        await scene.ShouldPullWholeAsync(Kept);
        await ShouldBeDoneAsync(scene);
        scene.Store.UnfinishedRuns().ShouldBeEmpty();
        if (scene.CanCollect)
            scene.Store.BlobSizes().Keys.Order().ShouldBe(needed.Order());
    }

    private static void WaitFor(Func<bool> condition, CleanerProcess process)
    {
        while (!condition() && !process.HasEnded)
            Thread.Sleep(1);
    }

    private enum Moment
    {
        Start,
        Journal,
        Pruned,
    }

    private enum Phase
    {
        NothingDoneYet,
        JournalThere,
        Collecting,
        AfterTheEnd,
    }
}
