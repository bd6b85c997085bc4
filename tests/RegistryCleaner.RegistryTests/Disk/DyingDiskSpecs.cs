using Microsoft.Extensions.Logging.Abstractions;
using RegistryCleaner.Api;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Pruning;
using RegistryCleaner.RegistryTests.Fixture;
using RegistryCleaner.RegistryTests.Live;
using RegistryCleaner.Restoring;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace RegistryCleaner.RegistryTests.Disk;

// A disk that dies in the middle of a run, or a machine without power: the kernel's own I/O errors, and a file system that comes back
// with what it had written. Like DiskSpecs these need a machine where one may mount.
public class DyingDiskSpecs(ITestOutputHelper output)
{
    private static readonly string[] Kept = ["app:2", "other:1"];

    private static readonly int Stride = Density.OneIn(23);

    [DockerTheory]
    [InlineData("CleanImages")]
    [InlineData("GarbageCollect")]
    [InlineData("RestoreImages")]
    [InlineData("EmptyTrash")]
    public async Task Whenever_it_dies_nothing_that_should_remain_is_lost_and_the_next_run_completes(string verb)
    {
        await using var disk = DyingDisk.Make();
        await FillAsync(disk, verb);
        await disk.ResetAsync();
        var points = 0;
        await RunAsync(disk, verb, _ => points++);
        var expected = disk.Oracle.WholeTags;
        var (deaths, told) = (0, 0);

        foreach (var loss in Enum.GetValues<Loss>())
        {
            for (var at = (int)loss; at < points; at += Stride)
            {
                await disk.ResetAsync();
                var point = 0;
                var failure = await TryAsync(disk, verb, _ =>
                {
                    if (loss == Loss.SomeOfIt && point == at / 2)
                        disk.Write();
                    if (point++ == at)
                        disk.Die(loss);
                });
                point.ShouldBeGreaterThan(at);
                deaths++;
                told += failure?.Contains("Input/output error", StringComparison.Ordinal) == true ? 1 : 0;

                await disk.ReviveAsync();
                var when = $"{verb}, dead at point {at} of {points}, {loss}: {failure}";
                await ShouldBeWholeAndCompletedAsync(disk, verb, expected, when);
            }
        }

        output.WriteLine($"{verb}: the disk died {deaths} times at one of {points} points, and {told} runs were told so");
        told.ShouldBeGreaterThan(0);
    }

    // One block after the other: directories, tables of files, manifests and links, what is kept and what goes.
    [DockerTheory]
    [InlineData("CleanImages")]
    [InlineData("GarbageCollect")]
    [InlineData("RestoreImages")]
    public async Task Whichever_block_is_bad_nothing_that_should_remain_is_lost_and_the_next_run_completes(string verb)
    {
        await using var disk = DyingDisk.Make();
        await FillAsync(disk, verb);
        await disk.ResetAsync();
        await RunAsync(disk, verb, _ => { });
        var expected = disk.Oracle.WholeTags;
        var used = disk.UsedBlocks();
        var (tried, told) = (0, 0);

        for (var block = verb.Length % Stride; block < used.Count; block += Stride)
        {
            if (!await disk.ResetAsync(used[block]))
                continue;
            var failure = await TryAsync(disk, verb, _ => { });
            tried++;
            told += failure is null ? 0 : 1;

            await disk.MendAsync(used[block]);
            var when = $"{verb}, block at {used[block]}: {failure}";
            await ShouldBeWholeAndCompletedAsync(disk, verb, expected, when);
        }

        output.WriteLine($"{verb}: {tried} of {used.Count} blocks were bad, one at a time, and {told} runs were told so");
        tried.ShouldBeGreaterThan(10);
        told.ShouldBeGreaterThan(0);
    }

    private static async Task ShouldBeWholeAndCompletedAsync(DyingDisk disk, string verb, IEnumerable<string> expected, string when)
    {
        Kept.Except(disk.Oracle.WholeTags).ShouldBeEmpty(when);
        disk.Oracle.BrokenTags.ShouldBeEmpty(when);
        await RunAsync(disk, verb, _ => { });
        disk.Oracle.WholeTags.ShouldBe(expected, when);
        disk.Oracle.BrokenTags.ShouldBeEmpty(when);
    }

    private static async Task FillAsync(DyingDisk disk, string verb)
    {
        var store = disk.Store;
        DiskSpecs.Fill(store);
        if (verb is "RestoreImages" or "EmptyTrash")
            await RunAsync(new LocalStoreFiles(Path.Combine(store.RootDirectory, StoreLayout.BaseDirectory)), "CleanImages");
    }

    private static async Task<string?> TryAsync(DyingDisk disk, string verb, Action<string> onPoint)
    {
        try
        {
            await RunAsync(disk, verb, onPoint);
            return null;
        }
        catch (Exception e) when (e is StoreAccessException or CleanerException)
        {
            return e.Message;
        }
    }

    private static Task RunAsync(DyingDisk disk, string verb, Action<string> onPoint) =>
        RunAsync(new WatchedFiles(new LocalStoreFiles(Path.Combine(disk.Root, StoreLayout.BaseDirectory)), onPoint), verb);

    private static async Task RunAsync(IStoreFiles files, string verb)
    {
        var options = new PruningOptions
        {
            TrashRetention = TimeSpan.FromDays(7),
            Earlier = verb == "EmptyTrash" ? EarlierTrash.Empty : EarlierTrash.Keep,
            Interrupted = verb == "RestoreImages" ? InterruptedRunPolicy.RollBack : InterruptedRunPolicy.FinishIfUnchanged,
        };
        var pruner = new Pruner(files, new StoreReader(files), ServedStore.Offline, options, NullLogger.Instance);
        await using var theLock = await pruner.LockAsync(TimeSpan.Zero, CancellationToken.None);
        var outcome = new PruneOutcome();
        await pruner.FinishEarlierRunsAsync(outcome, CancellationToken.None);
        switch (verb)
        {
            case "CleanImages":
                await pruner.ApplyAsync(await PlanAsync(files), outcome, CancellationToken.None);
                break;
            case "GarbageCollect":
                await Round.CollectAsync(files, pruner, outcome);
                break;
            case "RestoreImages":
                var runs = new EarlierRuns(files);
                foreach (var run in await runs.FindAsync(CancellationToken.None))
                {
                    if (await runs.ReadJournalAsync(run, CancellationToken.None) is { } journal)
                        await (await Restorer.PlanAsync(files, journal, new RestoreRequest([], Overwrite: false), CancellationToken.None)).ApplyAsync();
                }

                break;
        }

        if (outcome.Failures is [var failure, ..])
            throw new StoreAccessException(failure);
    }

    private static Task<PrunePlan> PlanAsync(IStoreFiles files) => PlanReading.PlanAsync(
        new StoreReader(files), new PruneRequest([ImageSelector.Parse("app:1")], KeepEmpty: false, DateTimeOffset.UtcNow), CancellationToken.None);

    // Trees are deleted by the cleaner itself.
    private sealed class WatchedFiles(IStoreFiles inner, Action<string> onPoint) : StoreFilesDecorator(inner, onPoint)
    {
        private readonly IStoreFiles inner = inner;
        private readonly Action<string> onPoint = onPoint;

        public override async Task DeleteTreesAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
        {
            foreach (var path in paths)
            {
                onPoint($"delete {path}");
                await inner.DeleteTreesAsync([path], cancellationToken);
            }
        }
    }
}
