namespace RegistryCleaner.Tests.Planning;

/// <summary>When a repository's last tag goes, the repository goes, unless something in it would be lost.</summary>
public class LastTagTests
{
    private static SnapshotBuilder OneTag() => new SnapshotBuilder().Image("image", null, "a").Tag("1", "image");

    [Fact]
    public void A_repository_goes_with_its_last_tag_and_all_its_layers()
    {
        var plan = OneTag().Layer("left-behind").Plan("team/app:1");

        plan.Removed.ShouldBeTrue();
        plan.AskedFor.ShouldBeFalse();
        plan.LayersOf("a", "left-behind").ShouldBe(["a", "left-behind"]);
    }

    [Fact]
    public void A_repository_stays_while_it_holds_a_manifest_without_a_tag()
    {
        var plan = OneTag().Image("untagged").Plan("team/app:1");

        plan.Removed.ShouldBeFalse();
        plan.Reason.ShouldBe("its last tag goes, but it holds a manifest without a tag");
        plan.RemovedOf("image", "untagged").ShouldBe(["image"]);
    }

    [Fact]
    public void A_repository_stays_where_it_is_to_be_kept_empty()
    {
        var plan = OneTag().Plan(keepEmpty: true, "team/app:1").Repositories.ShouldHaveSingleItem();

        plan.Removed.ShouldBeFalse();
        plan.RemovedTags().ShouldBe(["1"]);
        plan.RemovedOf("image").ShouldBe(["image"]);
    }

    [Theory]
    [InlineData(30, false)]
    [InlineData(90, true)]
    public void A_repository_stays_while_an_upload_to_it_is_running(int minutes, bool goes) =>
        OneTag().Upload(TimeSpan.FromMinutes(minutes)).Plan("team/app:1").Removed.ShouldBe(goes);

    [Theory]
    [InlineData(30, false)]
    [InlineData(90, true)]
    public void A_repository_stays_while_it_has_a_fresh_layer_that_no_manifest_accounts_for(int minutes, bool goes)
    {
        var plan = OneTag().Layer("pushed", TimeSpan.FromMinutes(minutes)).Plan("team/app:1");

        plan.Removed.ShouldBe(goes);
        plan.LayersOf("a", "pushed").ShouldBe(goes ? ["a", "pushed"] : ["a"]);
    }

    [Fact]
    public void A_repository_whose_removed_image_is_fresh_goes_all_the_same()
    {
        var plan = new SnapshotBuilder().Layer("a", TimeSpan.Zero).Image("image", null, "a").Tag("1", "image").Plan("team/app:1");

        plan.Removed.ShouldBeTrue();
    }

    [Fact]
    public void A_repository_stays_where_another_tag_cannot_be_read()
    {
        var plan = OneTag().UnreadableTag("2").Plan("team/app:1");

        plan.Removed.ShouldBeFalse();
        plan.RemovedTags().ShouldBe(["1"]);
    }

    [Fact]
    public void A_repository_without_a_tag_does_not_go_because_a_missing_one_was_named()
    {
        new SnapshotBuilder().Layer("a").Plan("team/app:1").IsEmpty.ShouldBeTrue();
        new SnapshotBuilder().Image("untagged", null, "a").Plan("team/app:1").IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void A_repository_that_is_asked_for_goes_whatever_is_in_it()
    {
        var plan = OneTag().Image("untagged").UnreadableTag("2").UnreadableManifest("broken").UnreadableRevision("empty").Layer("fresh", TimeSpan.Zero).Upload(TimeSpan.Zero).Plan("team/app");

        plan.Removed.ShouldBeTrue();
        plan.AskedFor.ShouldBeTrue();
        plan.RemovedTags().ShouldBe(["1", "2"]);
        plan.RemovedOf("image", "untagged", "broken", "empty").Count().ShouldBe(4);
        plan.LayersOf("a", "fresh").ShouldBe(["a", "fresh"]);
    }
}
