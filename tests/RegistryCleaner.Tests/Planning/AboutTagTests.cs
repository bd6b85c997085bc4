using RegistryCleaner.Naming;
using RegistryCleaner.Planning;

namespace RegistryCleaner.Tests.Planning;

/// <summary>Tags whose names say which manifest they are about go with it, and with nothing else.</summary>
public class AboutTagTests
{
    private static string About(string word, string suffix = ".sig") => $"sha256-{SnapshotBuilder.DigestOf(word).Hex}{suffix}";

    private static SnapshotBuilder Signed() => new SnapshotBuilder().Image("image", null, "a").Image("signature", null, "s").Image("other", null, "b")
        .Tag("1", "image").Tag("2", "other").Tag(About("image"), "signature");

    [Theory]
    [InlineData(".sig")]
    [InlineData(".att")]
    [InlineData(".sbom")]
    public void A_signature_goes_with_the_image_that_its_tag_names(string suffix)
    {
        var plan = new SnapshotBuilder().Image("image", null, "a").Image("signature", null, "s").Image("other").Tag("1", "image").Tag("2", "other").Tag(About("image", suffix), "signature")
            .Plan("team/app:1");

        plan.RemovedTags().ShouldBe(["1", About("image", suffix)]);
        plan.RemovedOf("image", "signature", "other").ShouldBe(["image", "signature"]);
        plan.LayersOf("a", "s").ShouldBe(["a", "s"]);
        plan.Tags.Single(tag => tag.Tag.Value == About("image", suffix)).Reason.ShouldBe($"it is about {SnapshotBuilder.DigestOf("image").Abbreviated}, which goes");
    }

    [Fact]
    public void The_specifications_tag_goes_with_the_index_of_what_is_about_the_image() =>
        new SnapshotBuilder().Image("image", null, "a").Image("sbom", "image", "s").Index("referrers", "sbom").Image("other").Tag("1", "image").Tag("2", "other").Tag(About("image", ""), "referrers")
            .Plan("team/app:1").RemovedOf("image", "sbom", "referrers", "other").ShouldBe(["image", "sbom", "referrers"]);

    // Whoever tags an index so means to keep it.
    [Theory]
    [InlineData("")]
    [InlineData(".sig")]
    public void An_index_that_is_tagged_with_the_digest_of_a_platform_stays(string suffix)
    {
        var plan = new SnapshotBuilder().Image("amd64", null, "a").Index("index", "amd64").Image("other").Tag("1", "index").Tag("2", "other").Tag(About("amd64", suffix), "index")
            .Plan("team/app:1");

        plan.RemovedTags().ShouldBe(["1"]);
        plan.RemovedOf("index", "amd64").ShouldBeEmpty();
    }

    [Fact]
    public void An_index_of_what_is_about_nothing_is_an_image() =>
        new SnapshotBuilder().Image("image", null, "a").Image("amd64", null, "b").Index("index", "amd64").Image("other").Tag("1", "image").Tag("2", "other").Tag(About("image", ""), "index")
            .Plan("team/app:1").RemovedOf("image", "amd64", "index").ShouldBe(["image"]);

    [Fact]
    public void A_signature_of_a_signature_goes_too()
    {
        var plan = Signed().Image("second", null, "t").Tag(About("signature"), "second").Image("third").Tag(About("second", ".att"), "third").Plan("team/app:1");

        plan.RemovedOf("image", "signature", "second", "third").ShouldBe(["image", "signature", "second", "third"]);
        plan.Removed.ShouldBeFalse();
    }

    [Fact]
    public void A_signature_of_a_platform_goes_with_the_index() =>
        new SnapshotBuilder().Image("amd64", null, "a").Index("index", "amd64").Image("signature").Image("other").Tag("1", "index").Tag("2", "other").Tag(About("amd64"), "signature")
            .Plan("team/app:1").RemovedOf("index", "amd64", "signature").ShouldBe(["index", "amd64", "signature"]);

    [Fact]
    public void And_stays_while_another_index_needs_the_platform()
    {
        var plan = new SnapshotBuilder().Image("amd64", null, "a").Index("old", "amd64").Index("new", "amd64").Image("signature").Tag("1", "old").Tag("2", "new").Tag(About("amd64"), "signature")
            .Plan("team/app:1");

        plan.RemovedTags().ShouldBe(["1"]);
        plan.RemovedOf("old", "amd64", "signature").ShouldBe(["old"]);
    }

