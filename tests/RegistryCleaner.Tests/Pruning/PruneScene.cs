using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Pruning;
using RegistryCleaner.Store;

namespace RegistryCleaner.Tests.Pruning;

/// <summary>
/// A store with everything that makes a prune hard: indexes that share a child, layers that images and repositories share,
/// nested names, a referrer, an untagged image, a repository that is asked for and one that loses its last tag.
/// </summary>
public sealed class PruneScene : RunScene
{
    public PruneScene()
    {
        var store = Store;
        foreach (var repository in new[] { "team/app", "team/app/nested", "other" })
        {
            var parts = new[] { store.Layer(repository, "base"), store.Layer(repository, "app-1.0") };
            Released = store.Tag(repository, "1.0", store.Image(repository, "app-1.0", parts));
        }

        var app = store.Layer("team/app", "base");
        store.Tag("team/app", "stable", store.Tag("team/app", "1.1", store.Image("team/app", "app-1.1", app, store.Layer("team/app", "app-1.1"))));
        Child = store.Image("team/app", "amd64", app, store.Layer("team/app", "amd64-2.0"));
        var shared = store.Image("team/app", "arm64", app, store.Layer("team/app", "arm64"));
        Index = store.Tag("team/app", "2.0", store.Index("team/app", Child, shared));
        store.Tag("team/app", "2.1", store.Index("team/app", shared, store.Image("team/app", "amd64-2.1", store.Layer("team/app", "amd64-2.1"))));
        store.Image("team/app", "signature", (Digest?)Released, store.Layer("team/app", "signature"));
        store.Tag("team/app", $"sha256-{Released.Hex}.sig", store.Image("team/app", "signature by tag", store.Layer("team/app", "signature by tag")));
        store.Image("team/app", "untagged", store.Layer("team/app", "untagged"));

        Whole = store.Tag("team/gone", "1", store.Image("team/gone", "gone-1", store.Layer("team/gone", "base"), store.Layer("team/gone", "gone-1")));
        store.Tag("team/gone", "2", store.Index("team/gone", Whole));
        store.Write("v2/repositories/team/gone/_uploads/f3a1/startedat", "2026-01-01T00:00:00Z"u8);
        store.Tag("team/gone/kept", "1", store.Image("team/gone/kept", "kept", store.Layer("team/gone/kept", "base")));
        Last = store.Tag("team/last/one", "1", store.Image("team/last/one", "last", store.Layer("team/last/one", "last"), store.Layer("team/last/one", "base")));
    }

    public static string[] Images { get; } = ["team/app:1.0", "team/app:2.0", "team/gone", "team/last/one:1"];

    public Digest Released { get; }

    public Digest Child { get; }

    public Digest Index { get; }

    public Digest Whole { get; }

    public Digest Last { get; }

    protected override Task ApplyAsync(IStoreFiles files, PruneOutcome outcome) => ApplyAsync(files, outcome, Images);

    /// <summary>What a real run does: earlier runs first, then read, plan, apply.</summary>
    public static async Task<PruneOutcome> RunAsync(IStoreFiles files, params string[] images)
    {
        var outcome = await FinishAsync(files);
        await ApplyAsync(files, outcome, images);
        return outcome;
    }

    /// <summary>Plans undisturbed, and applies through a decorator of the store's files.</summary>
    public async Task<PruneOutcome> ApplyAsync(Func<IStoreFiles, IStoreFiles> decorate)
    {
        var outcome = new PruneOutcome();
        await PrunerOf(decorate(Files)).ApplyAsync(await PlanAsync(Files, Images), outcome, CancellationToken.None);
        return outcome;
    }

    public static async Task<PrunePlan> PlanAsync(IStoreFiles files, params string[] images)
    {
        var selectors = images.Select(ImageSelector.Parse).ToList();
        return await PlanReading.PlanAsync(new StoreReader(files), new PruneRequest(selectors, KeepEmpty: false, DateTimeOffset.UtcNow), CancellationToken.None);
    }

    private static async Task ApplyAsync(IStoreFiles files, PruneOutcome outcome, string[] images) =>
        await PrunerOf(files).ApplyAsync(await PlanAsync(files, images), outcome, CancellationToken.None);
}
