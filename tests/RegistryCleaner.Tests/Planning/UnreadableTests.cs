using RegistryCleaner.Store;
using RegistryCleaner.TestKit;
using RegistryCleaner.Tests.Pruning;

namespace RegistryCleaner.Tests.Planning;

/// <summary>What cannot be read may lead anywhere in its repository: then the tag goes, and nothing else.</summary>
public class UnreadableTests
{
    private static SnapshotBuilder TwoTags() => new SnapshotBuilder().Image("old", null, "a").Image("new", null, "b").Tag("1", "old").Tag("2", "new");

    [Fact]
    public void An_unreadable_tag_keeps_everything_but_the_tag_that_goes() => RequireOnlyTheTag(TwoTags().UnreadableTag("3"), "tag 3");

    [Fact]
    public void An_unreadable_revision_link_keeps_everything_but_the_tag_that_goes() => RequireOnlyTheTag(TwoTags().UnreadableRevision("x"), "the link of manifest");

    [Fact]
    public void An_unreadable_kept_manifest_keeps_everything_but_the_tag_that_goes() => RequireOnlyTheTag(TwoTags().UnreadableManifest("x"), "cannot be read");

    [Fact]
    public void An_unlisted_directory_keeps_everything_but_the_tag_that_goes() => RequireOnlyTheTag(TwoTags().Problem("Permission denied"), "Permission denied");

    [Fact]
    public void An_index_with_an_unreadable_platform_keeps_everything_but_the_tag_that_goes() =>
        RequireOnlyTheTag(TwoTags().UnreadableManifest("platform").Index("index", "platform").Tag("3", "index"), "cannot be read");

    [Fact]
    public void A_manifest_that_cannot_be_read_goes_when_only_the_removed_tag_led_to_it()
    {
        var plan = TwoTags().UnreadableManifest("broken").Tag("3", "broken").Plan("team/app:3");

        plan.RemovedOf("broken", "old", "new").ShouldBe(["broken"]);
        plan.Layers.ShouldBeEmpty();
    }

    [Fact]
    public void An_index_may_name_platforms_that_were_never_pushed()
    {
        var plan = TwoTags().Index("sparse", "never-pushed").Tag("3", "sparse").Plan("team/app:1");

        plan.RemovedOf("old").ShouldBe(["old"]);
        plan.Remarks.ShouldBeEmpty();
    }

    // BuildKit's cache in a registry: an index whose "manifests" are layers.
    [Fact]
    public async Task The_index_of_a_build_cache_is_no_reason_to_keep_everything()
    {
        using var store = new TemporaryStore();
        store.Builder.Tag("app", "1", store.Builder.Image("app", "1", store.Builder.Layer("app", "1")));
        store.Builder.Tag("app", "cache", store.Builder.Index("app", store.Builder.Layer("app", "1"), store.Builder.Layer("app", "large", 5 << 20)));

        var plan = await PruneScene.PlanAsync(new LocalStoreFiles(store.Builder.FullPath("")), "app:1");

        plan.Repositories[0].Remarks.ShouldBeEmpty();
        plan.Repositories[0].Manifests.ShouldHaveSingleItem().Removed.ShouldBeTrue();
    }

    private static void RequireOnlyTheTag(SnapshotBuilder builder, string why)
    {
        var plan = builder.Plan("team/app:1");

        plan.RemovedTags().ShouldBe(["1"]);
        plan.Manifests.ShouldAllBe(manifest => !manifest.Removed);
        plan.Layers.ShouldBeEmpty();
        plan.Removed.ShouldBeFalse();
        plan.Remarks.ShouldContain(remark => remark.Contains(why));
    }
}
