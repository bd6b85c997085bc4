using RegistryCleaner.Checking;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;
using RegistryCleaner.Tests.Restoring;

namespace RegistryCleaner.Tests.Checking;

/// <summary>What is not as it should be is found, and what can be repaired without harm is.</summary>
public class CheckTests
{
    private static readonly RepositoryName s_app = RepositoryName.Parse("team/app");

    private static readonly Dictionary<string, (Action<UndoScene> Damage, Severity Severity, string Where, string What)> s_damages = new()
    {
        ["a layer that is missing"] = (scene => File.Delete(scene.Store.FullPath(StoreLayout.BlobData(scene.Store.Layer("team/app", "app-1.1")))), Severity.Error, "/data", "not there"),
        ["a layer that was cut off"] = (scene => scene.Store.Write(StoreLayout.BlobData(scene.Store.Layer("team/app", "app-1.1")), "short"u8), Severity.Error, "/data", "5 bytes instead of 1024"),
        ["a layer that was altered"] = (scene => scene.Store.Write(StoreLayout.BlobData(scene.Store.Layer("team/app", "app-1.1")), new byte[1024]), Severity.Error, "/data", "its content has the digest"),
        ["a tag that leads nowhere"] = (scene => scene.Store.Tag("team/app", "lost", Digest.OfContent("lost"u8)), Severity.Error, "team/app:lost", "does not have"),
        ["a tag whose link is empty"] = (scene => scene.Store.Write(StoreLayout.TagLink(s_app, Tag.Parse("torn")), ""u8), Severity.Error, "team/app:torn", "cannot be read"),
        ["a layer's link that is empty"] = (scene => scene.Store.Write(StoreLayout.LayerLink(s_app, Digest.OfContent("torn"u8)), ""u8), Severity.Warning, "/link", "cannot be read"),
        ["a layer's link of 71 NULs"] = (scene => scene.Store.Write(StoreLayout.LayerLink(s_app, scene.Store.Layer("team/app", "app-1.1")), new byte[71]), Severity.Warning, "/link", "cannot be read"),
        ["a layer's link that says another"] = (scene => scene.Store.WriteLink(StoreLayout.LayerLink(s_app, scene.Store.Layer("team/app", "app-1.1")), scene.Store.Layer("team/app", "base")), Severity.Warning, "/link", "the link says sha256:"),
        ["a link to nothing"] = (scene => scene.Store.WriteLink(StoreLayout.LayerLink(s_app, Digest.OfContent("stale"u8)), Digest.OfContent("stale"u8)), Severity.Warning, "/link", "its data is not there"),
        ["a manifest without data"] = (scene => scene.Store.WriteLink(StoreLayout.RevisionLink(s_app, Digest.OfContent("gone"u8)), Digest.OfContent("gone"u8)), Severity.Error, "/data", "not there"),
        ["an index without its manifests"] = (scene => Array.ForEach(Platforms(scene), child => DeleteWhole(scene, child)), Severity.Error, "team/app:2.1", "names 2 manifests, and none of them is there"),
        ["an index without one of its manifests"] = (scene => DeleteWhole(scene, Platforms(scene)[0]), Severity.Warning, "team/app:2.1", "1 of the 2 manifests"),
        ["a repository with one marker"] = (scene => Directory.CreateDirectory(scene.Store.FullPath("v2/repositories/half/_manifests/tags")), Severity.Warning, "half", "only one of"),
        ["a stray file"] = (scene => scene.Store.Write("v2/repositories/team/_stray", ""u8), Severity.Warning, "_stray", "stray file"),
        ["a symbolic link"] = (scene => Directory.CreateSymbolicLink(scene.Store.FullPath("v2/repositories/linked"), "/"), Severity.Error, "linked", "symbolic link"),
        ["a signature of nothing"] = (scene => scene.Store.Tag("team/app", $"sha256-{Digest.OfContent("x"u8).Hex}.sig", scene.Store.Image("team/app", "signature", scene.Store.Layer("team/app", "s"))), Severity.Notice, ".sig", "orphan"),
        ["a blob that nothing links"] = (scene => scene.Store.Blob("orphan"u8), Severity.Notice, "v2/blobs", "1 blobs that no repository links"),
        ["an old upload"] = (scene =>
        {
            scene.Store.Write("v2/repositories/team/app/_uploads/f3a1/startedat", "x"u8);
            TestKit.StoreBuilder.Age(scene.Store.FullPath("v2/repositories/team/app/_uploads"), TimeSpan.FromDays(30));
        }, Severity.Notice, "_uploads/f3a1", "nothing was written since"),
        ["a layer's link that no manifest needs"] = (scene =>
        {
            foreach (var seed in new[] { "one", "two", "three", "four" })
                scene.Store.Layer("other", seed);
            TestKit.StoreBuilder.Age(scene.Store.FullPath("v2/repositories/other/_layers"), TimeSpan.FromDays(2));
        }, Severity.Notice, "other", "4 links to layers that no manifest of it needs"),
        ["a temporary file"] = (scene => scene.Store.Write($"{StoreLayout.BlobDirectory(scene.Store.Layer("team/app", "base"))}/data.00112233-4455-6677-8899-aabbccddeeff.tmp", "half"u8), Severity.Notice, ".tmp", "temporary file"),
    };

