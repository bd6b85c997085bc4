using Microsoft.Extensions.Logging.Abstractions;
using RegistryCleaner.Hosts;
using RegistryCleaner.Marking;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;

namespace RegistryCleaner.Tests.Store;

/// <summary>
/// The cleaner is killed while it sends paths into a container: what runs there gets the beginning of a list, and the beginning of
/// a path at its end. Real engines do this, though seldom: here the list is cut where it would hurt most.
/// </summary>
public sealed class TornInputTests : IDisposable
{
    // More paths than come with a request.
    private static readonly IEnumerable<int> Many = Enumerable.Range(0, 100);

    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    // A few paths are part of the request. Only its last line break may be missing. A script that came before is not sent again.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_that_is_cut_anywhere_does_nothing(bool isRepeated)
    {
        var request = Path.Combine(_store.Builder.RootDirectory, "request");
        await MoveAsync($"shift 3\ntee {request} | \"$@\"\n").ShouldNotThrowAsync();
        var length = (int)new FileInfo(request).Length;
        var (first, last) = (await File.ReadAllTextAsync(request)) is var text ? (text.IndexOf("tags/1", StringComparison.Ordinal), text.LastIndexOf("tags/1", StringComparison.Ordinal)) : default;
        last.ShouldBeInRange(first + 1, length);

        foreach (var cut in Enumerable.Range(0, length).Where(at => (at > first - 80 && at < last + 80 && at % Density.OneIn(8) == 0) || at % 301 == 0 || at > length - 40).SkipLast(1))
        {
            await Should.ThrowAsync<StoreAccessException>(() => MoveAsync($"shift 3\nhead -c {cut} {request} | \"$@\"\n"), $"cut after {cut} of {length} bytes");
            new[] { "1", "10" }.ShouldAllBe(tag => _store.Builder.Has($"v2/tags/{tag}/link"), $"cut after {cut} of {length} bytes");
        }

        async Task MoveAsync(string engine)
        {
            foreach (var tag in new[] { "1", "10", "9" })
                _store.Builder.Write($"v2/tags/{tag}/link", "a"u8);
            if (Directory.Exists(_store.Builder.FullPath("trash")))
                Directory.Delete(_store.Builder.FullPath("trash"), recursive: true);
            var files = Open(engine);
            if (isRepeated)
                await files.MoveAsync("v2", "trash", ["tags/9"], CancellationToken.None);
            await files.MoveAsync("v2", "trash", ["tags/10", "tags/1"], CancellationToken.None);
        }
    }

    [Theory]
    [InlineData("repositories")]
    [InlineData("repositories/app")]
    [InlineData("repositories/app/_manifests/tags")]
    [InlineData("repositories/app/_manifests/tags/")]
    [InlineData("repositories/app/_manifests/tags/1.1")]
    public async Task A_path_that_arrives_in_part_moves_nothing(string arrived)
    {
        string[] moved = ["1.10", .. Many.Select(i => $"1.2{i}")];
        foreach (var tag in moved.Append("1.1"))
            _store.Builder.Tag("app", tag, _store.Builder.Image("app", tag, _store.Builder.Layer("app", tag)));
        _store.Builder.Tag("other", "1", _store.Builder.Image("other", "1", _store.Builder.Layer("other", "1")));
        var before = _store.Oracle.Tags.Keys.ToList();

        await Should.ThrowAsync<StoreAccessException>(() => Open(arrived.Length).MoveAsync(
            "v2", "registry-cleaner/trash", [.. moved.Select(tag => $"repositories/app/_manifests/tags/{tag}")], CancellationToken.None));

        _store.Oracle.Tags.Keys.ShouldBe(before, ignoreOrder: true);
    }

    [Fact]
    public async Task A_path_that_arrives_in_part_deletes_nothing()
    {
        _store.Builder.Write("registry-cleaner/discarded/run-1/file", "a"u8);
        var files = Open(26);

        await Should.ThrowAsync<StoreAccessException>(() => files.DeleteTreesAsync(["registry-cleaner/discarded/run-10", .. Many.Select(i => $"registry-cleaner/discarded/run-2{i}")], CancellationToken.None));

        _store.Builder.Has("registry-cleaner/discarded/run-1/file").ShouldBeTrue();
    }

    [Fact]
    public async Task A_file_that_arrives_in_part_is_not_written()
    {
        var files = Open(3);

        await Should.ThrowAsync<StoreAccessException>(() => files.WriteAsync("registry-cleaner/journal", "whole"u8.ToArray(), CancellationToken.None));

        _store.Builder.Has("registry-cleaner/journal").ShouldBeFalse();
    }

    [Fact]
    public async Task What_a_killed_write_leaves_is_collected_as_a_registrys_own_is()
    {
        FakeProgram.Write(Path.Combine(_store.Builder.RootDirectory, "bin", "killed"), "mv", "kill -9 $PPID\n");
        var files = Open("PATH=${0%/*}/killed:$PATH\n" + FakeProgram.EngineScript);

        await Should.ThrowAsync<StoreAccessException>(() => files.WriteAsync("v2/repositories/app/_layers/sha256/x/link", "whole"u8.ToArray(), CancellationToken.None));

        LeftoverShouldBeKnown(Directory.GetFiles(_store.Builder.FullPath("v2"), "*", SearchOption.AllDirectories).ShouldHaveSingleItem());
        LeftoverShouldBeKnown(StorePaths.TemporaryOf("v2/repositories/app/_layers/sha256/x/link"));
    }

    private static void LeftoverShouldBeKnown(string path) => LeftoverFinder.IsTemporary(path).ShouldBeTrue(path);

    [Fact]
    public async Task Repositories_behind_a_symbolic_link_are_seen()
    {
        _store.Builder.Tag("app", "1", _store.Builder.Image("app", "1", _store.Builder.Layer("app", "1")));
        Directory.Move(_store.Builder.FullPath(StoreLayout.Repositories), _store.Builder.FullPath("elsewhere"));
        Directory.CreateSymbolicLink(_store.Builder.FullPath(StoreLayout.Repositories), _store.Builder.FullPath("elsewhere"));

        foreach (var files in new IStoreFiles[] { Open(FakeProgram.EngineScript), new LocalStoreFiles(_store.Builder.FullPath("")) })
            (await new StoreReader(files).FindRepositoriesAsync(CancellationToken.None)).Repositories.ShouldBe([RepositoryName.Parse("app")]);
    }

    // Of the first input so much arrives, and then the shell ends.
    private ContainerStoreFiles Open(int length)
    {
        FakeProgram.Write(Path.Combine(_store.Builder.RootDirectory, "bin", "cut"), "head", $$"""
            if [ "$1 $#" != "-c 2" ]; then exec /usr/bin/head "$@"; fi
            kill -9 $PPID
            /usr/bin/head -c {{length}}
            """);
        return Open("PATH=${0%/*}/cut:$PATH\n" + FakeProgram.EngineScript);
    }

    private ContainerStoreFiles Open(string script)
    {
        var docker = FakeProgram.Write(Path.Combine(_store.Builder.RootDirectory, "bin"), "docker", script);
        ContainerEngine.TryParse(docker, out var engine, out _).ShouldBeTrue();
        return new ContainerStoreFiles(CommandHost.InContainer(engine!, "registry"), _store.Builder.FullPath(""), NullLogger.Instance);
    }
}
