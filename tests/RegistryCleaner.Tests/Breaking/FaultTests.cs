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
/// call in thirty-seven for each fault, another for each, so that it takes no longer than other tests; of a verb of few calls it is every one in
/// any case. docs/safety.md has the counts of all.
/// </summary>
public class FaultTests(ITestOutputHelper output)
{
    private const int FewCalls = 8;

    private static readonly int s_stride = Density.OneIn(37);

    public static TheoryData<string> Verbs { get; } =
    [
        "CleanImages", "CleanImages without trash", "CleanImages, live", "GarbageCollect", "RestoreImages", "EmptyTrash", "CheckRegistry --repair",
        "--interrupted rollback", "RestoreImages --overwrite", "History", "the lock",
    ];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Whatever_happens_to_a_call_nothing_that_should_remain_is_lost_and_the_next_run_completes(string verb)
    {
        var (calls, expected, kept, moving) = await UndisturbedAsync(verb);
        var stride = calls <= FewCalls ? 1 : s_stride;
        var tried = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var fault in Enum.GetValues<Fault>())
        {
            for (var at = stride > 1 ? (int)fault % stride : 0; at < calls; at += stride)
            {
                using var scene = await VerbScene.MakeAsync(verb);
                var files = new FaultyFiles(scene.Files, at, fault);
                await TryAsync(() => scene.RunAsync(files));
                if (files.Struck is null)
                    continue;
                tried[$"{fault} {files.Struck}"] = tried.GetValueOrDefault($"{fault} {files.Struck}") + 1;
                var when = $"{verb}: {fault} at call {at}, {files.Struck}";
                RequireWhole(scene, kept, when);
                moving.Except(scene.Oracle.Tags.Keys).ShouldBeEmpty($"{when}: a tag is away");

                // What could not be read was kept, so that there the store may hold more than expected.
                await scene.RunAsync(scene.Files);
                RequireWhole(scene, kept, $"{when}, and run again");
                var now = Files(scene);
                expected.Keys.Except(now.Keys).ShouldBeEmpty($"{when}: lost");
                expected.Where(pair => now[pair.Key] != pair.Value).ShouldBeEmpty($"{when}: changed");
                // A link that was written to ask a registry about a manifest, and could not be taken away again, stays with the
                // manifest's data for GarbageCollect.
                if (fault != Fault.Denied && verb != "CleanImages, live")
                    now.Keys.Except(expected.Keys).ShouldBeEmpty($"{when}: left over");
            }
        }

        foreach (var (what, count) in tried)
            output.WriteLine($"{verb}: {count} x {what}");
        output.WriteLine($"{verb}: {tried.Values.Sum()} faults in all");
        tried.Values.Sum().ShouldBeGreaterThan(calls * 5 / stride);
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
        var (_, _, kept, _) = await UndisturbedAsync("CleanImages, live");

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

    // What the store holds at the end, which tags point all the while where they do, and which are there all the while and point elsewhere.
    private static async Task<(int Calls, SortedDictionary<string, string> Content, IReadOnlyDictionary<string, string> Kept, IReadOnlyList<string> Moving)> UndisturbedAsync(string verb)
    {
        using var scene = await VerbScene.MakeAsync(verb);
        var files = new FaultyFiles(scene.Files, -1, Fault.Fails);
        await scene.RunAsync(files);
        // Run twice, as after a fault: the second time there is nothing left to do.
        await scene.RunAsync(scene.Files);
        scene.Oracle.BrokenTags.ShouldBeEmpty();
        var there = scene.Oracle.Tags.Where(tag => scene.TagsBefore.ContainsKey(tag.Key)).ToLookup(tag => scene.TagsBefore[tag.Key] == tag.Value);
        return (files.Calls, Files(scene), there[true].ToDictionary(), [.. there[false].Select(tag => tag.Key)]);
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
            case "RestoreImages --overwrite":
                var pushed = await UndoScene.PrunedAsync();
                var taken = pushed.Run;
                // To a repository that is still there, and to one that is not.
                foreach (var (repository, tag) in new[] { ("team/app", "1.0"), ("team/last/one", "1") })
                    pushed.Store.Tag(repository, tag, pushed.Store.Image(repository, "pushed anew", pushed.Store.Layer(repository, "pushed anew")));
                return new VerbScene(pushed, pushed.Oracle, pushed.StoreFiles, (files, _) => pushed.RestoreAsync(files, taken, overwrite: true));
            case "--interrupted rollback":
                // Killed when it had taken everything away, before it said so.
                var killed = await UndoScene.PrunedAsync();
                File.Delete(killed.Store.FullPath($"{StoreLayout.TrashOf(killed.Run)}/{Trash.CompletedName}"));
                return new VerbScene(killed, killed.Oracle, killed.StoreFiles, (files, _) => RunScene.KeepingPrunerOf(files, InterruptedRunPolicy.RollBack).FinishEarlierRunsAsync(new PruneOutcome(), CancellationToken.None));
            case "History":
                var known = await UndoScene.PrunedAsync();
                var content = known.Oracle.Content(withWorkDirectory: true);
                return new VerbScene(known, known.Oracle, known.StoreFiles, async (files, _) =>
                {
                    try
                    {
                        (await new RunHistory(files).ReadAsync(CancellationToken.None)).Count.ShouldBeLessThanOrEqualTo(1);
                    }
                    finally
                    {
                        known.Oracle.Content(withWorkDirectory: true).ShouldBe(content);
                    }
                });
            case "the lock":
                var free = new PruneScene();
                return Of(free, async (files, _) =>
                {
                    await using var theLock = await RunScene.PrunerOf(files).LockAsync(TimeSpan.Zero, CancellationToken.None);
                    // Whoever works has it to himself.
                    (await free.Files.TryLockAsync(StoreLayout.LockFile, CancellationToken.None)).ShouldBeNull();
                });
            case "EmptyTrash":
                var full = await UndoScene.PrunedAsync();
                return new VerbScene(full, full.Oracle, full.StoreFiles, (files, _) => UndoScene.EmptyAsync(files));
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
