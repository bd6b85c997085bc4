using RegistryCleaner.TestKit;
using RegistryCleaner.Tests.Collecting;
using RegistryCleaner.Tests.Pruning;
using Xunit.Abstractions;

namespace RegistryCleaner.Tests.Breaking;

/// <summary>
/// Somebody removes a directory by hand while a run is at work: before every single thing that it does where REGISTRY_CLEANER_FAULTS is
/// "all", else before one in twenty-three.
/// </summary>
public class VanishTests(ITestOutputHelper output)
{
    private static readonly int s_stride = Density.OneIn(41);

    [Theory]
    [InlineData("v2/repositories/other")]
    [InlineData("v2/repositories/team/app")]
    [InlineData("v2/repositories/team/gone")]
    [InlineData("v2/repositories/team/app/_layers")]
    [InlineData("v2/repositories/team/app/_manifests/revisions")]
    [InlineData("v2/repositories/team/app/_manifests/tags/1.0")]
    public Task A_directory_that_vanishes_from_a_prune_takes_nothing_with_it(string directory) => VanishAsync(() => new PruneScene(), directory);

    [Theory]
    [InlineData("v2/repositories/other")]
    [InlineData("v2/repositories/app/_layers")]
    [InlineData("v2/repositories/app/_uploads")]
    [InlineData("v2/repositories/empty")]
    public Task A_directory_that_vanishes_from_a_collection_takes_nothing_with_it(string directory) => VanishAsync(() => new CollectionScene(), directory);

    private async Task VanishAsync(Func<RunScene> make, string directory)
    {
        var repository = directory.Split('/')[2..].TakeWhile(part => part[0] != '_').Aggregate((one, other) => $"{one}/{other}");
        List<string> kept;
        using (var undisturbed = make())
        {
            await undisturbed.RunAsync(undisturbed.Files);
            kept = [.. undisturbed.Oracle.WholeTags.Where(tag => !tag.StartsWith(repository, StringComparison.Ordinal))];
        }

        var point = s_stride > 1 ? directory.Length % s_stride : 0;
        for (var isReached = true; isReached; point += s_stride)
        {
            using var scene = make();
            isReached = false;
            var count = 0;
            var where = "";
            try
            {
                await scene.RunAsync(new StoreFilesDecorator(scene.Files, at =>
                {
                    if (count++ != point)
                        return;
                    (isReached, where) = (true, at);
                    if (scene.Store.Has(directory))
                        Directory.Delete(scene.Store.FullPath(directory), recursive: true);
                }));
            }
            catch (Exception e) when (e is CleanerException or RegistryCleaner.Store.StoreAccessException)
            {
                // It says why it went no further.
            }

            kept.Except(scene.Oracle.WholeTags).ShouldBeEmpty($"{directory} vanished at point {point}, before: {where}");
            await scene.RunAsync(scene.Files);
            kept.Except(scene.Oracle.WholeTags).ShouldBeEmpty($"{directory} vanished at point {point}, before: {where}, and run again");
            (await RunScene.PrunerOf(scene.Files).FindUnfinishedRunsAsync(CancellationToken.None)).ShouldBeEmpty($"{directory} vanished at point {point}, before: {where}");
        }

        output.WriteLine($"{point / s_stride} points");
        point.ShouldBeGreaterThan(20);
    }
}
