using RegistryCleaner.Naming;
using RegistryCleaner.Pruning;
using RegistryCleaner.Restoring;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;
using RegistryCleaner.Tests.Pruning;
using Xunit.Abstractions;

namespace RegistryCleaner.Tests.Restoring;

/// <summary>How long what was removed is kept, and what becomes of runs that were killed.</summary>
public class TrashTests(ITestOutputHelper output)
{
    [Fact]
    public async Task What_was_removed_is_freed_when_its_time_has_come_and_its_journal_stays()
    {
        using var scene = await UndoScene.PrunedAsync();
        var run = scene.Run;
        var bytes = Size(scene);
        var outcome = new PruneOutcome();

        await RunScene.KeepingPrunerOf(scene.StoreFiles).FinishEarlierRunsAsync(outcome, CancellationToken.None);
        Size(scene).ShouldBe(bytes);
        StoreBuilder.Age(scene.Store.FullPath($"{StoreLayout.TrashOf(run)}/completed"), TimeSpan.FromDays(6.9));
        await RunScene.KeepingPrunerOf(scene.StoreFiles).FinishEarlierRunsAsync(outcome, CancellationToken.None);
        Size(scene).ShouldBe(bytes);
        outcome.Notes.ShouldBeEmpty();
        StoreBuilder.Age(scene.Store.FullPath($"{StoreLayout.TrashOf(run)}/completed"), TimeSpan.FromDays(7.1));
        await RunScene.KeepingPrunerOf(scene.StoreFiles).FinishEarlierRunsAsync(outcome, CancellationToken.None);

        Size(scene).ShouldBeLessThan(10_000);
        outcome.Notes.ShouldHaveSingleItem().ShouldContain("was freed");
        var known = (await scene.HistoryAsync()).ShouldHaveSingleItem();
        (known.Run, known.State, known.BytesInTrash).ShouldBe((run, RunState.Freed, 0));
        known.Tags.ShouldContain("team/app:1.0");
        scene.Oracle.BrokenTags.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("604800", 6.9, true)]
    [InlineData("604800", 7.1, false)]
    [InlineData("2592000", 29, true)]
    [InlineData("0", 0.1, false)]
    [InlineData("", 6.9, true)]
    [InlineData("", 7.1, false)]
    [InlineData("-1", 6.9, true)]
    [InlineData("99999999999999999999", 6.9, true)]
    public async Task A_run_is_kept_as_long_as_it_asked_for_whatever_a_later_one_asks_for(string retention, double age, bool isKept)
    {
        using var scene = await UndoScene.PrunedAsync();
        var completed = scene.Store.FullPath($"{StoreLayout.TrashOf(scene.Run)}/completed");
        await File.WriteAllTextAsync(completed, retention);
        StoreBuilder.Age(completed, TimeSpan.FromDays(age));

        await RunScene.PrunerOf(scene.StoreFiles).FinishEarlierRunsAsync(new PruneOutcome(), CancellationToken.None);

        Directory.Exists(Path.GetDirectoryName(completed)).ShouldBe(isKept);
    }

