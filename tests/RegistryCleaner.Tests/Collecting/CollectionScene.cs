using RegistryCleaner.Marking;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Pruning;
using RegistryCleaner.Store;
using RegistryCleaner.Tests.Pruning;

namespace RegistryCleaner.Tests.Collecting;

/// <summary>
/// A store with all that a full collection takes away, beside what it looks like and has to stay; all of it two days old.
/// </summary>
public sealed class CollectionScene : RunScene
{
    public CollectionScene()
    {
        var store = Store;
        var shared = store.Layer("app", "base");
        store.Tag("app", "1", store.Image("app", "one", shared, store.Layer("app", "one")));
        store.Tag("app", "multi", store.Index("app", store.Image("app", "amd64", shared), store.Image("app", "arm64", shared)));
        Untagged = store.Image("app", "untagged", shared, store.Layer("app", "untagged"));
        UntaggedIndex = store.Index("app", store.Image("app", "old-amd64", shared), store.Image("app", "old-arm64", store.Layer("app", "old-arm64")));
        Signature = store.Tag("app", $"sha256-{Untagged.Hex}.sig", store.Image("app", "signature", store.Layer("app", "signature")));
        Attestation = store.Image("app", "attestation", (Digest?)Untagged, store.Layer("app", "attestation"));
        store.Tag("other", "1", store.Image("other", "other", store.Layer("other", "base"), store.Layer("other", "untagged")));
        Stale = store.Layer("other", "stale");
        Orphan = store.Blob("orphan"u8);
        store.WriteLink(StoreLayout.LayerLink(RepositoryName.Parse("other"), Digest.OfContent("dangling"u8)), Digest.OfContent("dangling"u8));
        Directory.CreateDirectory(store.FullPath(StoreLayout.BlobDirectory(Digest.OfContent("empty"u8))));
        store.Write("v2/repositories/app/_uploads/f3a1/startedat", "2026-01-01T00:00:00Z"u8);
        store.Write($"{StoreLayout.BlobDirectory(Digest.OfContent("half"u8))}/data.00112233-4455-6677-8899-aabbccddeeff.tmp", "half"u8);
        store.Manifest("empty", "{}");
        store.Age(TimeSpan.FromDays(2));
    }

    public Digest Untagged { get; }

    public Digest UntaggedIndex { get; }

    public Digest Signature { get; }

    public Digest Attestation { get; }

    public Digest Stale { get; }

    public Digest Orphan { get; }

    public static Task<CollectionPlan> PlanAsync(IStoreFiles files) => OwnScene.PlanAsync(files, deleteUntagged: true, DeletionLimit.None);

    protected override async Task ApplyAsync(IStoreFiles files, PruneOutcome outcome) =>
        await OwnScene.Collector(files).CollectAsync(await PlanAsync(files), outcome, CancellationToken.None);
}
