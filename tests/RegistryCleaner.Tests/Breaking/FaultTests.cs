using RegistryCleaner.Api;
using RegistryCleaner.Checking;
using RegistryCleaner.Naming;
using RegistryCleaner.Pruning;
using RegistryCleaner.Restoring;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;
using RegistryCleaner.Tests.Collecting;
using RegistryCleaner.Tests.Pruning;
using RegistryCleaner.Tests.Restoring;
using Xunit.Abstractions;

namespace RegistryCleaner.Tests.Breaking;

/// <summary>
/// Every fault, at every single call that every verb makes to the store or to the registry, on a small store: what should remain is
/// whole, and the same verb again, undisturbed, ends what was begun. Where REGISTRY_CLEANER_FAULTS is "all", it is every one; else one
/// call in nine for each fault, another for each, so that it takes no longer than other tests. docs/safety.md has the counts of all.
/// </summary>
public class FaultTests(ITestOutputHelper output)
{
    private static readonly int s_stride = Environment.GetEnvironmentVariable("REGISTRY_CLEANER_FAULTS") == "all" ? 1 : 9;

    public static TheoryData<string> Verbs { get; } = ["CleanImages", "CleanImages without trash", "CleanImages, live", "GarbageCollect", "RestoreImages", "EmptyTrash", "CheckRegistry --repair"];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Whatever_happens_to_a_call_nothing_that_should_remain_is_lost_and_the_next_run_completes(string verb)
    {
        var (calls, expected, kept) = await UndisturbedAsync(verb);
        var tried = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var fault in Enum.GetValues<Fault>())
        {
            for (var at = s_stride > 1 ? (int)fault % s_stride : 0; at < calls; at += s_stride)
            {
                using var scene = await VerbScene.MakeAsync(verb);
                var files = new FaultyFiles(scene.Files, at, fault);
                await TryAsync(() => scene.RunAsync(files));
                if (files.Struck is null)
                    continue;
                tried[$"{fault} {files.Struck}"] = tried.GetValueOrDefault($"{fault} {files.Struck}") + 1;
                var when = $"{verb}: {fault} at call {at}, {files.Struck}";
                RequireWhole(scene, kept, when);

                // What could not be read was kept, so that there the store may hold more than expected.
                await scene.RunAsync(scene.Files);
                RequireWhole(scene, kept, $"{when}, and run again");
                var now = Files(scene);
                expected.Keys.Except(now.Keys).ShouldBeEmpty($"{when}: lost");
                // A link that was written to ask a registry about a manifest, and could not be taken away again, stays with the
                // manifest's data for GarbageCollect.
                if (fault != Fault.Denied && verb != "CleanImages, live")
                    now.Keys.Except(expected.Keys).ShouldBeEmpty($"{when}: left over");
            }
        }

        foreach (var (what, count) in tried)
            output.WriteLine($"{verb}: {count} x {what}");
        output.WriteLine($"{verb}: {tried.Values.Sum()} faults in all");
        tried.Values.Sum().ShouldBeGreaterThan(calls * 5 / s_stride);
    }

    [Theory]
    [InlineData("fails")]
    [InlineData("cancelled")]
    [InlineData("served")]
    public async Task Whatever_the_registry_does_when_it_is_told_to_forget_nothing_that_should_remain_is_lost(string fault)
    {
        var counting = new FaultyServed(-1, fault);
        using (var scene = await VerbScene.MakeAsync("CleanImages, live"))
            await scene.RunAsync(scene.Files, counting);
        var (_, _, kept) = await UndisturbedAsync("CleanImages, live");

        counting.Calls.ShouldBeGreaterThan(3);
        for (var at = 0; at < counting.Calls; at++)
        {
            using var scene = await VerbScene.MakeAsync("CleanImages, live");
            await TryAsync(() => scene.RunAsync(scene.Files, new FaultyServed(at, fault)));
            RequireWhole(scene, kept, $"{fault} at call {at}");
            await scene.RunAsync(scene.Files, new FaultyServed(-1, fault));
            RequireWhole(scene, kept, $"{fault} at call {at}, and run again");
        }

        output.WriteLine($"{counting.Calls} calls to the registry x {fault}");
    }

    private static async Task<(int Calls, SortedDictionary<string, string> Content, IReadOnlyDictionary<string, string> Kept)> UndisturbedAsync(string verb)
    {
        using var scene = await VerbScene.MakeAsync(verb);
        var files = new FaultyFiles(scene.Files, -1, Fault.Fails);
        await scene.RunAsync(files);
        // Run twice, as after a fault: the second time there is nothing left to do.
        await scene.RunAsync(scene.Files);
        scene.Oracle.BrokenTags.ShouldBeEmpty();
        return (files.Calls, Files(scene), scene.Oracle.Tags.Where(tag => scene.TagsBefore.ContainsKey(tag.Key)).ToDictionary());
    }

    private static async Task TryAsync(Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (Exception e) when (e is StoreAccessException or KilledException or RegistryApiException or CleanerException or OperationCanceledException)
        {
            // It is what became of the store that counts.
        }
    }

    private static void RequireWhole(VerbScene scene, IReadOnlyDictionary<string, string> kept, string when)
    {
        scene.Oracle.BrokenTags.ShouldBeEmpty(when);
        foreach (var (name, digest) in kept)
            scene.Oracle.Tags.ShouldContainKeyAndValue(name, digest, when);
    }

    private static SortedDictionary<string, string> Files(VerbScene scene) =>
        new(scene.Oracle.Content().Where(pair => pair.Value != "directory").ToDictionary(), StringComparer.Ordinal);
}

