using RegistryCleaner.Store;
using RegistryCleaner.TestKit;
using RegistryCleaner.Tests.Pruning;
using Xunit.Abstractions;

namespace RegistryCleaner.Tests.Restoring;

/// <summary>Taking a run back is killed, or pushed into, before every single thing that it does.</summary>
public class KilledRestoreTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Killed_at_any_point_it_leaves_every_tag_whole_and_the_same_call_ends_it(bool isPrune)
    {
        var points = await CountAsync(isPrune);
        for (var point = 0; point < points; point += Density.OneIn(7))
        {
            using var scene = await SceneAsync(isPrune);
            var (tags, run) = (scene.Oracle.Tags, scene.Run);
            var where = await KillAsync(scene, point);
            scene.Oracle.BrokenTags.ShouldBeEmpty($"killed at point {point}, {where}");
            tags.Keys.Except(scene.Oracle.Tags.Keys).ShouldBeEmpty($"killed at point {point}, {where}");

            // The last points are those at which its trash is given up already.
            if (Directory.Exists(scene.Store.FullPath($"{StoreLayout.Trash}/{run}")))
                (await scene.RestoreAsync()).IsComplete.ShouldBeTrue($"killed at point {point}, {where}");
            scene.Now.ShouldBe(scene.Before, $"killed at point {point}, {where}");
        }

        output.WriteLine($"{points} points");
        points.ShouldBeGreaterThan(30);
    }

    [Fact]
    public async Task A_prune_after_a_killed_one_harms_nothing_and_what_is_left_can_still_come_back()
    {
        var points = await CountAsync(isPrune: true);
        for (var point = 0; point < points; point += Density.OneIn(13))
        {
            using var scene = await UndoScene.PrunedAsync();
            var run = scene.Run;
            var where = await KillAsync(scene, point);
            await RunScene.KeepingPrunerOf(scene.StoreFiles).FinishEarlierRunsAsync(new RegistryCleaner.Pruning.PruneOutcome(), CancellationToken.None);
            await scene.PruneAsync("team/app:2.1");
            scene.Oracle.BrokenTags.ShouldBeEmpty($"killed at point {point}, {where}");

            if (Directory.Exists(scene.Store.FullPath($"{StoreLayout.Trash}/{run}")))
                (await scene.RestoreAsync(run: run)).IsComplete.ShouldBeTrue($"killed at point {point}, {where}");
            (await scene.RestoreAsync()).IsComplete.ShouldBeTrue($"killed at point {point}, {where}");
            scene.Now.ShouldBe(scene.Before, $"killed at point {point}, {where}");
        }
    }

    [Fact]
    public async Task A_push_at_any_point_is_never_lost()
    {
        var points = await CountAsync(isPrune: true);
        for (var point = 0; point < points; point += Density.OneIn(11))
        {
            using var scene = await UndoScene.PrunedAsync();
            var count = 0;
            var pushed = "";
            await scene.RestoreAsync(new StoreFilesDecorator(scene.StoreFiles, _ =>
            {
                if (count++ == point)
                    pushed = scene.Store.Tag("team/app", "1.0", scene.Store.Image("team/app", "new", scene.Store.Layer("team/app", "base"), scene.Store.Layer("team/app", "new"))).ToString();
            }));

            // Pushed after the old one had come back, it is a push over a tag like any other.
            scene.Oracle.Tags["team/app:1.0"].ShouldBe(pushed, $"pushed at point {point}");
            scene.Oracle.BrokenTags.ShouldBeEmpty($"pushed at point {point}");
            scene.TagsBefore.Keys.Except(scene.Oracle.Tags.Keys).ShouldBeEmpty($"pushed at point {point}");
        }
    }

    private static Task<UndoScene> SceneAsync(bool isPrune) => isPrune ? UndoScene.PrunedAsync() : UndoScene.CollectedAsync();

    private static async Task<int> CountAsync(bool isPrune)
    {
        using var scene = await SceneAsync(isPrune);
        var points = 0;
        (await scene.RestoreAsync(new StoreFilesDecorator(scene.StoreFiles, _ => points++))).IsComplete.ShouldBeTrue();
        return points;
    }

    private static async Task<string?> KillAsync(UndoScene scene, int point)
    {
        var count = 0;
        try
        {
            await scene.RestoreAsync(new StoreFilesDecorator(scene.StoreFiles, where =>
            {
                if (count++ >= point)
                    throw new KilledException(where);
            }));
            return null;
        }
        catch (KilledException e)
        {
            return e.Message;
        }
    }
}
