namespace RegistryCleaner.Tests.Collecting;

public class ReferrerTagTests
{
    private static readonly TimeSpan s_old = TimeSpan.FromDays(2);

    [Theory]
    [InlineData("")]
    [InlineData(".sig")]
    [InlineData(".v2")]
    public async Task An_image_that_is_tagged_with_its_own_digest_stays(string suffix)
    {
        using var scene = new OwnScene();
        var image = scene.Store.Image("app", "mirrored", scene.Store.Layer("app", "layer"));
        scene.Store.Tag("app", $"sha256-{image.Hex}{suffix}", image);
        scene.Store.Age(s_old);

        (await scene.PlanAsync()).IsEmpty.ShouldBeTrue();
    }

    [Theory]
    [InlineData(".sig", true)]
    [InlineData(".att", true)]
    [InlineData(".sbom", true)]
    [InlineData(".backup", false)]
    [InlineData(".SIG", false)]
    [InlineData("-sig", false)]
    public async Task What_cosign_names_so_goes_with_its_image_and_nothing_else_does(string suffix, bool goes)
    {
        using var scene = new OwnScene();
        var image = scene.Store.Image("app", "image", scene.Store.Layer("app", "layer"));
        var about = scene.Store.Tag("app", $"sha256-{image.Hex}{suffix}", scene.Store.Image("app", "about", scene.Store.Layer("app", "about")));
        scene.Store.Age(s_old);

        var plan = await scene.PlanAsync();

        OwnScene.IsGoing(plan, image).ShouldBeTrue();
        OwnScene.IsGoing(plan, about).ShouldBe(goes);
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, false)]
    public async Task The_specifications_tag_is_an_index_of_what_is_about_the_image_and_an_image_under_it_is_an_image(bool isIndex, bool isAbout, bool goes)
    {
        using var scene = new OwnScene();
        var image = scene.Store.Image("app", "image", scene.Store.Layer("app", "layer"));
        var other = isAbout ? scene.Store.Image("app", "other", subject: image, scene.Store.Layer("app", "other")) : scene.Store.Image("app", "other", scene.Store.Layer("app", "other"));
        scene.Store.Tag("app", $"sha256-{image.Hex}", isIndex ? scene.Store.Index("app", other) : other);
        scene.Store.Age(s_old);

        OwnScene.IsGoing(await scene.PlanAsync(), other).ShouldBe(goes);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".sig")]
    public async Task An_index_that_is_tagged_with_the_digest_of_a_platform_stays(string suffix)
    {
        using var scene = new OwnScene();
        var platform = scene.Store.Image("app", "amd64", scene.Store.Layer("app", "amd64"));
        scene.Store.Tag("app", $"sha256-{platform.Hex}{suffix}", scene.Store.Index("app", platform));
        scene.Store.Age(s_old);

        (await scene.PlanAsync()).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public async Task What_is_about_an_image_that_stays_stays()
    {
        using var scene = new OwnScene();
        var image = scene.Store.Tag("app", "1", scene.Store.Image("app", "image", scene.Store.Layer("app", "layer")));
        scene.Store.Tag("app", $"sha256-{image.Hex}.sig", scene.Store.Image("app", "signature", scene.Store.Layer("app", "signature")));
        scene.Store.Tag("app", $"sha256-{image.Hex}", scene.Store.Index("app", scene.Store.Image("app", "sbom", subject: image, scene.Store.Layer("app", "sbom"))));
        scene.Store.Age(s_old);

        (await scene.PlanAsync()).IsEmpty.ShouldBeTrue();
    }
}
