using Microsoft.Extensions.Logging.Abstractions;
using RegistryCleaner.Hosts;
using RegistryCleaner.Marking;
using RegistryCleaner.Naming;
using RegistryCleaner.Pruning;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;
using RegistryCleaner.Tests.Pruning;

namespace RegistryCleaner.Tests.Store;

/// <summary>
/// The cleaner is killed while it sends paths into a container: the script there gets the beginning of a list, and the beginning of
/// a path at its end. Real engines do this, though seldom: here the client cuts the list where it would hurt most.
/// </summary>
public sealed class TornInputTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("repositories")]
    [InlineData("repositories/app")]
    [InlineData("repositories/app/_manifests/tags")]
    [InlineData("repositories/app/_manifests/tags/")]
    [InlineData("repositories/app/_manifests/tags/1.1")]
    public async Task A_path_that_arrives_in_part_moves_nothing(string arrived)
    {
        foreach (var tag in new[] { "1.1", "1.10", "1.2" })
            _store.Builder.Tag("app", tag, _store.Builder.Image("app", tag, _store.Builder.Layer("app", tag)));
        _store.Builder.Tag("other", "1", _store.Builder.Image("other", "1", _store.Builder.Layer("other", "1")));
        var before = _store.Oracle.Tags.Keys.ToList();

        var files = Open("mv -T", arrived.Length);
        var plan = await PruneScene.PlanAsync(files, "app:1.10", "app:1.2");
        await Should.ThrowAsync<StoreAccessException>(() => PruneScene.PrunerOf(files).ApplyAsync(plan, new PruneOutcome(), CancellationToken.None));
        _store.Oracle.Tags.Keys.ShouldBe(before, ignoreOrder: true);

        await PruneScene.RunAsync(Open(FakeProgram.EngineScript));
        _store.Oracle.Tags.Keys.ShouldBe(before, ignoreOrder: true);
    }

    [Fact]
    public async Task A_path_that_arrives_in_part_deletes_nothing()
    {
        _store.Builder.Write("registry-cleaner/discarded/run-1/file", "a"u8);
        var files = Open("rm -rf", 26);

        await Should.ThrowAsync<StoreAccessException>(() => files.DeleteTreesAsync(["registry-cleaner/discarded/run-10"], CancellationToken.None));

        _store.Builder.Has("registry-cleaner/discarded/run-1/file").ShouldBeTrue();
    }

    [Fact]
    public async Task A_file_that_arrives_in_part_is_not_written()
    {
        var files = Open("cat >", 3);

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

    // Of what a script is sent that holds these words, so much arrives.
    private ContainerStoreFiles Open(string words, int length)
    {
        FakeProgram.Write(Path.Combine(_store.Builder.RootDirectory, "bin", "cut"), "sh", $$"""
            export PATH=/usr/bin:/bin
            if [[ "$*" == *"{{words}}"* ]]; then head -c {{length}} | /bin/sh "$@" >/dev/null; exit 137; fi
            PATH=${0%/*}:$PATH exec /bin/sh "$@"
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
