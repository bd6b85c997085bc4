using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using RegistryCleaner.Api;
using RegistryCleaner.Hosts;
using RegistryCleaner.Naming;
using RegistryCleaner.Pruning;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;
using RegistryCleaner.Tests.Pruning;
using RegistryCleaner.Tests.Restoring;

namespace RegistryCleaner.Tests.Store;

/// <summary>
/// Whoever kills a cleaner ends its lock in the container at once, and not the script that it was at. And a lock may be lost without
/// the cleaner's end: a container is restarted, a line is cut.
/// </summary>
public sealed class FenceTests : IDisposable
{
    private const int Layers = 15;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly UndoScene _scene = UndoScene.Unpruned();
    private readonly TemporaryStore _programs = new();

    public void Dispose()
    {
        _scene.Dispose();
        _programs.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_killed_run_is_still_moving_is_waited_for_before_it_is_put_back(bool throughShell)
    {
        var store = _scene.Store;
        store.Tag("big", "1", store.Image("big", "1", [.. Enumerable.Range(0, Layers).Select(i => store.Layer("big", $"layer {i}"))]));
        var before = Files();
        var plan = await PruneScene.PlanAsync(_scene.StoreFiles, "big:1");
        var journal = PruneJournal.Of(plan, DateTimeOffset.UtcNow, TimeSpan.FromDays(7));
        var name = RepositoryName.Parse("big");
        var trash = $"{StoreLayout.TrashOf(journal.RunId)}/{StoreLayout.Version2}";
        string[] paths =
        [
            StoreLayout.Tag(name, Tag.Parse("1")),
            .. journal.Repositories[0].Manifests.Select(manifest => StoreLayout.RevisionLink(name, Digest.Parse(manifest.Name))),
            .. journal.Repositories[0].Layers.Select(layer => layer.Name),
            .. journal.Blobs.Select(blob => StoreLayout.BlobData(Digest.Parse(blob))),
        ];

        FakeProgram.Write(Path.Combine(_programs.Builder.RootDirectory, "slow"), "mv", "sleep 0.05\nexec /bin/mv \"$@\"\n");
        var killed = Open("PATH=${0%/*}/slow:$PATH\n" + FakeProgram.EngineScript);
        var itsLock = (await killed.TryLockAsync(StoreLayout.LockFile, default)).ShouldNotBeNull();
        await killed.WriteAsync(StoreLayout.Journal(journal.RunId), journal.ToJson(), default);
        var moving = killed.MoveAsync(StoreLayout.Version2, trash, [.. paths.Select(path => path[(StoreLayout.Version2.Length + 1)..])], default);
        while (!Directory.Exists(store.FullPath($"{trash}/blobs")))
            await Task.Delay(10);
        await itsLock.DisposeAsync();
        moving.IsCompleted.ShouldBeFalse();

        if (throughShell)
        {
            var pruner = PrunerOf(Open(FakeProgram.EngineScript));
            await using var theLock = await pruner.LockAsync(s_patience, default);
            var outcome = new PruneOutcome();
            await pruner.FinishEarlierRunsAsync(outcome, default);
            outcome.Failures.ShouldBeEmpty();
        }
        else
        {
            (await _scene.RestoreAsync(new RestoreImagesOptions { Run = journal.RunId, LockTimeout = s_patience })).ExitCode.ShouldBe(ExitCode.Done);
        }

        (await moving).ShouldAllBe(outcome => outcome.Result == MoveResult.Moved);
        Files().ShouldBe(before);
        _scene.Oracle.BrokenTags.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_comes_into_the_trash_while_all_of_it_goes_back_is_not_deleted()
    {
        await _scene.PruneAsync(PruneScene.Images);
        var (run, late) = (_scene.Run, StoreLayout.BlobData(_scene.Store.Layer("other", "late")));
        File.Delete(_scene.Store.FullPath($"{StoreLayout.TrashOf(run)}/completed"));
        var isBack = false;
        var files = new StoreFilesDecorator(_scene.StoreFiles, point =>
        {
            isBack |= point.Contains("tags/1.0", StringComparison.Ordinal);
            if (isBack && _scene.Store.Has(late))
                _scene.StoreFiles.MoveAsync("v2", $"{StoreLayout.TrashOf(run)}/v2", [late[3..]], default).Wait();
        });

        var outcome = new PruneOutcome();
        await PrunerOf(files).FinishEarlierRunsAsync(outcome, default);
        outcome.Failures.ShouldHaveSingleItem().ShouldContain(late);
        await PrunerOf(_scene.StoreFiles).FinishEarlierRunsAsync(new PruneOutcome(), default);

        _scene.Store.Has(late).ShouldBeTrue();
        Directory.GetFileSystemEntries(_scene.Store.FullPath(StoreLayout.Trash)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_had_arrived_and_not_begun_when_another_took_the_lock_does_nothing(bool throughShell)
    {
        FakeProgram.Write(Path.Combine(_programs.Builder.RootDirectory, "late"), "flock", """
            export PATH=/usr/bin:/bin
            [ "$1" != -s ] || while [ ! -e "$0.go" ]; do touch "$0.there"; sleep 0.02; done
            exec flock "$@"
            """);
        var late = Path.Combine(_programs.Builder.RootDirectory, "late", "flock");
        var killed = Open("PATH=${0%/*}/late:$PATH\n" + FakeProgram.EngineScript);
        var itsLock = (await killed.TryLockAsync(StoreLayout.LockFile, default)).ShouldNotBeNull();
        var writing = killed.WriteAsync("v2/new", "x"u8.ToArray(), default);
        while (!File.Exists(late + ".there"))
            await Task.Delay(10);
        await itsLock.DisposeAsync();

        var files = throughShell ? Open(FakeProgram.EngineScript) : _scene.StoreFiles;
        await using var theLock = (await files.TryLockAsync(StoreLayout.LockFile, default)).ShouldNotBeNull();
        await File.WriteAllTextAsync(late + ".go", "");

        (await Should.ThrowAsync<StoreAccessException>(() => writing)).Message.ShouldContain("another cleaner has taken the store since");
        _scene.Store.Has("v2/new").ShouldBeFalse();
    }

    [Fact]
    public async Task A_run_that_lost_its_lock_changes_nothing_more_and_the_next_finishes_it()
    {
        var pid = Path.Combine(_programs.Builder.RootDirectory, "pid");
        var container = Open($"[[ \"$*\" != *'flock -n'* ]] || echo $$ > {pid}\n" + FakeProgram.EngineScript);
        var files = new StoreFilesDecorator(container, _ =>
        {
            if (_scene.Oracle.Tags.ContainsKey("team/app:1.0") || !File.Exists(pid))
                return;
            using var kill = Process.Start("pkill", ["-P", File.ReadAllText(pid).Trim()]);
            kill.WaitForExit();
            File.Delete(pid);
            Thread.Sleep(1000);
        });
        var pruner = RunScene.PrunerOf(files);
        await using (await pruner.LockAsync(TimeSpan.Zero, default))
        {
            var plan = await PruneScene.PlanAsync(_scene.StoreFiles, PruneScene.Images);
            (await Should.ThrowAsync<StoreAccessException>(() => pruner.ApplyAsync(plan, new PruneOutcome(), default))).Message.ShouldContain("the lock was lost");
        }

        _scene.Oracle.Tags.ContainsKey("team/app:1.0").ShouldBeFalse();
        _scene.Oracle.BrokenTags.ShouldBeEmpty();
        var next = RunScene.PrunerOf(_scene.StoreFiles);
        await using var theLock = await next.LockAsync(TimeSpan.Zero, default);
        var outcome = new PruneOutcome();
        await next.FinishEarlierRunsAsync(outcome, default);
        outcome.Notes[0].ShouldContain("was finished");
        _scene.Oracle.BrokenTags.ShouldBeEmpty();
        (await next.FindUnfinishedRunsAsync(default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_line_of_the_lock_is_never_silent_for_long()
    {
        var said = Path.Combine(_programs.Builder.RootDirectory, "said");
        var files = Open($"shift 3\nif [[ \"$*\" == *'flock -n'* ]]; then tee {said} | \"$@\"; else exec \"$@\"; fi\n");
        await using var theLock = (await files.TryLockAsync(StoreLayout.LockFile, default)).ShouldNotBeNull();

        for (var i = 0; i < 200 && new FileInfo(said).Length == 0; i++)
            await Task.Delay(100);

        new FileInfo(said).Length.ShouldBeGreaterThan(0);
    }

    private SortedDictionary<string, string> Files() => _scene.Now;

    private static Pruner PrunerOf(IStoreFiles files) => new(
        files, new StoreReader(files), ServedStore.Offline, new PruningOptions { Earlier = EarlierTrash.Keep, Interrupted = InterruptedRunPolicy.RollBack }, NullLogger.Instance);

    private ContainerStoreFiles Open(string script)
    {
        var docker = FakeProgram.Write(Path.Combine(_programs.Builder.RootDirectory, Guid.NewGuid().ToString("n")), "docker", script.Replace("${0%/*}", _programs.Builder.RootDirectory, StringComparison.Ordinal));
        ContainerEngine.TryParse(docker, out var engine, out _).ShouldBeTrue();
        return new ContainerStoreFiles(CommandHost.InContainer(engine!, "registry"), _scene.StoreFiles.Root, NullLogger.Instance);
    }
}
