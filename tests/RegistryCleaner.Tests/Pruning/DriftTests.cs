using RegistryCleaner.Naming;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;
using Xunit.Abstractions;

namespace RegistryCleaner.Tests.Pruning;

/// <summary>
/// Somebody pushes while a prune runs: before every single thing that it does where REGISTRY_CLEANER_FAULTS is "all", else before one
/// in seventeen, and not the same ones for each kind of push.
/// </summary>
public class DriftTests(ITestOutputHelper output)
{
    private static readonly int s_stride = Density.OneIn(37);

    // Pushes to different repositories go together, as they cannot help each other. A client uploads what it does not find, as
    // StoreBuilder does.
    private static readonly Dictionary<string, Func<PruneScene, IReadOnlyList<Pushed>>> s_pushes = new()
    {
        ["other images, to the tag and the repositories that go"] = scene =>
        [
            Push(scene, "team/app", "1.0", Image(scene, "team/app", "new", "base", "new")),
            Push(scene, "team/gone", "new", Image(scene, "team/gone", "new", "base", "new")),
            Push(scene, "team/last/one", "new", Image(scene, "team/last/one", "new", "base", "new")),
        ],
        ["other images that share the layers that go"] = scene =>
        [
            Push(scene, "team/app", "1.0", Image(scene, "team/app", "new", "base", "app-1.0")),
            Push(scene, "team/gone", "new", Image(scene, "team/gone", "new", "gone-1", "base")),
            Push(scene, "team/last/one", "new", Image(scene, "team/last/one", "new", "last")),
            Push(scene, "team/last", "new", Image(scene, "team/last", "last", "last")),
        ],
        ["new tags on the images that go"] = scene =>
        [
            Push(scene, "team/app", "again", Image(scene, "team/app", "app-1.0", "base", "app-1.0")),
            Push(scene, "team/gone", "new", Image(scene, "team/gone", "gone-1", "base", "gone-1")),
            Push(scene, "team/last/one", "new", Image(scene, "team/last/one", "last", "last", "base")),
        ],
        ["a new tag on the index that goes"] = scene =>
            [Push(scene, "team/app", "again", scene.Store.Index("team/app", Child(scene), Image(scene, "team/app", "arm64", "base", "arm64")))],
        ["a new tag on a platform of the index that goes"] = scene => [Push(scene, "team/app", "amd64", Child(scene))],
        ["a new index over a platform that goes"] = scene => [Push(scene, "team/app", "multi", scene.Store.Index("team/app", Child(scene)))],
        ["a kept tag is moved to the image that goes"] = scene => [Push(scene, "team/app", "stable", Image(scene, "team/app", "app-1.0", "base", "app-1.0"))],
    };

    public static TheoryData<string> Pushes { get; } = [.. s_pushes.Keys];

    [Theory]
    [MemberData(nameof(Pushes))]
    public async Task A_push_at_any_point_of_a_run_is_never_lost(string name)
    {
        var points = await CountAsync();
        for (var point = name.Length % s_stride; point < points; point += s_stride)
        {
            using var scene = new PruneScene();
            IReadOnlyList<Pushed> pushed = [];
            var where = await RunAsync(scene, point, () => pushed = s_pushes[name](scene));
            RequireThere(scene, pushed, $"{name}, pushed at point {point}, before: {where}");
        }

        output.WriteLine($"{points} points, one in {s_stride}");
    }

    [Theory]
    [MemberData(nameof(Pushes))]
    public async Task A_push_before_a_run_that_finishes_a_killed_one_is_never_lost(string name)
    {
        var points = await CountAsync();
        for (var point = name.Length % s_stride; point < points; point += s_stride)
        {
            using var scene = new PruneScene();
            var where = "";
            var count = 0;
            try
            {
                await scene.ApplyAsync(files => new StoreFilesDecorator(files, at => _ = count++ < point ? where = at : throw new OperationCanceledException()));
            }
            catch (OperationCanceledException)
            {
            }

            var pushed = s_pushes[name](scene);
            await PruneScene.RunAsync(scene.Files);
            RequireThere(scene, pushed, $"{name}, pushed after a kill at point {point}, after: {where}");
        }
    }

    /// <summary>The client finds its layers at one point and sends the manifest at a later one; the registry checks them then.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(13)]
    public async Task A_push_that_found_its_layers_in_place_is_refused_by_the_registry_or_whole(int later)
    {
        var points = await CountAsync();
        var pushes = 0;
        for (var point = later % s_stride; point + later < points; point += s_stride)
        {
            using var scene = new PruneScene();
            Digest[] layers = [];
            var where = await RunAsync(scene, point, () => layers = [scene.Store.Layer("team/app", "base"), scene.Store.Layer("team/app", "app-1.0")], point + later, () =>
            {
                if (!layers.All(layer => scene.Store.Has(StoreLayout.LayerLink(RepositoryName.Parse("team/app"), layer))))
                    return;
                Push(scene, "team/app", "slow", scene.Store.Image("team/app", "slow", layers));
                pushes++;
            });
            scene.Oracle.BrokenTags.ShouldBeEmpty($"layers at point {point}, manifest {later} points later, before: {where}");
        }

        pushes.ShouldBeGreaterThan(10 / s_stride);
    }

    private static void RequireThere(PruneScene scene, IReadOnlyList<Pushed> pushed, string when)
    {
        scene.Oracle.BrokenTags.ShouldBeEmpty(when);
        var tags = scene.Oracle.Tags;
        foreach (var (name, digest) in pushed)
            tags.ShouldContainKeyAndValue(name, digest.ToString(), when);
        foreach (var kept in new[] { "team/app:1.1", "team/app:2.1", "team/app:stable", "team/app/nested:1.0", "team/gone/kept:1", "other:1.0" })
            tags.Keys.ShouldContain(kept, when);
    }

    private static async Task<int> CountAsync()
    {
        using var scene = new PruneScene();
        var points = 0;
        await scene.ApplyAsync(files => new StoreFilesDecorator(files, _ => points++));
        return points;
    }

    private static async Task<string> RunAsync(PruneScene scene, int point, Action push, int laterPoint = -1, Action? pushLater = null)
    {
        var count = 0;
        var where = "";
        await scene.ApplyAsync(files => new StoreFilesDecorator(files, at =>
        {
            if (count == point)
                push();
            if (count == laterPoint)
                pushLater!();
            where = count <= Math.Max(point, laterPoint) ? at : where;
            count++;
        }));
        return where;
    }

    private static Pushed Push(PruneScene scene, string repository, string tag, Digest digest) =>
        new($"{repository}:{tag}", scene.Store.Tag(repository, tag, digest));

    private static Digest Image(PruneScene scene, string repository, string seed, params string[] layers) =>
        scene.Store.Image(repository, seed, [.. layers.Select(layer => scene.Store.Layer(repository, layer))]);

    private static Digest Child(PruneScene scene) => Image(scene, "team/app", "amd64", "base", "amd64-2.0");

    private sealed record Pushed(string Name, Digest Digest);
}
