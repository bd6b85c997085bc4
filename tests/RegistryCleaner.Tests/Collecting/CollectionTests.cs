using RegistryCleaner.Store;

namespace RegistryCleaner.Tests.Collecting;

public class CollectionTests
{
    [Fact]
    public async Task All_that_nothing_needs_goes_and_nothing_else()
    {
        using var scene = new CollectionScene();
        var before = scene.Oracle.Content();

        var plan = await CollectionScene.PlanAsync(scene.Files);
        scene.Oracle.Content(withWorkDirectory: true).ShouldBe(before);
        var outcome = await scene.RunAsync(scene.Files);

        outcome.IsComplete.ShouldBeTrue(string.Join('\n', outcome.Failures.Concat(outcome.Drifted)));
        scene.Oracle.BrokenTags.ShouldBeEmpty();
        scene.Oracle.Tags.Keys.ShouldBe(["app:1", "app:multi", "other:1"], ignoreOrder: true);
        plan.Blobs.Select(blob => blob.Digest.ToString()).ShouldBe(outcome.Blobs, ignoreOrder: true);
        foreach (var gone in new[] { scene.Untagged, scene.UntaggedIndex, scene.Signature, scene.Attestation, scene.Stale, scene.Orphan })
            scene.Store.Has(StoreLayout.BlobDirectory(gone)).ShouldBeFalse(gone.ToString());
        before.Keys.Except(scene.Oracle.Content().Keys).ShouldNotBeEmpty();
        scene.Store.Has("v2/repositories/app/_uploads/f3a1").ShouldBeFalse();
        scene.Store.Has("v2/repositories/empty").ShouldBeFalse();
        Directory.GetFiles(scene.Store.RootDirectory, "*.tmp", SearchOption.AllDirectories).ShouldBeEmpty();
        scene.Oracle.Content().Keys.Where(path => path.Contains("/sha256/", StringComparison.Ordinal) && path.Length > 64)
            .Where(path => Directory.Exists(Path.Combine(scene.Store.RootDirectory, path)) && Directory.GetFileSystemEntries(Path.Combine(scene.Store.RootDirectory, path)).Length == 0)
            .ShouldBeEmpty("empty directories");
        (await CollectionScene.PlanAsync(scene.Files)).IsEmpty.ShouldBeTrue();
    }
}
