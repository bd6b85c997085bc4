using Microsoft.Extensions.Logging.Abstractions;
using RegistryCleaner.Hosts;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;
using RegistryCleaner.Tests.Pruning;

namespace RegistryCleaner.Tests.Collecting;

/// <summary>What cannot be read or understood keeps what it could lead to, and the plan says so.</summary>
public class KeptByDoubtTests
{
    private static readonly TimeSpan s_old = TimeSpan.FromDays(2);
    private static readonly string s_alias = new('a', 128);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_index_may_name_what_was_never_pushed(bool deleteUntagged)
    {
        using var scene = new OwnScene { DeleteUntagged = deleteUntagged };
        var platform = scene.Store.Image("app", "amd64", scene.Store.Layer("app", "layer"));
        scene.Store.Tag("app", "sparse", scene.Store.Index("app", platform, Digest.OfContent("never pushed"u8)));
        scene.Store.Tag("app", "cache", scene.Store.Index("app", scene.Store.Layer("app", "a build cache's layer")));
        var orphan = scene.Store.Blob("orphan"u8);
        scene.Store.Age(s_old);

        (await scene.RunAsync(scene.Files)).IsComplete.ShouldBeTrue();
        scene.Store.Has(StoreLayout.BlobDirectory(orphan)).ShouldBeFalse();
        (await scene.RunAsync(scene.Files)).IsComplete.ShouldBeTrue();
    }

    [Fact]
    public async Task An_unreadable_link_by_another_algorithm_keeps_every_layer_of_its_repository()
    {
        using var scene = new OwnScene();
        var layer = scene.Store.Layer("app", "uploaded by its sha512");
        scene.Store.Write($"v2/repositories/app/_layers/sha512/{s_alias}/link", ""u8);
        scene.Store.Tag("app", "1", scene.Store.Manifest("app", $$"""{"schemaVersion":2,"config":{"digest":"{{scene.Store.Layer("app", "config")}}"},"layers":[{"digest":"sha512:{{s_alias}}"}]}"""));
        scene.Store.Age(s_old);

        var plan = await scene.PlanAsync();

        OwnScene.IsGoing(plan, layer).ShouldBeFalse();
        plan.Remarks.ShouldContain(remark => remark.Contains(s_alias, StringComparison.Ordinal));
        (await scene.RunAsync(scene.Files)).IsComplete.ShouldBeTrue();
    }

