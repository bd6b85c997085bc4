using RegistryCleaner.Store;
using RegistryCleaner.TestKit;
using RegistryCleaner.Tests.Pruning;
using RegistryCleaner.Tests.Restoring;
using Xunit.Abstractions;

namespace RegistryCleaner.Tests.Breaking;

/// <summary>
/// Somebody puts a symbolic link out of the store in a directory's place, at the last moment before something is moved, written or
/// deleted in it, also in the middle of a call about many: nothing outside is touched.
/// </summary>
public class SwappedDirectoryTests(ITestOutputHelper output)
{
    private const int FewSteps = 60;

    private static readonly int s_stride = Density.OneIn(23);

    [Theory]
    [InlineData("CleanImages")]
    [InlineData("EmptyTrash")]
    public async Task A_directory_that_becomes_a_link_out_of_the_store_leads_nothing_out(string verb)
    {
        var (steps, tried) = (await RunAsync(verb, int.MaxValue, 0), 0);
        var stride = steps < FewSteps ? Density.OneIn(5) : s_stride;
        for (var levels = 1; levels <= 4; levels++)
        {
            for (var step = levels % stride; step < steps; step += stride)
            {
                await RunAsync(verb, step, levels);
                tried++;
            }
        }

        output.WriteLine($"{verb}: {tried} swaps, before {steps} steps");
        tried.ShouldBeGreaterThan(20);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_link_that_comes_and_goes_leads_nothing_out(bool isDeleted)
    {
        using var store = new TemporaryStore();
        using var outside = new TemporaryStore();
        outside.Builder.Write("precious/link", "precious"u8);
        var target = outside.Builder.FullPath("precious");
        var files = new LocalStoreFiles(Path.Combine(store.Builder.RootDirectory, StoreLayout.BaseDirectory));
        var before = outside.Oracle.Content();
        for (var round = 0; round < 60; round++)
        {
            var directory = isDeleted ? "registry-cleaner/discarded/1/a/b" : "v2/repositories/a/b";
            for (var i = 0; i < 100; i++)
                store.Builder.Write($"{directory}/link{i}", "x"u8);
            store.Builder.Write($"{directory}/link", "x"u8);
            using var stop = new CancellationTokenSource();
            var swapping = Task.Run(() => Swap(store.Builder.FullPath(directory), target, stop.Token));
            try
            {
                if (isDeleted)
                    await files.DeleteTreesAsync(["registry-cleaner/discarded/1"], default);
                else
                    await files.MoveAsync("v2", $"registry-cleaner/trash/{round}/v2", [.. Enumerable.Range(0, 100).Select(i => $"repositories/a/b/link{i}"), "repositories/a/b/link"], default);
            }
            catch (StoreAccessException)
            {
                // That something is not as it was is no reason to go on.
            }

            await stop.CancelAsync();
            await swapping;
            outside.Oracle.Content().ShouldBe(before, $"round {round}");
        }
    }

    private static void Swap(string directory, string target, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                Directory.Move(directory, directory + "-aside");
                File.CreateSymbolicLink(directory, target);
                File.Delete(directory);
                Directory.Move(directory + "-aside", directory);
            }
            catch (IOException)
            {
                // It has gone.
                if (Directory.Exists(directory + "-aside") && !Path.Exists(directory))
                    Directory.Move(directory + "-aside", directory);
            }
        }
    }

    // The directory so many levels above what a step is about becomes a link to where it is from then on; how many steps there were.
    private static async Task<int> RunAsync(string verb, int at, int levels)
    {
        using var scene = verb == "EmptyTrash" ? await UndoScene.PrunedAsync() : UndoScene.Unpruned();
        var outside = Directory.CreateDirectory(scene.Store.RootDirectory + "-outside").FullName;
        try
        {
            SortedDictionary<string, string>? expected = null;
            var steps = 0;
            var files = new SwappingFiles(scene.StoreFiles, path =>
            {
                if (steps++ == at && FindSwapped(scene, path, levels) is { } directory)
                {
                    Directory.Move(scene.Store.FullPath(directory), Path.Combine(outside, "elsewhere"));
                    File.CreateSymbolicLink(scene.Store.FullPath(directory), Path.Combine(outside, "elsewhere"));
                    expected = new StoreOracle(outside).Content();
                }
            });

            foreach (var some in new IStoreFiles[] { files, scene.StoreFiles })
            {
                try
                {
                    var outcome = verb == "EmptyTrash" ? await UndoScene.EmptyAsync(some) : await PruneScene.RunAsync(some, PruneScene.Images);
                    if (expected is null)
                        outcome.Failures.ShouldBeEmpty();
                }
                catch (Exception e) when (expected is not null && e is StoreAccessException or CleanerException)
                {
                    // What it made of it does not count here.
                }

                if (expected is not null)
                    new StoreOracle(outside).Content().ShouldBe(expected, $"{verb}: before step {at}, {levels} levels up");
                if (at == int.MaxValue)
                    break;
            }

            return steps;
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    private static string? FindSwapped(UndoScene scene, string path, int levels)
    {
        var parts = path.Split('/');
        var directory = string.Join('/', parts[..Math.Max(parts.Length - levels, 1)]);
        return directory is "v2" or "v2/repositories" or "v2/blobs" || !Directory.Exists(scene.Store.FullPath(directory)) ? null : directory;
    }

    // Everything that changes something, with a hook before each path of a call is come to.
    private sealed class SwappingFiles(IStoreFiles inner, Action<string> before) : StoreFilesDecorator(inner, _ => { })
    {
        private readonly IStoreFiles _inner = inner;

        public override Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
        {
            before(path);
            return _inner.WriteAsync(path, content, cancellationToken);
        }

        // Both sides of a rename, one after the other.
        public override Task<IReadOnlyList<MoveOutcome>> MoveAsync(string fromBase, string toBase, IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
            _inner.MoveAsync(fromBase, toBase, Hooked(paths, path =>
            {
                before($"{fromBase}/{path}");
                before($"{toBase}/{path}");
            }), cancellationToken);

        public override Task DeleteTreesAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken) => _inner.DeleteTreesAsync(Hooked([.. paths], path =>
        {
            before(path);
            before($"{path}/{StoreLayout.Version2}/inside");
        }), cancellationToken);

        public override Task RemoveEmptyDirectoriesAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken) =>
            _inner.RemoveEmptyDirectoriesAsync(Hooked([.. paths], before), cancellationToken);

        private static LazyList<string> Hooked(IReadOnlyList<string> paths, Action<string> before) => new(paths.Count, index =>
        {
            before(paths[index]);
            return paths[index];
        });
    }
}
