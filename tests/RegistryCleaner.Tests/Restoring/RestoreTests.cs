using RegistryCleaner.Api;
using RegistryCleaner.Collecting;
using RegistryCleaner.Hosts;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Pruning;
using RegistryCleaner.Restoring;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;
using RegistryCleaner.Tests.Pruning;

namespace RegistryCleaner.Tests.Restoring;

/// <summary>What a run removed comes back, as it was, and never over what is there by now.</summary>
public class RestoreTests
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task A_run_that_is_taken_back_leaves_the_store_as_it_was(bool isPrune, bool throughShell)
    {
        using var scene = isPrune ? await UndoScene.PrunedAsync() : await UndoScene.CollectedAsync();
        scene.Now.ShouldNotBe(scene.Before);
        IStoreFiles files = throughShell ? new ContainerStoreFiles(CommandHost.Local, scene.StoreFiles.Root, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance) : scene.StoreFiles;

        var plan = await scene.RestoreAsync(files);

        plan.IsComplete.ShouldBeTrue();
        plan.Remarks.ShouldBeEmpty();
        scene.Now.ShouldBe(scene.Before);
        Directory.GetFileSystemEntries(scene.Store.FullPath(StoreLayout.Trash)).ShouldBeEmpty();
        (await scene.HistoryAsync()).ShouldHaveSingleItem().State.ShouldBe(RunState.Restored);
    }

    [Fact]
    public async Task A_dry_run_says_what_a_real_one_does_and_touches_nothing()
    {
        using var scene = await UndoScene.PrunedAsync();
        var before = scene.Oracle.Content(withWorkDirectory: true);

        var dry = (await scene.RestoreAsync(new RestoreImagesOptions { DryRun = true })).Restoration!;
        scene.Oracle.Content(withWorkDirectory: true).ShouldBe(before);
        var real = (await scene.RestoreAsync(new RestoreImagesOptions())).Restoration!;

        real.Images.ShouldBe(dry.Images);
        (real.Manifests, real.Layers, real.Blobs, real.Bytes).ShouldBe((dry.Manifests, dry.Layers, dry.Blobs, dry.Bytes));
        real.Manifests.ShouldBeGreaterThan(0);
        real.Images.Select(image => image.Image).ShouldBe(["team/app:1.0", "team/app:2.0", $"team/app:{scene.TagsBefore["team/app:1.0"].Replace(':', '-')}.sig", "team/gone:1", "team/gone:2", "team/last/one:1"]);
    }

    [Fact]
    public async Task One_image_comes_back_with_what_is_about_it_and_nothing_else()
    {
        using var scene = await UndoScene.PrunedAsync();

        var plan = await scene.RestoreAsync(images: ["team/app:1.0"]);

        plan.IsComplete.ShouldBeTrue();
        scene.Oracle.BrokenTags.ShouldBeEmpty();
        scene.Oracle.Tags.Keys.ShouldContain("team/app:1.0");
        scene.Oracle.Tags.Keys.ShouldNotContain("team/app:2.0");
        scene.Oracle.Tags.Keys.ShouldNotContain("team/gone:1");
        // Its signature, by its subject.
        plan.Images.Where(image => image.Image.StartsWith("team/app@", StringComparison.Ordinal)).ShouldHaveSingleItem();

        // The rest can still come back.
        (await scene.RestoreAsync()).IsComplete.ShouldBeTrue();
        scene.Now.ShouldBe(scene.Before);
    }

    [Fact]
    public async Task A_repository_comes_back_with_all_that_was_in_it()
    {
        using var scene = await UndoScene.PrunedAsync();

        await scene.RestoreAsync(images: ["team/gone"]);

        scene.Oracle.BrokenTags.ShouldBeEmpty();
        scene.Now.Where(pair => pair.Key.Contains("/team/gone/", StringComparison.Ordinal)).ShouldBe(scene.Before.Where(pair => pair.Key.Contains("/team/gone/", StringComparison.Ordinal)));
        scene.Oracle.Tags.Keys.ShouldNotContain("team/app:1.0");
    }

    [Fact]
    public async Task A_tag_that_was_pushed_anew_stays_unless_the_old_one_is_asked_for()
    {
        using var scene = await UndoScene.PrunedAsync();
        var old = scene.TagsBefore["team/app:1.0"];
        var pushed = scene.Store.Tag("team/app", "1.0", scene.Store.Image("team/app", "new", scene.Store.Layer("team/app", "new")));

        var refused = await scene.RestoreAsync(new RestoreImagesOptions());

        refused.ExitCode.ShouldBe(ExitCode.Incomplete);
        refused.Restoration!.Images.Single(image => image.Image == "team/app:1.0").Decision.ShouldBe(RestoreDecision.PushedAnew);
        scene.Oracle.Tags["team/app:1.0"].ShouldBe(pushed.ToString());
        scene.Oracle.Tags.Keys.ShouldContain("team/app:2.0");
        scene.Oracle.BrokenTags.ShouldBeEmpty();

        var told = await scene.RestoreAsync(new RestoreImagesOptions { Images = ["team/app:1.0"], Overwrite = true });

        told.ExitCode.ShouldBe(ExitCode.Done);
        scene.Oracle.Tags["team/app:1.0"].ShouldBe(old);
        scene.Oracle.WhyNotPullable("team/app", pushed.ToString()).ShouldBeNull();
        scene.Oracle.BrokenTags.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_later_run_took_comes_back_from_its_trash()
    {
        using var scene = UndoScene.Unpruned();
        var first = (await scene.PruneAsync("team/app:2.0")).RunIds.Single();
        // 2.0 shares a platform with 2.1, and a layer with all.
        await scene.PruneAsync("team/app:2.1", "team/app:1.1", "team/app:stable", "team/app:1.0");

        var plan = await scene.RestoreAsync(run: first);

        plan.IsComplete.ShouldBeTrue();
        scene.Oracle.Tags.Keys.ShouldContain("team/app:2.0");
        scene.Oracle.BrokenTags.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_image_of_which_a_part_is_gone_does_not_come_back_and_the_report_says_why()
    {
        using var scene = await UndoScene.PrunedAsync();
        var trash = scene.Store.FullPath(StoreLayout.Trash);
        var data = Directory.GetFiles(trash, "data", SearchOption.AllDirectories).First(path => new FileInfo(path).Length == 1024);
        File.Delete(data);

        var report = await scene.RestoreAsync(new RestoreImagesOptions());

        report.ExitCode.ShouldBe(ExitCode.Incomplete);
        var lost = report.Restoration!.Images.Where(image => image.Decision == RestoreDecision.Lost && !image.Image.Contains('@')).ToList();
        lost.ShouldNotBeEmpty();
        lost.ShouldAllBe(image => image.Reason.Contains(Path.GetFileName(Path.GetDirectoryName(data))!, StringComparison.Ordinal));
        scene.Oracle.BrokenTags.ShouldBeEmpty();
        scene.Oracle.Tags.Keys.ShouldNotContain(lost[0].Image);
        scene.Oracle.Tags.Count.ShouldBe(scene.TagsBefore.Count - lost.Count);
    }

    [Fact]
    public async Task A_run_or_an_image_that_is_not_there_ends_it_before_anything_is_touched()
    {
        using var scene = await UndoScene.PrunedAsync();
        var before = scene.Oracle.Content(withWorkDirectory: true);

        foreach (var options in new[] { new RestoreImagesOptions { Run = "none" }, new RestoreImagesOptions { Images = ["team/app:1.1"] }, new RestoreImagesOptions { Images = ["nobody"] } })
            (await Should.ThrowAsync<CleanerException>(() => scene.RestoreAsync(options))).ExitCode.ShouldBe(ExitCode.NotFound);
        scene.Oracle.Content(withWorkDirectory: true).ShouldBe(before);

        var run = scene.Run;
        await new Cleaner().EmptyTrashAsync(new EmptyTrashOptions { RegistryRoot = scene.Store.RootDirectory });
        (await Should.ThrowAsync<CleanerException>(() => scene.RestoreAsync(new RestoreImagesOptions { Run = run }))).Message.ShouldContain("freed already");
        (await Should.ThrowAsync<CleanerException>(() => scene.RestoreAsync(new RestoreImagesOptions()))).ExitCode.ShouldBe(ExitCode.NotFound);
    }

    [Fact]
    public async Task What_was_uploaded_by_its_sha512_comes_back()
    {
        using var scene = UndoScene.Unpruned();
        var name = RepositoryName.Parse("sha512");
        var content = "by its sha512"u8.ToArray();
        var stored = scene.Store.Layer("sha512", content);
        var other = Digest.Parse($"sha512:{Convert.ToHexStringLower(System.Security.Cryptography.SHA512.HashData(content))}");
        scene.Store.WriteLink(StoreLayout.LayerLink(name, other), stored);
        var config = scene.Store.Layer("sha512", "{}"u8);
        scene.Store.Tag("sha512", "1", scene.Store.Manifest("sha512", $$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"digest":"{{config}}","size":2},"layers":[{"digest":"{{other}}","size":{{content.Length}}}]}"""));
        scene.Store.Age(TimeSpan.FromDays(1));
        await scene.PruneAsync("sha512:1");

        (await scene.RestoreAsync(images: ["sha512:1"])).IsComplete.ShouldBeTrue();

        scene.Oracle.WholeTags.ShouldContain("sha512:1");
    }

    [Fact]
    public async Task Of_two_copies_the_one_comes_back_that_is_not_cut_off()
    {
        using var scene = await UndoScene.PrunedAsync();
        var layer = scene.Store.Layer("elsewhere", "amd64-2.0");
        scene.Store.Tag("elsewhere", "1", scene.Store.Image("elsewhere", "1", layer));
        scene.Store.Write(StoreLayout.BlobData(layer), ""u8);
        var run = (await scene.PruneAsync("elsewhere:1")).RunIds.Single();

        (await scene.RestoreAsync(run: run)).IsComplete.ShouldBeTrue();

        scene.Oracle.WholeTags.ShouldContain("elsewhere:1");
    }

    [Fact]
    public async Task What_lies_among_the_tags_of_a_repository_and_is_none_stops_nothing()
    {
        using var scene = UndoScene.Unpruned();
        const string Foreign = "v2/repositories/team/gone/_manifests/tags/@eaDir/x";
        scene.Store.Write(Foreign, "x"u8);
        await scene.PruneAsync("team/gone");

        var plan = await scene.RestoreAsync(images: ["team/gone"]);

        plan.IsComplete.ShouldBeTrue();
        scene.Oracle.Tags["team/gone:1"].ShouldBe(scene.TagsBefore["team/gone:1"]);
        scene.Oracle.BrokenTags.ShouldBeEmpty();
        scene.Store.Has(Foreign).ShouldBeTrue();
    }

    [Theory]
    [InlineData(30, 0, true)]
    [InlineData(30, 7, true)]
    [InlineData(7, 7, false)]
    public async Task A_collection_leaves_what_a_run_may_need_that_is_kept_longer(int pruneDays, int collectDays, bool isKept)
    {
        using var scene = UndoScene.Unpruned();
        scene.Store.Age(TimeSpan.FromDays(2));
        await new Cleaner().CleanImagesAsync(new CleanImagesOptions
        {
            Images = PruneScene.Images,
            RegistryRoot = scene.Store.RootDirectory,
            Collector = CollectorKind.None,
            TrashRetention = TimeSpan.FromDays(pruneDays),
        });
        var run = scene.Run;
        var collect = new GarbageCollectOptions { RegistryRoot = scene.Store.RootDirectory, TrashRetention = TimeSpan.FromDays(collectDays), MaxDelete = DeletionLimit.None };

        var dry = await new Cleaner().GarbageCollectAsync(collect with { DryRun = true });
        var report = await new Cleaner().GarbageCollectAsync(collect);

        report.ExitCode.ShouldBe(ExitCode.Done);
        (report.Collection!.Blobs, report.Collection.Blobs > 0).ShouldBe((dry.Collection!.Blobs, !isKept));
        report.Warnings.Any(sentence => sentence.Contains(run, StringComparison.Ordinal)).ShouldBe(isKept);
        (await scene.RestoreAsync(run: run)).IsComplete.ShouldBeTrue();
        scene.Now.ShouldBe(scene.Before);
    }

    // The base layer, in another repository, stays for what is left: the first run took its link, the second takes its data.
    [Fact]
    public async Task A_later_prune_leaves_it_too()
    {
        using var scene = UndoScene.Unpruned();
        foreach (var repository in new[] { "one", "two" })
            scene.Store.Tag(repository, "1", scene.Store.Image(repository, repository, scene.Store.Layer(repository, "shared by two")));
        var first = (await scene.PruneAsync("one:1")).RunIds.Single();

        await PruneScene.RunAsync(scene.StoreFiles, "two:1");

        (await scene.RestoreAsync(run: first)).IsComplete.ShouldBeTrue();
        scene.Oracle.WholeTags.ShouldContain("one:1");
    }

    [Fact]
    public async Task Who_only_puts_back_asks_no_registry_and_leaves_the_run_to_be_looked_at_by_one_that_does()
    {
        using var scene = UndoScene.Unpruned();
        var served = new Recalling();
        async Task RunAsync(params string[] images)
        {
            var pruner = new Pruner(scene.StoreFiles, new StoreReader(scene.StoreFiles), served, new PruningOptions { TrashRetention = TimeSpan.FromDays(7) }, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
            await pruner.FinishEarlierRunsAsync(new PruneOutcome(), default);
            if (images.Length > 0)
                await pruner.ApplyAsync(await PruneScene.PlanAsync(scene.StoreFiles, images), new PruneOutcome(), default);
        }

        await RunAsync("team/app:2.0", "team/last/one:1");
        StoreBuilder.Age(scene.Store.FullPath($"{StoreLayout.TrashOf(scene.Run)}/completed"), TimeSpan.FromMinutes(5));
        (await scene.RestoreAsync(new RestoreImagesOptions { Images = ["team/last/one:1"] })).ExitCode.ShouldBe(ExitCode.Done);
        // A client was told meanwhile that this layer is there.
        served.Remembered = true;
        await RunAsync();

        var link = served.Link!.Value;
        scene.Store.Has(StoreLayout.LayerLink(link.Repository, link.Blob)).ShouldBeTrue();
        scene.Store.Has(StoreLayout.BlobData(link.Blob)).ShouldBeTrue();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("latest")]
    public async Task The_latest_run_is_the_one_that_removed_what_is_asked_for(string? latest)
    {
        using var scene = UndoScene.Unpruned();
        scene.Store.Blob("orphan"u8);
        scene.Store.Age(TimeSpan.FromDays(2));
        // The prune, and its collection.
        var runs = (await new Cleaner().CleanImagesAsync(new CleanImagesOptions
        {
            Images = ["team/app:1.0"],
            RegistryRoot = scene.Store.RootDirectory,
            Collector = CollectorKind.Full,
            MaxDelete = DeletionLimit.None,
        })).Outcome!.RunIds;
        runs.Count.ShouldBe(2);

        foreach (var images in new[] { [], ["team/app"], new[] { "team/app:1.0" } })
            (await scene.RestoreAsync(new RestoreImagesOptions { Run = latest, Images = images, DryRun = true })).Restoration!.Run.ShouldBe(runs[0]);
        (await Should.ThrowAsync<CleanerException>(() => scene.RestoreAsync(new RestoreImagesOptions { Run = latest, Images = ["team/app:1.1"] }))).ExitCode.ShouldBe(ExitCode.NotFound);
        await scene.PruneAsync("team/last/one:1");
        (await scene.RestoreAsync(new RestoreImagesOptions { Run = latest, Images = ["team/app:1.0"] })).ExitCode.ShouldBe(ExitCode.Done);

        scene.Oracle.WholeTags.ShouldContain("team/app:1.0");
        scene.Oracle.Tags.Keys.ShouldNotContain("team/last/one:1");
    }

    [Fact]
    public async Task Without_a_run_that_removed_tags_none_is_the_latest()
    {
        using var scene = await UndoScene.CollectedAsync();

        (await Should.ThrowAsync<CleanerException>(() => scene.RestoreAsync(new RestoreImagesOptions()))).ExitCode.ShouldBe(ExitCode.NotFound);
        (await scene.RestoreAsync(new RestoreImagesOptions { Run = scene.Run })).ExitCode.ShouldBe(ExitCode.Done);
    }

    // A registry that has forgotten everything, and later remembers one link.
    private sealed class Recalling : ServedStore
    {
        public bool Remembered { get; set; }

        public RepositoryLink? Link { get; private set; }

        public override bool KeepsTrash => true;

        public override bool HasCache => true;

        public override Task<IReadOnlyList<RepositoryLink>> ForgetAsync(IReadOnlyList<RepositoryLink> gone, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<RepositoryLink>>([]);

        public override Task<IReadOnlyList<RepositoryLink>> FindServedAsync(IReadOnlyList<RepositoryLink> links, CancellationToken cancellationToken)
        {
            if (Remembered && Link is null && links.Count > 0)
                Link = links[0];
            return Task.FromResult<IReadOnlyList<RepositoryLink>>([.. links.Where(link => Remembered && link == Link)]);
        }

        public override Task<bool> SettleAsync(Func<Task<bool>> look, CancellationToken cancellationToken) => look();
    }
}