    [Theory]
    [InlineData("_manifests/tags", false)]
    [InlineData("_manifests/tags", true)]
    [InlineData("_manifests/revisions", false)]
    [InlineData("_manifests/revisions/sha256", true)]
    [InlineData("_layers/sha256", false)]
    [InlineData("_layers/sha512", false)]
    [InlineData("_uploads", false)]
    public async Task What_lies_on_a_disk_that_is_not_mounted_is_not_nothing(string place, bool throughShell)
    {
        using var scene = new OwnScene { DeleteUntagged = true };
        var layer = scene.Store.Layer("app", "layer");
        var image = scene.Store.Image("app", "app", layer);
        scene.Store.Tag("app", "1", image);
        scene.Store.Write($"v2/repositories/app/_layers/sha512/{s_alias}/link", System.Text.Encoding.UTF8.GetBytes(layer.ToString()));
        scene.Store.Write("v2/repositories/app/_uploads/1/startedat", ""u8);
        scene.Store.Blob("orphan"u8);
        scene.Store.Age(s_old);
        var (here, elsewhere) = (scene.Store.FullPath($"v2/repositories/app/{place}"), scene.Store.FullPath("elsewhere"));
        Directory.Move(here, elsewhere);
        File.CreateSymbolicLink(here, "/not/mounted");

        var files = throughShell ? new ContainerStoreFiles(CommandHost.Local, scene.Files.Root, NullLogger.Instance) : scene.Files;
        var plan = await OwnScene.PlanAsync(files, deleteUntagged: true, DeletionLimit.None);
        OwnScene.IsGoing(plan, layer).ShouldBeFalse();
        OwnScene.IsGoing(plan, image).ShouldBeFalse();
        plan.Remarks.ShouldContain(remark => remark.Contains("symbolic link", StringComparison.Ordinal));
        await scene.RunAsync(files);

        File.Delete(here);
        Directory.Move(elsewhere, here);
        new StoreOracle(scene.Store.RootDirectory).BrokenTags.ShouldBeEmpty();
        scene.Store.Has(StoreLayout.BlobDirectory(layer)).ShouldBeTrue();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_tag_that_cannot_be_read_is_named(bool deleteUntagged)
    {
        using var scene = new OwnScene { DeleteUntagged = deleteUntagged };
        var stale = scene.Store.Layer("keep", "stale");
        scene.Store.Write("v2/repositories/keep/_manifests/tags/half/current/link", ""u8);
        scene.Store.Age(s_old);

        var plan = await scene.PlanAsync();

        plan.Remarks.ShouldContain(remark => remark.Contains("half", StringComparison.Ordinal));
        OwnScene.IsGoing(plan, stale).ShouldBeFalse();
    }

    [Fact]
    public async Task A_candidate_that_cannot_be_looked_at_stays_and_is_named()
    {
        using var scene = new OwnScene();
        var orphan = scene.Store.Blob("orphan"u8);
        var hex = Digest.OfContent("a link to itself"u8).Hex;
        Directory.CreateDirectory(scene.Store.FullPath($"v2/blobs/sha256/{hex[..2]}"));
        scene.Store.Age(s_old);
        File.CreateSymbolicLink(scene.Store.FullPath($"v2/blobs/sha256/{hex[..2]}/{hex}"), hex);

        foreach (var files in new[] { scene.Files, new ContainerStoreFiles(CommandHost.Local, scene.Files.Root, NullLogger.Instance) })
        {
            var plan = await scene.PlanAsync(files);
            plan.Blobs.Single().Digest.ShouldBe(orphan);
            plan.Remarks.ShouldContain(remark => remark.Contains(hex, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_file_among_the_tags_is_a_doubt_by_every_way_in()
    {
        using var scene = new OwnScene();
        scene.Store.Write("v2/repositories/keep/_manifests/tags/.DS_Store", "x"u8);
        scene.Store.Age(s_old);

        foreach (var files in new[] { scene.Files, new ContainerStoreFiles(CommandHost.Local, scene.Files.Root, NullLogger.Instance) })
            (await scene.PlanAsync(files)).Remarks.ShouldContain(remark => remark.StartsWith("keep: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_would_be_a_repository_without_a_name_is_named_by_its_directory()
    {
        using var scene = new OwnScene();
        scene.Store.Write("v2/repositories/_manifests/tags/x/current/link", "bad"u8);
        scene.Store.Age(s_old);

        (await scene.PlanAsync()).Remarks.ShouldContain(remark => remark.StartsWith(StoreLayout.Repositories, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_limit_counts_what_only_a_doubt_keeps()
    {
        using var scene = new OwnScene { Limit = DeletionLimit.Default };
        for (var i = 0; i < 10; i++)
            scene.Store.Image("app", $"untagged {i}", scene.Store.Layer("app", $"layer {i}"));
        scene.Store.Age(s_old);
        (await Should.ThrowAsync<CleanerException>(() => scene.PlanAsync())).ExitCode.ShouldBe(ExitCode.Refused);

        Directory.CreateSymbolicLink(scene.Store.FullPath("v2/repositories/alias"), "keep");
        (await Should.ThrowAsync<CleanerException>(() => scene.PlanAsync())).ExitCode.ShouldBe(ExitCode.Refused);
    }

    [Fact]
    public async Task What_a_run_skips_because_of_a_doubt_is_reported()
    {
        using var scene = new OwnScene();
        scene.Store.Image("app", "untagged", scene.Store.Layer("app", "layer"));
        scene.Store.Write("v2/repositories/app/_uploads/x/startedat", "1"u8);
        File.CreateSymbolicLink(scene.Store.FullPath("v2/repositories/app/_uploads/x/odd"), "nowhere");
        scene.Store.Age(s_old);

        var outcome = await scene.CollectAsync();

        outcome.Manifests.ShouldBeEmpty();
        outcome.Drifted.ShouldContain(drift => drift.Contains("app", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_killed_run_is_not_finished_where_the_repositories_are_gone()
    {
        using var scene = new OwnScene();
        var orphan = scene.Store.Blob("orphan"u8);
        scene.Store.Age(s_old);
        var files = new StoreFilesDecorator(scene.Files, point =>
        {
            if (point == "moved")
                throw new KilledException(point);
        });
        await Should.ThrowAsync<KilledException>(() => scene.CollectAsync(files));
        Directory.Move(scene.Store.FullPath("v2/repositories"), scene.Store.FullPath("v2/unmounted"));
        Directory.CreateDirectory(scene.Store.FullPath("v2/repositories"));

        (await RunScene.FinishAsync(scene.Files)).Failures.ShouldContain(failure => failure.Contains("no repository", StringComparison.Ordinal));
        scene.Oracle.Content(withWorkDirectory: true).Keys.Where(path => path.EndsWith($"{orphan.Hex}/data", StringComparison.Ordinal)).ShouldNotBeEmpty();

        Directory.Delete(scene.Store.FullPath("v2/repositories"));
        Directory.Move(scene.Store.FullPath("v2/unmounted"), scene.Store.FullPath("v2/repositories"));
        (await scene.RunAsync(scene.Files)).IsComplete.ShouldBeTrue();
        scene.Store.Has(StoreLayout.BlobDirectory(orphan)).ShouldBeFalse();
    }
}