    public static TheoryData<string> Damages { get; } = [.. s_damages.Keys];

    // Where nothing but directories of digests, or their links, belongs.
    public static TheoryData<string> Strays { get; } =
    [
        "v2/blobs/stray", "v2/blobs/sha256/stray", "v2/blobs/sha256/zz/stray", "v2/blobs/sha256/00/stray", "v2/blobs/sha256/00/{0}", "v2/blobs/sha256/{2}/{1}/stray",
        "v2/repositories/team/app/_manifests/stray", "v2/repositories/team/app/_manifests/revisions/stray", "v2/repositories/team/app/_manifests/revisions/sha256/stray",
        "v2/repositories/team/app/_manifests/revisions/sha256/{0}", "v2/repositories/team/app/_manifests/revisions/sha256/{0}/stray", "v2/repositories/team/app/_manifests/revisions/sha512/stray",
        "v2/repositories/team/app/_layers/stray", "v2/repositories/team/app/_layers/sha256/stray", "v2/repositories/team/app/_layers/sha256/{0}", "v2/repositories/team/app/_layers/sha256/{1}/stray",
        "v2/repositories/team/app/_manifests/tags/1.1/stray", "v2/repositories/team/app/_manifests/tags/1.1/current/stray", "v2/repositories/team/app/_manifests/tags/1.1/index/stray",
        "v2/repositories/team/app/_manifests/tags/1.1/index/sha256/stray", "v2/repositories/team/app/_manifests/tags/1.1/index/sha256/{0}",
    ];