/// <summary>A store, and a verb that is run on it.</summary>
internal sealed class VerbScene(IDisposable scene, StoreOracle oracle, IStoreFiles files, Func<IStoreFiles, ServedStore, Task> run) : IDisposable
{
    public StoreOracle Oracle { get; } = oracle;

    public IStoreFiles Files { get; } = files;

    public IReadOnlyDictionary<string, string> TagsBefore { get; } = oracle.Tags;

    public Task RunAsync(IStoreFiles files, ServedStore? served = null) => run(files, served ?? ServedStore.Offline);

    public void Dispose() => scene.Dispose();

    public static async Task<VerbScene> MakeAsync(string verb)
    {
        switch (verb)
        {
            case "CleanImages":
                return Of(new PruneScene(), (files, _) => PruneAsync(files, ServedStore.Offline, TimeSpan.FromDays(7)));
            case "CleanImages without trash":
                return Of(new PruneScene(), (files, _) => PruneAsync(files, ServedStore.Offline, TimeSpan.Zero));
            case "CleanImages, live":
                return Of(new PruneScene(), (files, served) => PruneAsync(files, served == ServedStore.Offline ? new FaultyServed(-1, "") : served, TimeSpan.FromDays(7)));
            case "GarbageCollect":
                var scene = new CollectionScene();
                return Of(scene, async (files, _) => await scene.RunAsync(files));
            case "RestoreImages":
                var pruned = await UndoScene.PrunedAsync();
                var runId = pruned.Run;
                return new VerbScene(pruned, pruned.Oracle, pruned.StoreFiles, async (files, _) =>
                {
                    if ((await new EarlierRuns(files).FindAsync(CancellationToken.None)).Contains(runId))
                        await pruned.RestoreAsync(files, runId);
                });
            case "EmptyTrash":
                var full = await UndoScene.PrunedAsync();
                return new VerbScene(full, full.Oracle, full.StoreFiles, (files, _) => RunScene.FinishAsync(files));
            default:
                var damaged = await UndoScene.PrunedAsync();
                damaged.Store.WriteLink(StoreLayout.LayerLink(RepositoryName.Parse("other"), Digest.OfContent("dangling"u8)), Digest.OfContent("dangling"u8));
                StoreBuilder.Age(damaged.Store.FullPath("v2/repositories/other"), TimeSpan.FromDays(2));
                return new VerbScene(damaged, damaged.Oracle, damaged.StoreFiles, async (files, _) =>
                {
                    var pruner = RunScene.KeepingPrunerOf(files);
                    await pruner.FinishEarlierRunsAsync(new PruneOutcome(), CancellationToken.None);
                    await new StoreRepair(files, pruner).RunAsync(
                        async () =>
                        {
                            var checker = new StoreChecker(files, VerifyKind.Hash);
                            return (checker, await checker.CheckAsync(new Progress<(int, int)>(), CancellationToken.None));
                        },
                        new PruneOutcome(),
                        CancellationToken.None);
                });
        }
    }

    private static VerbScene Of(RunScene scene, Func<IStoreFiles, ServedStore, Task> run) => new(scene, scene.Oracle, scene.Files, run);

    private static async Task PruneAsync(IStoreFiles files, ServedStore served, TimeSpan retention)
    {
        var pruner = new Pruner(files, new StoreReader(files), served, new PruningOptions { TrashRetention = retention }, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var outcome = new PruneOutcome();
        await pruner.FinishEarlierRunsAsync(outcome, CancellationToken.None);
        // As CleanImages does: nothing else while an earlier run could not be ended.
        if ((await pruner.FindUnfinishedRunsAsync(CancellationToken.None)).Count == 0)
            await pruner.ApplyAsync(await PruneScene.PlanAsync(files, PruneScene.Images), outcome, CancellationToken.None);
    }
}

/// <summary>A registry that goes on serving, without a cache worth the name, to one of whose calls a fault happens.</summary>
internal sealed class FaultyServed(int at, string fault) : ServedStore
{
    public int Calls { get; private set; }

    public override bool KeepsTrash => true;

    public override bool HasCache => true;

    public override Task<IReadOnlyList<RepositoryLink>> ForgetAsync(IReadOnlyList<RepositoryLink> gone, CancellationToken cancellationToken) => AnswerAsync(gone);

    public override Task<IReadOnlyList<RepositoryLink>> FindServedAsync(IReadOnlyList<RepositoryLink> links, CancellationToken cancellationToken) => AnswerAsync(links);

    public override async Task<bool> SettleAsync(Func<Task<bool>> look, CancellationToken cancellationToken)
    {
        await AnswerAsync([]);
        return await look();
    }

    // In half of what it is asked for it says that it serves it still.
    private Task<IReadOnlyList<RepositoryLink>> AnswerAsync(IReadOnlyList<RepositoryLink> asked) => Calls++ != at
        ? Task.FromResult<IReadOnlyList<RepositoryLink>>([])
        : fault switch
        {
            "fails" => throw new RegistryApiException("The registry does not answer."),
            "cancelled" => throw new OperationCanceledException(),
            _ => Task.FromResult<IReadOnlyList<RepositoryLink>>([.. asked.Take((asked.Count + 1) / 2)]),
        };
}
