using System.Collections.Concurrent;
using RegistryCleaner.Store;

namespace RegistryCleaner.Tests.Store;

/// <summary>Whoever is told of it, the files are what they are.</summary>
public class ProgressFilesContractTests : FilesContract
{
    protected override IStoreFiles Open(string root) => new ProgressFiles(new LocalStoreFiles(root), new Recorded(), many: 1);
}

public sealed class ProgressFilesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("progress-").FullName;
    private readonly Recorded _told = new();

    private ProgressFiles Files => new(new LocalStoreFiles(_root), _told);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("looking at files")]
    [InlineData("reading files")]
    [InlineData("hashing files")]
    [InlineData("listing directories")]
    public async Task It_is_told_from_the_first_to_the_last_of_many(string activity)
    {
        var paths = Enumerable.Range(0, (ProgressFiles.Many * 2) + 1).Select(i => $"{i}").ToArray();

        await DoAsync(activity, paths);

        var told = _told.Reports.ToArray();
        told.ShouldAllBe(report => report.Activity == activity && report.Total == paths.Length);
        told.Select(report => report.Done).Order().ShouldBe([0, .. Enumerable.Range(1, 10).Select(i => i * 1000L), paths.Length]);
        told[0].Done.ShouldBe(0);
        told[^1].IsOver.ShouldBeTrue();
        told[..^1].ShouldAllBe(report => !report.IsOver);
    }

    [Fact]
    public async Task Of_few_nothing_is_told()
    {
        await DoAsync("reading files", [.. Enumerable.Range(0, ProgressFiles.Many - 1).Select(i => $"{i}")]);

        _told.Reports.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_fails_is_over()
    {
        File.WriteAllText(Path.Combine(_root, "7"), "");
        var paths = Enumerable.Range(0, ProgressFiles.Many).Select(i => $"{i}").ToArray();

        await Should.ThrowAsync<InvalidOperationException>(() => Files.ReadEachAsync(paths, 10, (_, _) => throw new InvalidOperationException(), default));

        _told.Reports.Last().IsOver.ShouldBeTrue();
    }

    private async Task DoAsync(string activity, string[] paths)
    {
        switch (activity)
        {
            case "looking at files":
                await Files.StatEachAsync(paths, (_, _) => { }, default);
                break;
            case "reading files":
                await Files.ReadEachAsync(paths, 10, (_, _) => { }, default);
                break;
            case "hashing files":
                await Files.HashEachAsync(paths, (_, _) => { }, default);
                break;
            default:
                await Files.ListNamesAsync(paths, (_, _) => { }, default);
                break;
        }
    }
}

internal sealed class Recorded : IProgress<CleanerProgress>
{
    public ConcurrentQueue<CleanerProgress> Reports { get; } = [];

    public void Report(CleanerProgress value) => Reports.Enqueue(value);
}