    [Fact]
    public void A_signature_stays_while_another_tag_points_to_the_image()
    {
        var plan = Signed().Tag("latest", "image").Plan("team/app:1");

        plan.RemovedTags().ShouldBe(["1"]);
        plan.Manifests.ShouldAllBe(manifest => !manifest.Removed);
        plan.Layers.ShouldBeEmpty();
    }

    [Fact]
    public void What_a_signature_shares_with_a_tag_that_stays_stays()
    {
        var plan = Signed().Tag("spare", "signature").Plan("team/app:1");

        plan.RemovedTags().ShouldBe(["1", About("image")]);
        plan.RemovedOf("image", "signature").ShouldBe(["image"]);
        plan.LayersOf("a", "s").ShouldBe(["a"]);
    }

    [Fact]
    public void A_repository_of_which_only_such_tags_would_be_left_goes()
    {
        var plan = Signed().Plan("team/app:1", "team/app:2");

        plan.Removed.ShouldBeTrue();
        plan.RemovedTags().Count().ShouldBe(3);
    }

    [Fact]
    public void A_signature_of_what_is_not_here_stays_for_it_may_be_in_another_repository()
    {
        var plan = new SnapshotBuilder().Image("image", null, "a").Image("signature").Tag("1", "image").Tag(About("elsewhere"), "signature").Plan("team/app:1");

        plan.RemovedTags().ShouldBe(["1"]);
        plan.Removed.ShouldBeFalse();
    }

    [Fact]
    public void Two_images_that_sign_each_other_and_were_not_asked_for_stay() =>
        Signed().Image("x").Image("y").Tag(About("x"), "y").Tag(About("y"), "x").Plan("team/app:1").RemovedTags().ShouldBe(["1", About("image")]);

    [Fact]
    public void An_image_that_is_tagged_with_its_own_digest_stays()
    {
        var plan = new SnapshotBuilder().Image("image", null, "a").Tag("1", "image").Tag(About("image"), "image").Tag(About("image", ""), "image").Plan("team/app:1");

        plan.RemovedTags().ShouldBe(["1"]);
        plan.RemovedOf("image").ShouldBeEmpty();
    }

    [Fact]
    public void A_signature_that_cannot_be_read_keeps_all_of_its_repository()
    {
        var plan = new SnapshotBuilder().Image("image", null, "a").UnreadableManifest("signature").Tag("1", "image").Tag(About("image"), "signature").Plan("team/app:1");

        plan.RemovedTags().ShouldBe(["1"]);
        plan.Manifests.ShouldAllBe(manifest => !manifest.Removed);
    }

    [Fact]
    public void One_that_is_to_stay_stays_and_its_image_goes()
    {
        var staying = new Dictionary<Tag, string> { [Tag.Parse(About("image"))] = "protected by 'team/app:*.sig'" };
        var plan = PrunePlanner.Plan(
            new PruneRequest([ImageSelector.Parse("team/app:1")], KeepEmpty: false, SnapshotBuilder.Now) { Staying = new Dictionary<RepositoryName, IReadOnlyDictionary<Tag, string>> { [RepositoryName.Parse("team/app")] = staying } },
            Signed().Build()).Repositories.ShouldHaveSingleItem();

        plan.RemovedTags().ShouldBe(["1"]);
        plan.RemovedOf("image", "signature").ShouldBe(["image"]);
        plan.Tags.Single(tag => tag.Tag.Value == About("image")).Reason.ShouldBe("protected by 'team/app:*.sig'");
    }

    [Fact]
    public void What_a_signature_frees_counts_as_its_images()
    {
        var sizes = new[] { "image", "a", "signature", "s" }.ToDictionary(SnapshotBuilder.DigestOf, _ => 10L);
        var plan = Signed().PlanAll("team/app:1").WithBlobs(new BlobFacts(sizes, new HashSet<Digest>(), null));

        plan.Images.ShouldBe([new ImagePlan("team/app:1", 40, 0)]);
        plan.BytesFreed.ShouldBe(40);
    }
}
