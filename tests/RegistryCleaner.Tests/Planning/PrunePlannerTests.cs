using RegistryCleaner.Manifests;

namespace RegistryCleaner.Tests.Planning;

public class PrunePlannerTests
{
    [Fact]
    public void An_image_goes_with_the_layers_that_it_alone_holds()
    {
        var plan = new SnapshotBuilder().Image("old", null, "base", "a").Image("new", null, "base", "b").Tag("1", "old").Tag("2", "new").Plan("team/app:1");

        plan.RemovedTags().ShouldBe(["1"]);
        plan.RemovedOf("old", "new").ShouldBe(["old"]);
        plan.LayersOf("base", "a", "b").ShouldBe(["a"]);
        plan.Removed.ShouldBeFalse();
        plan.Remarks.ShouldBeEmpty();
    }

    [Fact]
    public void An_image_stays_while_another_tag_points_to_it()
    {
        var plan = new SnapshotBuilder().Image("image", null, "a").Tag("1", "image").Tag("latest", "image").Plan("team/app:1");

        plan.RemovedTags().ShouldBe(["1"]);
        var manifest = plan.Manifests.ShouldHaveSingleItem();
        manifest.Removed.ShouldBeFalse();
        manifest.Reason.ShouldBe("tag latest points to it");
        plan.Layers.ShouldBeEmpty();
    }

    [Fact]
    public void An_index_goes_with_its_platforms_and_before_them()
    {
        var plan = new SnapshotBuilder().Image("amd64", null, "a").Image("arm64", null, "b").Index("inner", "arm64").Index("outer", "amd64", "inner")
            .Tag("1", "outer").Image("other").Tag("2", "other").Plan("team/app:1");

        plan.RemovedOf("outer", "inner", "amd64", "arm64", "other").ShouldBe(["outer", "inner", "amd64", "arm64"]);
        plan.LayersOf("a", "b").ShouldBe(["a", "b"]);
        var order = plan.Manifests.Select(manifest => manifest.Digest).ToList();
        order.IndexOf(SnapshotBuilder.DigestOf("outer")).ShouldBe(0);
        order.IndexOf(SnapshotBuilder.DigestOf("inner")).ShouldBeLessThan(order.IndexOf(SnapshotBuilder.DigestOf("arm64")));
    }

    [Fact]
    public void A_platform_that_a_kept_index_shares_stays()
    {
        var plan = new SnapshotBuilder().Image("shared", null, "a").Image("own", null, "b").Index("old", "shared", "own").Index("new", "shared")
            .Tag("1", "old").Tag("2", "new").Plan("team/app:1");

        plan.RemovedOf("old", "shared", "own", "new").ShouldBe(["old", "own"]);
        plan.LayersOf("a", "b").ShouldBe(["b"]);
    }

    [Fact]
    public void A_platform_that_has_a_tag_of_its_own_stays()
    {
        var plan = new SnapshotBuilder().Image("amd64", null, "a").Index("index", "amd64").Tag("1", "index").Tag("1-amd64", "amd64").Plan("team/app:1");

        plan.RemovedOf("index", "amd64").ShouldBe(["index"]);
        plan.Layers.ShouldBeEmpty();
    }

    [Fact]
    public void A_platform_that_an_untagged_index_needs_stays()
    {
        var plan = new SnapshotBuilder().Image("amd64", null, "a").Index("tagged", "amd64").Index("untagged", "amd64").Tag("1", "tagged").Image("x").Tag("2", "x").Plan("team/app:1");

        plan.RemovedOf("tagged", "untagged", "amd64").ShouldBe(["tagged"]);
    }