    [Theory]
    [InlineData("a rollback")]
    [InlineData("RestoreImages")]
    public async Task A_tag_goes_back_into_the_directory_that_a_push_left_when_it_broke_off(string how)
    {
        using var scene = UndoScene.Unpruned();
        if (how == "a rollback")
            await KillAsync(scene, await CountAsync() / 2);
        else
            await scene.PruneAsync(PruneScene.Images);
        // As the registry writes a tag: the index link first (registry/storage/tagstore.go).
        var pushed = scene.Store.Image("team/app", "new", scene.Store.Layer("team/app", "new"));
        var index = $"v2/repositories/team/app/_manifests/tags/1.0/index/sha256/{pushed.Hex}/link";
        scene.Store.Write(index, System.Text.Encoding.ASCII.GetBytes(pushed.ToString()));

        if (how == "a rollback")
            await RunScene.KeepingPrunerOf(scene.StoreFiles, InterruptedRunPolicy.RollBack).FinishEarlierRunsAsync(new PruneOutcome(), CancellationToken.None);
        else
            (await scene.RestoreAsync()).IsComplete.ShouldBeTrue();

        scene.Oracle.BrokenTags.ShouldBeEmpty();
        scene.Oracle.Tags["team/app:1.0"].ShouldBe(scene.TagsBefore["team/app:1.0"]);
        scene.Before.Keys.Where(path => path.Contains("/tags/1.0/", StringComparison.Ordinal)).ShouldBeSubsetOf(scene.Now.Keys);
        scene.Store.Has(index).ShouldBeTrue();
        Directory.GetFileSystemEntries(scene.Store.FullPath(StoreLayout.Trash)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_a_tag_that_is_there_again_nothing_goes_back_not_even_its_past()
    {
        using var scene = await UndoScene.PrunedAsync();
        var pushed = scene.Store.Image("team/app", "new", scene.Store.Layer("team/app", "new"));
        scene.Store.Tag("team/app", "1.0", pushed);
        var before = scene.Oracle.Content(withWorkDirectory: true);

        var outcomes = await new Trash(scene.StoreFiles, scene.Run).PutTagsBackAsync([StoreLayout.Tag(RepositoryName.Parse("team/app"), Tag.Parse("1.0"))]);

        outcomes.ShouldHaveSingleItem().Result.ShouldBe(MoveResult.TargetExists);
        scene.Oracle.Content(withWorkDirectory: true).ShouldBe(before);
    }

    [Fact]
    public async Task The_trash_is_emptied_on_demand()
    {
        using var scene = await UndoScene.PrunedAsync();
        var options = new EmptyTrashOptions { RegistryRoot = scene.Store.RootDirectory };
        var before = scene.Oracle.Content(withWorkDirectory: true);

        var dry = await new Cleaner().EmptyTrashAsync(options with { DryRun = true });
        scene.Oracle.Content(withWorkDirectory: true).ShouldBe(before);
        var real = await new Cleaner().EmptyTrashAsync(options);

        real.ExitCode.ShouldBe(ExitCode.Done);
        real.Runs.Select(run => (run.Run, run.BytesInTrash)).ShouldBe(dry.Runs.Select(run => (run.Run, run.BytesInTrash)));
        real.Runs.ShouldHaveSingleItem().BytesInTrash.ShouldBeGreaterThan(5000);
        Directory.GetFileSystemEntries(scene.Store.FullPath(StoreLayout.Trash)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_needed_again_by_then_goes_back_and_is_not_freed()
    {
        using var scene = await UndoScene.PrunedAsync();
        // As a registry does it that remembers the data: a link, and nothing else.
        var layer = scene.Store.Layer("elsewhere", "amd64-2.0");
        File.Delete(scene.Store.FullPath(StoreLayout.BlobData(layer)));

        await new Cleaner().EmptyTrashAsync(new EmptyTrashOptions { RegistryRoot = scene.Store.RootDirectory });

        scene.Store.Has(StoreLayout.BlobData(layer)).ShouldBeTrue();
    }

    [Fact]
    public async Task The_journals_that_are_kept_are_not_more_and_more()
    {
        using var scene = await UndoScene.PrunedAsync();
        for (var i = 0; i < EarlierRuns.MaxHistory + 10; i++)
            scene.Store.Write($"{StoreLayout.History}/freed/20200101T{i:000000}Z-00000000/journal.json", "{}"u8);

        await RunScene.FinishAsync(scene.StoreFiles);
        await RunScene.FinishAsync(scene.StoreFiles);

        Directory.GetDirectories(scene.Store.FullPath($"{StoreLayout.History}/freed")).Length.ShouldBe(EarlierRuns.MaxHistory);
        Directory.Exists(scene.Store.FullPath($"{StoreLayout.History}/freed/20200101T000000Z-00000000")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_killed_run_is_rolled_back_where_that_is_asked_for_at_every_point()
    {
        var points = await CountAsync();
        for (var point = 0; point < points; point += Density.OneIn(11))
        {
            using var scene = UndoScene.Unpruned();
            var where = await KillAsync(scene, point);

            var outcome = new PruneOutcome();
            await RunScene.KeepingPrunerOf(scene.StoreFiles, InterruptedRunPolicy.RollBack).FinishEarlierRunsAsync(outcome, CancellationToken.None);

            outcome.Failures.ShouldBeEmpty();
            // From its end on it is no interrupted run.
            if (where?.Contains("completed", StringComparison.Ordinal) == true || where is null)
                continue;
            scene.Now.ShouldBe(scene.Before, $"killed at point {point}, {where}");
        }
    }

    [Theory]
    [InlineData(InterruptedRunPolicy.FinishIfUnchanged, false, false)]
    [InlineData(InterruptedRunPolicy.FinishIfUnchanged, true, true)]
    [InlineData(InterruptedRunPolicy.Finish, true, false)]
    [InlineData(InterruptedRunPolicy.RollBack, false, true)]
    public async Task A_killed_run_is_finished_if_its_plan_still_holds_or_as_told(InterruptedRunPolicy policy, bool isPushed, bool isRolledBack)
    {
        using var scene = UndoScene.Unpruned();
        await KillAsync(scene, await CountAsync() / 2);
        scene.Oracle.Tags.Keys.ShouldNotContain("team/app:1.0");
        var pushed = isPushed ? scene.Store.Tag("team/app", "1.0", scene.Store.Image("team/app", "new", scene.Store.Layer("team/app", "new"))) : default;

        await RunScene.KeepingPrunerOf(scene.StoreFiles, policy).FinishEarlierRunsAsync(new PruneOutcome(), CancellationToken.None);

        scene.Oracle.BrokenTags.ShouldBeEmpty();
        scene.Oracle.Tags.Keys.Contains("team/app:2.0").ShouldBe(isRolledBack);
        if (isPushed)
            scene.Oracle.Tags["team/app:1.0"].ShouldBe(pushed.ToString());
        else
            scene.Oracle.Tags.Keys.Contains("team/app:1.0").ShouldBe(isRolledBack);
        (await RunScene.PrunerOf(scene.StoreFiles).FindUnfinishedRunsAsync(CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_killed_run_that_is_asked_for_is_taken_back()
    {
        using var scene = UndoScene.Unpruned();
        await KillAsync(scene, await CountAsync() / 2);

        var report = await scene.RestoreAsync(new RestoreImagesOptions());

        report.ExitCode.ShouldBe(ExitCode.Done);
        scene.Now.ShouldBe(scene.Before);
        (await scene.HistoryAsync()).ShouldHaveSingleItem().State.ShouldBe(RunState.Restored);
    }

    [Theory]
    [InlineData(InterruptedRunPolicy.RollBack)]
    [InlineData(InterruptedRunPolicy.Finish)]
    [InlineData(InterruptedRunPolicy.FinishIfUnchanged)]
    public async Task Before_something_is_put_back_a_killed_run_is_rolled_back_or_finished_as_told(InterruptedRunPolicy policy)
    {
        using var scene = UndoScene.Unpruned();
        await KillAsync(scene, await CountAsync() / 2);
        scene.Oracle.Tags.Keys.ShouldNotContain("team/app:1.0");

        var report = await scene.RestoreAsync(new RestoreImagesOptions { Images = ["team/app:1.0"], Interrupted = policy });

        report.ExitCode.ShouldBe(ExitCode.Done);
        scene.Oracle.BrokenTags.ShouldBeEmpty();
        scene.Oracle.Tags.Keys.ShouldContain("team/app:1.0");
        // What else the run had removed, or had set out to.
        scene.Oracle.Tags.Keys.Contains("team/app:2.0").ShouldBe(policy == InterruptedRunPolicy.RollBack);
        (await scene.HistoryAsync()).ShouldHaveSingleItem().State.ShouldBe(policy == InterruptedRunPolicy.RollBack ? RunState.Restored : RunState.InTrash);
    }

    [Theory]
    [InlineData(InterruptedRunPolicy.RollBack)]
    [InlineData(InterruptedRunPolicy.Finish)]
    [InlineData(InterruptedRunPolicy.FinishIfUnchanged)]
    public async Task A_push_at_any_point_of_that_is_never_lost(InterruptedRunPolicy policy)
    {
        var half = await CountAsync() / 2;
        var tried = 0;
        for (var (point, isOver) = (0, false); !isOver; point += Density.OneIn(13))
        {
            using var scene = UndoScene.Unpruned();
            await KillAsync(scene, half);
            var (run, count, pushed) = (scene.Run, 0, "");
            var files = new StoreFilesDecorator(scene.StoreFiles, _ =>
            {
                if (count++ == point)
                    pushed = scene.Store.Tag("team/app", "1.0", scene.Store.Image("team/app", "new", scene.Store.Layer("team/app", "base"), scene.Store.Layer("team/app", "amd64-2.0"))).ToString();
            });

            await UndoScene.FinishEarlierRunsAsync(files, policy);
            // Of a run that was rolled back, nothing is left to be asked for.
            if (Directory.Exists(scene.Store.FullPath(StoreLayout.TrashOf(run))))
                await scene.RestoreAsync(files, run);

            isOver = pushed.Length == 0;
            if (isOver)
                continue;
            tried++;
            scene.Oracle.Tags["team/app:1.0"].ShouldBe(pushed, $"pushed at point {point}");
            scene.Oracle.BrokenTags.ShouldBeEmpty($"pushed at point {point}");
        }

        output.WriteLine($"{policy}: {tried} points");
        tried.ShouldBeGreaterThan(3);
    }

    [Theory]
    [InlineData(InterruptedRunPolicy.Finish)]
    [InlineData(InterruptedRunPolicy.FinishIfUnchanged)]
    public async Task A_killed_run_that_keeps_no_trash_is_not_finished_so_as_to_be_taken_back(InterruptedRunPolicy policy)
    {
        using var scene = UndoScene.Unpruned();
        await Should.ThrowAsync<KilledException>(async () => await RunScene.PrunerOf(new StoreFilesDecorator(scene.StoreFiles, point =>
        {
            if (point.StartsWith("move v2/blobs/", StringComparison.Ordinal))
                throw new KilledException(point);
        })).ApplyAsync(await PruneScene.PlanAsync(scene.StoreFiles, PruneScene.Images), new PruneOutcome(), CancellationToken.None));
        var killed = scene.Oracle.Content(withWorkDirectory: true);

        (await Should.ThrowAsync<CleanerException>(() => scene.RestoreAsync(new RestoreImagesOptions { Interrupted = policy }))).ExitCode.ShouldBe(ExitCode.Refused);

        scene.Oracle.Content(withWorkDirectory: true).ShouldBe(killed);
        (await scene.RestoreAsync(new RestoreImagesOptions())).ExitCode.ShouldBe(ExitCode.Done);
        scene.Now.ShouldBe(scene.Before);
    }

    [Fact]
    public async Task The_report_names_the_run_and_both_figures()
    {
        using var scene = UndoScene.Unpruned();

        var report = await new Cleaner().CleanImagesAsync(new CleanImagesOptions { Images = PruneScene.Images, RegistryRoot = scene.Store.RootDirectory });

        report.Collection!.BytesInTrash.ShouldBe(report.Collection.Bytes);
        report.Outcome!.RunIds.ShouldBe([scene.Run]);
        var summary = RegistryCleaner.Reporting.ReportTable.Of(report).Summary;
        summary.ShouldContain(sentence => sentence.Contains("0 bytes are free now", StringComparison.Ordinal) && sentence.Contains("lie in the trash", StringComparison.Ordinal));
        summary.ShouldContain(sentence => sentence.Contains($"RestoreImages --run {scene.Run}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_tag_does_not_go_back_without_what_it_needs_and_goes_back_when_that_can()
    {
        using var scene = await UndoScene.PrunedAsync();
        File.Delete(scene.Store.FullPath($"{StoreLayout.TrashOf(scene.Run)}/completed"));
        // A file where the directory of a layer's data belongs.
        var layer = Directory.GetFiles(scene.Store.FullPath($"{StoreLayout.TrashOf(scene.Run)}/{StoreLayout.Blobs}"), "data", SearchOption.AllDirectories)
            .Select(path => Digest.Parse($"sha256:{Path.GetFileName(Path.GetDirectoryName(path))}")).Single(digest => digest == Digest.OfContent(Content("amd64-2.0")));
        var directory = scene.Store.FullPath(StoreLayout.BlobDirectory(layer));
        if (Directory.Exists(directory))
            Directory.Delete(directory);
        await File.WriteAllTextAsync(directory, "");

        var refused = await Should.ThrowAsync<CleanerException>(RollBackAsync);

        refused.ExitCode.ShouldBe(ExitCode.Incomplete);
        refused.Message.ShouldContain($"/tags/2.0 stays in the trash: it needs {StoreLayout.BlobData(layer)}");
        scene.Oracle.BrokenTags.ShouldBeEmpty();
        scene.Oracle.Tags.Keys.ShouldNotContain("team/app:2.0");
        scene.Oracle.Tags.Keys.ShouldContain("team/app:1.0");

        File.Delete(directory);
        (await RollBackAsync()).ExitCode.ShouldBe(ExitCode.Done);
        scene.Now.ShouldBe(scene.Before);

        Task<CleanerReport> RollBackAsync() => new Cleaner().EmptyTrashAsync(new EmptyTrashOptions { RegistryRoot = scene.Store.RootDirectory, Interrupted = InterruptedRunPolicy.RollBack });
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\0\0")]
    [InlineData("sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task A_link_that_a_push_left_torn_does_not_count_as_being_back(string content)
    {
        using var scene = await UndoScene.PrunedAsync();
        var torn = TornLinks(scene);
        foreach (var link in torn)
            scene.Store.Write(link, System.Text.Encoding.ASCII.GetBytes(content));

        var report = await scene.RestoreAsync(new RestoreImagesOptions());

        report.ExitCode.ShouldBe(ExitCode.Done);
        scene.Now.ShouldBe(scene.Before);
        Directory.GetFileSystemEntries(scene.Store.FullPath(StoreLayout.Trash)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_torn_link_that_is_whole_nowhere_brings_no_tag_back()
    {
        using var scene = await UndoScene.PrunedAsync();
        foreach (var link in TornLinks(scene))
        {
            scene.Store.Write(link, ""u8);
            File.Delete(scene.Store.FullPath($"{StoreLayout.TrashOf(scene.Run)}/{link}"));
        }

        var report = await scene.RestoreAsync(new RestoreImagesOptions());

        report.ExitCode.ShouldBe(ExitCode.Incomplete);
        report.Restoration!.Images.Single(image => image.Image == "team/app:2.0").Decision.ShouldBe(RestoreDecision.Lost);
        scene.Oracle.Tags.Keys.ShouldNotContain("team/app:2.0");
    }

    [Fact]
    public async Task CheckRegistry_repairs_a_torn_link_from_the_trash()
    {
        using var scene = await UndoScene.PrunedAsync();
        var torn = TornLinks(scene);
        foreach (var link in torn)
            scene.Store.Write(link, ""u8);

        var report = await new Cleaner().CheckRegistryAsync(new CheckRegistryOptions { RegistryRoot = scene.Store.RootDirectory, Repair = true });

        report.Findings.Select(finding => finding.Where).ShouldNotContain(where => torn.Contains(where));
        foreach (var link in torn)
            new FileInfo(scene.Store.FullPath(link)).Length.ShouldBe(71);
    }

    // Of a layer of 2.0 and of its index.
    private static string[] TornLinks(UndoScene scene)
    {
        var name = RepositoryName.Parse("team/app");
        return [StoreLayout.LayerLink(name, Digest.OfContent(Content("amd64-2.0"))), StoreLayout.RevisionLink(name, Digest.Parse(scene.TagsBefore["team/app:2.0"]))];
    }

    // What StoreBuilder makes of a seed.
    private static byte[] Content(string seed) => [.. Enumerable.Range(0, 1024).Select(index => (byte)seed[index % seed.Length])];

    // As a registry up to 3.0 leaves it when the disk is full: it writes data in its place.
    [Theory]
    [InlineData("a rollback")]
    [InlineData("RestoreImages")]
    [InlineData("EmptyTrash")]
    public async Task Data_that_a_push_left_cut_off_does_not_count_as_being_back(string how)
    {
        using var scene = await UndoScene.PrunedAsync();
        var completed = scene.Store.FullPath($"{StoreLayout.TrashOf(scene.Run)}/completed");
        var layer = scene.Store.Layer("elsewhere", "amd64-2.0");
        foreach (var digest in new[] { layer, Digest.Parse(scene.TagsBefore["team/app:2.0"]) })
            scene.Store.Write(StoreLayout.BlobData(digest), ""u8);

        switch (how)
        {
            case "a rollback":
                File.Delete(completed);
                await RunScene.KeepingPrunerOf(scene.StoreFiles, InterruptedRunPolicy.RollBack).FinishEarlierRunsAsync(new PruneOutcome(), CancellationToken.None);
                break;
            case "RestoreImages":
                (await scene.RestoreAsync(new RestoreImagesOptions())).ExitCode.ShouldBe(ExitCode.Done);
                break;
            default:
                await new Cleaner().EmptyTrashAsync(new EmptyTrashOptions { RegistryRoot = scene.Store.RootDirectory });
                new FileInfo(scene.Store.FullPath(StoreLayout.BlobData(layer))).Length.ShouldBe(1024);
                return;
        }

        scene.Oracle.BrokenTags.ShouldBeEmpty();
        scene.Oracle.Tags.Where(pair => scene.TagsBefore.ContainsKey(pair.Key)).ShouldBe(scene.TagsBefore, ignoreOrder: true);
        Directory.GetFileSystemEntries(scene.Store.FullPath(StoreLayout.Trash)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Data_that_was_pushed_anew_stays_and_the_cut_off_copy_in_the_trash_does_not_take_its_place()
    {
        using var scene = await UndoScene.PrunedAsync();
        var layer = scene.Store.Layer("elsewhere", "amd64-2.0");
        await File.WriteAllTextAsync(scene.Store.FullPath($"{StoreLayout.TrashOf(scene.Run)}/{StoreLayout.BlobData(layer)}"), "");

        (await scene.RestoreAsync()).IsComplete.ShouldBeTrue();

        new FileInfo(scene.Store.FullPath(StoreLayout.BlobData(layer))).Length.ShouldBe(1024);
        scene.Oracle.BrokenTags.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_longer_copy_in_the_trash_that_is_damaged_does_not_make_what_is_whole_count_as_lost()
    {
        using var scene = await UndoScene.PrunedAsync();
        var layer = scene.Store.Layer("elsewhere", "amd64-2.0");
        await File.AppendAllTextAsync(scene.Store.FullPath($"{StoreLayout.TrashOf(scene.Run)}/{StoreLayout.BlobData(layer)}"), "and more");

        (await scene.RestoreAsync()).IsComplete.ShouldBeTrue();

        scene.Oracle.BrokenTags.ShouldBeEmpty();
        scene.Oracle.Tags.Keys.ShouldContain("team/app:2.0");
    }

    [Theory]
    [InlineData(true, "until EmptyTrash frees it")]
    [InlineData(false, "the next run of CleanImages puts back all")]
    public async Task What_becomes_of_a_run_whose_journal_cannot_be_read_is_said_as_it_is(bool isCompleted, string sentence)
    {
        using var scene = await UndoScene.PrunedAsync();
        scene.Store.Write(StoreLayout.Journal(scene.Run), "{"u8);
        if (!isCompleted)
            File.Delete(scene.Store.FullPath($"{StoreLayout.TrashOf(scene.Run)}/completed"));

        foreach (var run in new[] { null, scene.Run })
            (await Should.ThrowAsync<CleanerException>(() => scene.RestoreAsync(new RestoreImagesOptions { Run = run }))).Message.ShouldContain(sentence);

        await RunScene.FinishAsync(scene.StoreFiles);
        scene.Oracle.Tags.Keys.Contains("team/app:1.0").ShouldBe(!isCompleted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_whose_journal_cannot_be_read_is_freed_on_demand_if_the_store_is_whole_without_it(bool isNeeded)
    {
        using var scene = await UndoScene.PrunedAsync();
        var run = scene.Run;
        scene.Store.Write(StoreLayout.Journal(run), "{"u8);
        StoreBuilder.Age(scene.Store.FullPath($"{StoreLayout.TrashOf(run)}/completed"), TimeSpan.FromDays(8));
        if (isNeeded)
        {
            var layer = scene.Store.Layer("elsewhere", "amd64-2.0");
            scene.Store.Tag("elsewhere", "1", scene.Store.Image("elsewhere", "1", layer));
            File.Delete(scene.Store.FullPath(StoreLayout.BlobData(layer)));
        }

        var outcome = new PruneOutcome();
        await RunScene.KeepingPrunerOf(scene.StoreFiles).FinishEarlierRunsAsync(outcome, CancellationToken.None);
        outcome.Notes.ShouldHaveSingleItem().ShouldContain("EmptyTrash");
        (await scene.HistoryAsync()).ShouldHaveSingleItem().Run.ShouldBe(run);
        var report = await new Cleaner().EmptyTrashAsync(new EmptyTrashOptions { RegistryRoot = scene.Store.RootDirectory });

        report.ExitCode.ShouldBe(isNeeded ? ExitCode.Incomplete : ExitCode.Done);
        Directory.Exists(scene.Store.FullPath(StoreLayout.TrashOf(run))).ShouldBe(isNeeded);
        report.Warnings.ShouldContain(sentence => sentence.Contains(run, StringComparison.Ordinal));
    }

    private static long Size(UndoScene scene) =>
        Directory.GetFiles(scene.Store.FullPath(StoreLayout.WorkDirectory), "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);

    private static async Task<int> CountAsync()
    {
        using var scene = UndoScene.Unpruned();
        var points = 0;
        await PruneAsync(scene, new StoreFilesDecorator(scene.StoreFiles, _ => points++));
        return points;
    }

    private static async Task<string?> KillAsync(UndoScene scene, int point)
    {
        var count = 0;
        try
        {
            await PruneAsync(scene, new StoreFilesDecorator(scene.StoreFiles, where =>
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

    private static async Task PruneAsync(UndoScene scene, IStoreFiles files) =>
        await RunScene.KeepingPrunerOf(files).ApplyAsync(await PruneScene.PlanAsync(scene.StoreFiles, PruneScene.Images), new PruneOutcome(), CancellationToken.None);
}