    [Fact]
    public async Task Signatures_that_registries_before_2_5_kept_below_a_manifest_are_not_astray()
    {
        using var scene = await UndoScene.PrunedAsync();
        var directory = Path.GetDirectoryName(StoreLayout.RevisionLink(RepositoryName.Parse("team/app"), scene.Oracle.Tags.Where(pair => pair.Key.StartsWith("team/app:", StringComparison.Ordinal)).Select(pair => Digest.Parse(pair.Value)).First()))!;
        scene.Store.Write($"{directory}/signatures/sha256/{new string('0', 64)}/link", "x"u8);

        var report = await new Cleaner().CheckRegistryAsync(new CheckRegistryOptions { RegistryRoot = scene.Store.RootDirectory });

        report.Findings.ShouldNotContain(finding => finding.What.Contains("astray", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Strays))]
    public async Task What_no_registry_puts_where_digests_belong_is_named_and_stays(string place)
    {
        foreach (var isDirectory in new[] { false, true })
        {
            using var scene = await UndoScene.PrunedAsync();
            // A digest that nothing has, but that fits a shard, and one of a layer that is there.
            var there = scene.Store.Layer("team/app", "app-1.1");
            var path = string.Format(System.Globalization.CultureInfo.InvariantCulture, place, new string('0', 64), there.Hex, there.Hex[..2]);
            // A directory by the name of a digest is where a link was.
            if (isDirectory && path.EndsWith('0'))
                continue;
            scene.Store.Write(isDirectory ? $"{path}/inside" : path, "x"u8);

            var repaired = await new Cleaner().CheckRegistryAsync(new CheckRegistryOptions { RegistryRoot = scene.Store.RootDirectory, Repair = true });

            // Of all blobs together something else is said.
            var finding = repaired.Findings.Where(finding => finding.Where != StoreLayout.Blobs && (path + "/").StartsWith(finding.Where + "/", StringComparison.Ordinal)).ShouldHaveSingleItem();
            finding.Severity.ShouldBe(Severity.Notice);
            finding.What.ShouldContain("astray");
            repaired.ExitCode.ShouldBe(ExitCode.Done);
            scene.Store.Has(isDirectory ? $"{path}/inside" : path).ShouldBeTrue();
            scene.Oracle.BrokenTags.ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task A_layers_link_that_a_push_may_have_written_just_now_is_no_finding()
    {
        using var scene = await UndoScene.PrunedAsync();
        scene.Store.Layer("other", "pushed");

        (await CheckAsync(scene)).Findings.ShouldNotContain(finding => finding.Where == "other");
    }

    [Fact]
    public async Task Where_a_manifest_cannot_be_read_no_link_is_said_to_be_stale()
    {
        using var scene = await UndoScene.PrunedAsync();
        scene.Store.Layer("other", "one");
        scene.Store.Manifest("other", "no manifest");
        TestKit.StoreBuilder.Age(scene.Store.FullPath("v2/repositories/other"), TimeSpan.FromDays(2));

        (await CheckAsync(scene)).Findings.ShouldNotContain(finding => finding.Where == "other");
    }

    [Fact]
    public async Task A_whole_store_is_clean()
    {
        using var scene = await UndoScene.PrunedAsync();
        var before = scene.Oracle.Content(withWorkDirectory: true);

        var report = await CheckAsync(scene);

        report.Findings.ShouldBeEmpty();
        report.ExitCode.ShouldBe(ExitCode.Done);
        scene.Oracle.Content(withWorkDirectory: true).ShouldBe(before);
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task What_is_wrong_is_found(string damage)
    {
        using var scene = await UndoScene.PrunedAsync();
        var (act, severity, where, what) = s_damages[damage];
        act(scene);

        var report = await CheckAsync(scene);

        report.Findings.ShouldContain(finding => finding.Severity == severity && finding.Where.EndsWith(where, StringComparison.Ordinal) && finding.What.Contains(what, StringComparison.Ordinal) && finding.Advice.Length > 0);
        report.ExitCode.ShouldBe(severity == Severity.Notice ? ExitCode.Done : ExitCode.Findings);
    }

    [Fact]
    public async Task What_is_missing_and_lies_in_the_trash_goes_back_and_links_that_lead_nowhere_go()
    {
        using var scene = await UndoScene.PrunedAsync();
        // Pushed by a registry that remembered what had been removed.
        var layer = scene.Store.Layer("team/app", "amd64-2.0");
        scene.Store.Tag("team/app", "again", scene.Store.Image("team/app", "again", layer));
        File.Delete(scene.Store.FullPath(StoreLayout.BlobData(layer)));
        var dangling = StoreLayout.LayerLink(s_app, Digest.OfContent("stale"u8));
        scene.Store.WriteLink(dangling, Digest.OfContent("stale"u8));
        scene.Oracle.BrokenTags.ShouldHaveSingleItem();
        var broken = await CheckAsync(scene);
        broken.ExitCode.ShouldBe(ExitCode.Findings);

        var repaired = await new Cleaner().CheckRegistryAsync(new CheckRegistryOptions { RegistryRoot = scene.Store.RootDirectory, Repair = true });

        repaired.ExitCode.ShouldBe(ExitCode.Done);
        scene.Oracle.BrokenTags.ShouldBeEmpty();
        scene.Store.Has(dangling).ShouldBeFalse();
        (await scene.HistoryAsync()).Select(run => run.Verb).ShouldBe(["CheckRegistry --repair", "CleanImages"]);
    }

    [Fact]
    public async Task A_build_cache_is_no_index_without_its_manifests()
    {
        using var scene = await UndoScene.PrunedAsync();
        scene.Store.Tag("team/app", "cache", scene.Store.Index("team/app", scene.Store.Layer("team/app", "cached")));

        (await CheckAsync(scene)).ExitCode.ShouldBe(ExitCode.Done);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Manifests_of_an_index_that_lie_in_the_trash_go_back(int count)
    {
        using var scene = await UndoScene.PrunedAsync();
        var whole = scene.Oracle.WholeTags;
        foreach (var child in Platforms(scene).Take(count))
        {
            scene.MoveIntoTrash(StoreLayout.RevisionLink(s_app, child));
            scene.MoveIntoTrash(StoreLayout.BlobData(child));
        }

        // No second look sees it.
        scene.Store.Write($"{StoreLayout.TrashOf(scene.Run)}/judged", ""u8);
        scene.Oracle.BrokenTags.ShouldHaveSingleItem();

        var repaired = await new Cleaner().CheckRegistryAsync(new CheckRegistryOptions { RegistryRoot = scene.Store.RootDirectory, Repair = true });

        repaired.ExitCode.ShouldBe(ExitCode.Done);
        scene.Oracle.WholeTags.ShouldBe(whole);
    }

    [Fact]
    public async Task What_the_configuration_of_a_directory_says_is_checked()
    {
        using var scene = await UndoScene.PrunedAsync();
        var path = Path.Combine(scene.Store.RootDirectory, "config.yml");
        await File.WriteAllTextAsync(path, "version: 0.1\nstorage:\n  filesystem: {rootdirectory: /x}\n  cache: {blobdescriptor: redis}\n  maintenance: {readonly: {enabled: true}}\n");

        var report = await new Cleaner().CheckRegistryAsync(new CheckRegistryOptions { RegistryRoot = scene.Store.RootDirectory, RegistryConfig = path });

        report.Findings.Select(finding => finding.Where).ShouldBe(["storage.maintenance.readonly", "storage.delete.enabled", "storage.cache.blobdescriptor"], ignoreOrder: true);
    }

    // What is written here is there already.
    private static Digest[] Platforms(UndoScene scene) =>
    [
        scene.Store.Image("team/app", "arm64", scene.Store.Layer("team/app", "base"), scene.Store.Layer("team/app", "arm64")),
        scene.Store.Image("team/app", "amd64-2.1", scene.Store.Layer("team/app", "amd64-2.1")),
    ];

    // As garbage-collect -m of a registry of the 2.x line does.
    private static void DeleteWhole(UndoScene scene, Digest manifest)
    {
        foreach (var path in new[] { StoreLayout.RevisionLink(s_app, manifest), StoreLayout.BlobData(manifest) })
            Directory.Delete(scene.Store.FullPath(StoreLayout.ParentOf(path)), recursive: true);
    }

    private static Task<CleanerReport> CheckAsync(UndoScene scene) => new Cleaner().CheckRegistryAsync(new CheckRegistryOptions { RegistryRoot = scene.Store.RootDirectory, Verify = VerifyKind.Hash });
}
