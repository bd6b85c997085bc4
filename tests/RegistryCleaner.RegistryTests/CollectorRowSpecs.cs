using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests;

// Our own collector on every state of a store in which a registry's own loses something, gives up, or leaves garbage: all that could
// be pulled before still can, garbage beside it goes, and what cannot be read is named.
public sealed class CollectorRowSpecs(EmptyRegistries registries) : IClassFixture<EmptyRegistries>
{
    private static readonly TimeSpan Old = TimeSpan.FromDays(2);

    public static TheoryData<string, int> Rows
    {
        get
        {
            var rows = new TheoryData<string, int>();
            foreach (var row in StoreRows.All)
            {
                rows.Add(row.Name, 2);
                rows.Add(row.Name, 3);
            }

            return rows;
        }
    }

    [DockerTheory]
    [MemberData(nameof(Rows))]
    public async Task Nothing_is_lost_and_garbage_goes(string row, int version)
    {
        var scene = await registries.SceneAsync(version);
        await CollectAsync(scene, [StoreRows.All.Single(candidate => candidate.Name == row)]);
    }

    [DockerFact]
    public async Task Nothing_is_lost_and_garbage_goes_with_all_of_it_in_one_store_through_docker_exec()
    {
        await using var scene = await RegistryScene.StartAsync(RegistryScene.DockerExec, cache: false);
        await CollectAsync(scene, StoreRows.All);
    }

    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Row_10_a_store_without_repositories_or_blobs_is_no_reason_to_give_up(int version)
    {
        var scene = await registries.SceneAsync(version);
        Directory.CreateDirectory($"{scene.Store.Registry}/v2");

        (await scene.RunAsync("GarbageCollect")).ShouldEndWith(0);
        (await scene.RunAsync("GarbageCollect", "--delete-untagged")).ShouldEndWith(0);
    }

    [DockerFact]
    public async Task Where_a_repository_may_hide_no_blob_goes()
    {
        var scene = await registries.SceneAsync();
        await PushAsync(scene);
        Directory.CreateSymbolicLink(scene.Store.Repository("elsewhere"), scene.Store.Repository("app"));
        var orphan = scene.Store.AddBlob("orphan"u8.ToArray());
        scene.Store.Age(Old);

        var result = (await scene.RunAsync("GarbageCollect", "--delete-untagged", "--output", "json")).ShouldEndWith(0);

        result.Texts("warnings").ShouldContain(warning => warning.Contains("elsewhere") && warning.Contains("no blob goes"));
        scene.Store.BlobSizes().Keys.ShouldContain(orphan);
        await scene.ShouldPullWholeAsync(["app:1"]);
    }

    [DockerTheory]
    [InlineData(RegistryScene.DockerExec)]
    [InlineData(RegistryScene.MountedDirectory)]
    public async Task Where_tags_cannot_be_listed_nothing_counts_as_untagged(string wayIn)
    {
        await using var scene = await RegistryScene.StartAsync(wayIn, cache: false);
        await PushAsync(scene);
        Directory.Delete(scene.Store.Repository("app", "_manifests/tags"), recursive: true);
        StoreDirectory.Write(scene.Store.Repository("app", "_manifests/tags"), "not a directory"u8.ToArray());
        scene.Store.Age(Old);
        var before = scene.Store.BlobSizes();

        var result = (await scene.RunAsync("GarbageCollect", "--delete-untagged", "--max-delete", "100%", "--dry-run", "--output", "json")).ShouldEndWith(0);

        result.Texts("warnings").ShouldContain(warning => warning.Contains("app/_manifests/tags"));
        CleanerResult.Items(result.Json, "planned").ShouldBeEmpty();
        (await scene.RunAsync("GarbageCollect", "--delete-untagged", "--max-delete", "100%")).ShouldEndWith(0);
        scene.Store.BlobSizes().ShouldBe(before, ignoreOrder: true);
    }

    private static async Task CollectAsync(RegistryScene scene, IReadOnlyList<StoreRow> rows)
    {
        await PushAsync(scene);
        foreach (var row in rows)
            await row.MakeAsync(scene);
        scene.Store.Age(Old);
        foreach (var row in rows)
            await row.ThenAsync(scene);
        var pullable = await scene.PullableAsync();

        await CollectAsync(scene, pullable, []);
        rows.SelectMany(row => row.Unlinked).ShouldAllBe(image => pullable.Contains(image));
        var result = await CollectAsync(
            scene, [.. pullable.Except(rows.SelectMany(row => row.Unlinked))], rows.SelectMany(row => row.Freed), "--delete-untagged", "--uploads-older-than", "1d");

        foreach (var name in rows.SelectMany(row => row.Named))
            result.Texts("warnings").ShouldContain(warning => warning.Contains(name));
        foreach (var directory in rows.SelectMany(row => row.Gone))
            Directory.Exists(scene.Store.Repository(directory)).ShouldBeFalse(directory);
    }

    // With a blob beside it that nothing knows.
    private static async Task<CleanerResult> CollectAsync(RegistryScene scene, IEnumerable<string> pullable, IEnumerable<string> freed, params string[] options)
    {
        var orphan = scene.Store.AddBlob("orphan"u8.ToArray());
        File.SetLastWriteTimeUtc(scene.Store.Blob(orphan), DateTime.UtcNow - Old);
        Directory.SetLastWriteTimeUtc(Path.GetDirectoryName(scene.Store.Blob(orphan))!, DateTime.UtcNow - Old);
        var before = scene.Store.BlobSizes();

        var result = (await scene.RunAsync(["GarbageCollect", "--output", "json", .. options])).ShouldEndWith(0);

        before.Keys.Except(scene.Store.BlobSizes().Keys).Order().ShouldBe(freed.Append(orphan).Order());
        result.Collected("bytes").ShouldBe(freed.Append(orphan).Sum(blob => before[blob]));
        (await scene.PullableAsync()).Order().ShouldBe(pullable.Order());
        return result;
    }

    // So much that what goes is less than half.
    private static Task<string> PushAsync(RegistryScene scene) =>
        scene.Client.PushAsync(ImageBuilder.Image("app", layers: ImageBuilder.Layers("app", 10, 20, 30, 40, 50, 60, 70, 80)), "app", "1");
}