    [Fact]
    public void Untagged_manifests_that_no_removed_tag_led_to_stay()
    {
        var plan = new SnapshotBuilder().Image("old", null, "a").Image("untagged", null, "a", "b").Tag("1", "old").Image("x").Tag("2", "x").Plan("team/app:1");

        plan.RemovedOf("old", "untagged").ShouldBe(["old"]);
        plan.Layers.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_about_a_removed_image_goes_with_it_and_what_is_about_a_kept_one_stays()
    {
        var plan = new SnapshotBuilder()
            .Image("old", null, "a").Image("old-signature", "old", "s1").Image("about-the-signature", "old-signature", "s2").Tag("1", "old")
            .Image("new", null, "b").Image("new-signature", "new", "s3").Tag("2", "new")
            .Plan("team/app:1");

        plan.RemovedOf("old", "old-signature", "about-the-signature", "new", "new-signature").ShouldBe(["old", "old-signature", "about-the-signature"]);
        plan.LayersOf("a", "b", "s1", "s2", "s3").ShouldBe(["a", "s1", "s2"]);
    }

    [Fact]
    public void A_referrer_that_has_a_tag_stays_when_its_subject_goes()
    {
        var plan = new SnapshotBuilder().Image("image", null, "a").Image("signature", "image", "s").Tag("1", "image").Tag("sha256-x.sig", "signature").Plan("team/app:1");

        plan.RemovedOf("image", "signature").ShouldBe(["image"]);
        plan.LayersOf("a", "s").ShouldBe(["a"]);
    }

    [Fact]
    public void A_referrer_that_is_removed_by_its_tag_stays_while_its_subject_stays()
    {
        var plan = new SnapshotBuilder().Image("image", null, "a").Image("signature", "image", "s").Tag("1", "image").Tag("sig", "signature").Plan("team/app:sig");

        plan.RemovedTags().ShouldBe(["sig"]);
        plan.RemovedOf("signature").ShouldBeEmpty();
    }

    [Fact]
    public void A_manifest_of_an_unknown_type_holds_every_digest_in_it()
    {
        var plan = new SnapshotBuilder().Image("image", null, "a").Manifest("unknown", ManifestKind.Unknown, [], ["image", "blob"], null).Layer("blob")
            .Tag("1", "image").Tag("2", "unknown").Plan("team/app:1");

        plan.RemovedOf("image", "unknown").ShouldBeEmpty();
        plan.Layers.ShouldBeEmpty();
    }

    [Fact]
    public void A_digest_that_a_tag_points_to_stays()
    {
        var builder = new SnapshotBuilder().Image("image", null, "a").Tag("1", "image");
        var plan = builder.Plan($"team/app@{SnapshotBuilder.DigestOf("image")}");

        plan.IsEmpty.ShouldBeTrue();
        plan.Manifests.ShouldHaveSingleItem().Reason.ShouldBe("tag 1 points to it");
    }

    [Fact]
    public void A_digest_without_a_tag_goes_with_what_it_alone_needs()
    {
        var plan = new SnapshotBuilder().Image("amd64", null, "a").Index("index", "amd64").Image("image", null, "b").Tag("1", "image")
            .Plan($"team/app@{SnapshotBuilder.DigestOf("index")}");

        plan.RemovedOf("index", "amd64", "image").ShouldBe(["index", "amd64"]);
    }

    [Fact]
    public void A_digest_that_an_index_needs_stays()
    {
        var plan = new SnapshotBuilder().Image("amd64", null, "a").Index("index", "amd64").Tag("1", "index").Plan($"team/app@{SnapshotBuilder.DigestOf("amd64")}");

        plan.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void A_tag_that_moved_away_from_the_digest_that_was_named_stays()
    {
        var builder = new SnapshotBuilder().Image("old").Image("new").Tag("1", "new");
        var plan = builder.PlanAll($"team/app:1@{SnapshotBuilder.DigestOf("old")}");

        plan.IsEmpty.ShouldBeTrue();
        plan.Missing.ShouldHaveSingleItem().Reason.ShouldBe($"the tag '1' points to {SnapshotBuilder.DigestOf("new")}");
        builder.Plan($"team/app:1@{SnapshotBuilder.DigestOf("new")}").RemovedTags().ShouldBe(["1"]);
    }

    [Fact]
    public void What_is_not_there_is_missing_and_touches_nothing()
    {
        var plan = new SnapshotBuilder().Image("image").Tag("1", "image").PlanAll("team/app:2", $"team/app@{SnapshotBuilder.DigestOf("x")}", "team/other:1");

        plan.IsEmpty.ShouldBeTrue();
        plan.Missing.Select(missing => missing.Image.ToString()).ShouldBe([$"team/app@{SnapshotBuilder.DigestOf("x")}", "team/app:2", "team/other:1"], ignoreOrder: true);
    }
}
