using RegistryCleaner.TestKit;
using RegistryCleaner.Tests.Collecting;
using Xunit.Abstractions;

namespace RegistryCleaner.Tests.Pruning;

public class KilledPruneTests(ITestOutputHelper output) : KilledRunTests<PruneScene>(output);

public class KilledCollectionTests(ITestOutputHelper output) : KilledRunTests<CollectionScene>(output);

/// <summary>The process is killed before every single thing that a run does, the systematic way.</summary>
public abstract class KilledRunTests<TScene>(ITestOutputHelper output)
    where TScene : RunScene, new()
{
    [Fact]
    public async Task A_run_killed_at_any_point_leaves_every_kept_tag_whole_and_the_next_run_completes_it()
    {
        var (expected, kept, points) = await UninterruptedAsync();
        points.ShouldBeGreaterThan(100);

        for (var point = 0; point < points; point += Density.OneIn(7))
        {
            using var scene = new TScene();
            var where = await KillAsync(scene, point);
            RequireWhole(scene, kept, $"killed at point {point}, {where}");

            var outcome = await scene.RunAsync(scene.Files);
            outcome.Failures.ShouldBeEmpty($"killed at point {point}, {where}");
            RequireSame(scene, expected, $"killed at point {point}, {where}");
        }

        output.WriteLine($"{points} points of one run, one in {Density.OneIn(7)}");
    }

    [Fact]
    public async Task A_run_that_finishes_a_killed_one_may_be_killed_as_well()
    {
        var (expected, kept, points) = await UninterruptedAsync();
        var tried = 0;
        for (var first = 3; first < points; first += points / 5)
        {
            for (var second = first % 17; ; second += Density.OneIn(17))
            {
                using var scene = new TScene();
                await KillAsync(scene, first);
                var where = await KillAsync(scene, second);
                if (where is null)
                    break;
                RequireWhole(scene, kept, $"killed at point {first}, then at {second}, {where}");
                await scene.RunAsync(scene.Files);
                RequireSame(scene, expected, $"killed at point {first}, then at {second}, {where}");
                tried++;
            }
        }

        output.WriteLine($"{tried} pairs of points");
        tried.ShouldBeGreaterThan(30);
    }

    [Fact]
    public async Task A_killed_run_is_completed_even_if_nothing_is_asked_for_any_longer()
    {
        var (expected, kept, points) = await UninterruptedAsync();
        var tags = kept.Count;
        for (var point = 0; point < points; point += Density.OneIn(23))
        {
            using var scene = new TScene();
            await KillAsync(scene, point);
            await RunScene.FinishAsync(scene.Files);
            scene.Oracle.BrokenTags.ShouldBeEmpty();
            // A tag that had not been taken away when the run was killed is not taken by the one that finishes it.
            if (scene.Oracle.Tags.Count == tags)
                RequireSame(scene, expected, $"killed at point {point}");
            scene.Oracle.Content(withWorkDirectory: true).Keys
                .ShouldNotContain(path => path.StartsWith("docker/registry/registry-cleaner", StringComparison.Ordinal) && path.EndsWith("link", StringComparison.Ordinal), $"killed at point {point}: in the trash");
        }
    }

    private static async Task<(SortedDictionary<string, string> Content, IReadOnlyDictionary<string, string> Kept, int Points)> UninterruptedAsync()
    {
        using var scene = new TScene();
        var points = 0;
        var outcome = await scene.RunAsync(new StoreFilesDecorator(scene.Files, _ => points++));
        outcome.IsComplete.ShouldBeTrue();
        scene.Oracle.BrokenTags.ShouldBeEmpty();
        return (scene.Oracle.Content(), scene.Oracle.Tags, points);
    }

    private static async Task<string?> KillAsync(TScene scene, int point, Action<string>? watch = null)
    {
        var count = 0;
        var files = new StoreFilesDecorator(scene.Files, where =>
        {
            watch?.Invoke(where);
            if (count++ >= point)
                throw new KilledException(where);
        });
        try
        {
            await scene.RunAsync(files);
            return null;
        }
        catch (KilledException e)
        {
            return e.Message;
        }
    }

    private static void RequireWhole(TScene scene, IReadOnlyDictionary<string, string> kept, string when)
    {
        foreach (var (name, digest) in kept)
        {
            scene.Oracle.Tags.ShouldContainKeyAndValue(name, digest, when);
            scene.Oracle.WhyNotPullable(name[..name.LastIndexOf(':')], digest).ShouldBeNull($"{when}: {name}");
        }
    }

    private static void RequireSame(TScene scene, SortedDictionary<string, string> expected, string when)
    {
        var content = scene.Oracle.Content();
        content.Keys.Except(expected.Keys).ShouldBeEmpty($"{when}: left over");
        expected.Keys.Except(content.Keys).ShouldBeEmpty($"{when}: lost");
        content.ShouldBe(expected, when);
    }
}

/// <summary>Stands for the end of a process.</summary>
public sealed class KilledException(string message) : Exception(message);
