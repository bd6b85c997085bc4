using Microsoft.Extensions.Logging.Abstractions;
using RegistryCleaner.Api;
using RegistryCleaner.Naming;
using RegistryCleaner.Pruning;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;
using Xunit.Abstractions;

namespace RegistryCleaner.Tests.Pruning;

/// <summary>
/// To find out whether a registry remembers a manifest, its data is taken away and a link to it is written for a moment: the process is
/// killed before every single thing that such a run does, one in seven where REGISTRY_CLEANER_FAULTS is not "all".
/// </summary>
public sealed class ManifestProbeTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_killed_while_it_asks_leaves_every_kept_tag_whole_and_the_next_run_completes_it(bool remembers)
    {
        var (kept, remembered, points, probes) = await UninterruptedAsync(remembers);
        points.ShouldBeGreaterThan(100);
        probes.ShouldBeGreaterThan(0);
        (remembered.Count > 0).ShouldBe(remembers);

        for (var point = 0; point < points; point += Density.OneIn(13))
        {
            using var scene = new PruneScene();
            var count = 0;
            await Should.ThrowAsync<KilledException>(() => RunAsync(new StoreFilesDecorator(scene.Files, where =>
            {
                if (count++ >= point)
                    throw new KilledException(where);
            }), remembers));
            RequireWhole(scene, kept, $"killed at point {point}");

            var outcome = await RunAsync(scene.Files, remembers);
            outcome.Failures.ShouldBeEmpty($"killed at point {point}");
            RequireWhole(scene, kept, $"killed at point {point}, run again");
            // Pushed again, it would be accepted and not written.
            remembered.Where(digest => !scene.Store.Has(StoreLayout.BlobData(digest))).ShouldBeEmpty($"killed at point {point}, run again");
        }

        output.WriteLine($"{points} points of one run, {probes} links written to ask");
    }

    private static async Task<(IReadOnlyDictionary<string, string> Kept, IReadOnlyList<Digest> Remembered, int Points, int Probes)> UninterruptedAsync(bool remembers)
    {
        using var scene = new PruneScene();
        var (points, probes) = (0, 0);
        var outcome = await RunAsync(new StoreFilesDecorator(scene.Files, where =>
        {
            points++;
            probes += where.StartsWith("written v2/repositories", StringComparison.Ordinal) ? 1 : 0;
        }), remembers);
        outcome.IsComplete.ShouldBeTrue();
        scene.Oracle.BrokenTags.ShouldBeEmpty();
        return (scene.Oracle.Tags, [.. outcome.Waiting.Select(Digest.Parse)], points, probes);
    }

    private static async Task<PruneOutcome> RunAsync(IStoreFiles files, bool remembers)
    {
        var outcome = new PruneOutcome();
        var pruner = new Pruner(files, new StoreReader(files), new Memory(files, remembers), PruningOptions.None, NullLogger.Instance);
        await pruner.FinishEarlierRunsAsync(outcome, default);
        await pruner.ApplyAsync(await PruneScene.PlanAsync(files, PruneScene.Images), outcome, default);
        return outcome;
    }

    private static void RequireWhole(PruneScene scene, IReadOnlyDictionary<string, string> kept, string when)
    {
        foreach (var (name, digest) in kept)
            scene.Oracle.WhyNotPullable(name[..name.LastIndexOf(':')], digest).ShouldBeNull($"{when}: {name}");
    }

    // A registry that has forgotten all layers when it is asked, and remembers manifests, or none.
    private sealed class Memory(IStoreFiles files, bool remembers) : ServedStore
    {
        public override bool KeepsTrash => true;

        public override bool HasCache => true;

        public override Task<IReadOnlyList<RepositoryLink>> ForgetAsync(IReadOnlyList<RepositoryLink> gone, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<RepositoryLink>>([]);

        // Only the probe asks about links that are there.
        public override async Task<IReadOnlyList<RepositoryLink>> FindServedAsync(IReadOnlyList<RepositoryLink> links, CancellationToken cancellationToken)
        {
            var there = await files.StatAsync([.. links.Select(link => StoreLayout.LayerLink(link.Repository, link.Blob))], cancellationToken);
            return [.. links.Where(link => remembers && there.ContainsKey(StoreLayout.LayerLink(link.Repository, link.Blob)))];
        }

        public override Task<bool> SettleAsync(Func<Task<bool>> look, CancellationToken cancellationToken) => look();
    }
}
