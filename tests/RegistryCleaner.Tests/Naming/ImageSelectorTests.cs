using CsCheck;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Tests.Naming;

public class ImageSelectorTests
{
    private static readonly string s_digest = "sha256:" + new string('f', 64);

    // Text made of the pieces that the grammar is about, so that much of it is nearly right.
    private static readonly string[] s_words =
    [
        "a", "b0", "A", "Foo", "repo", "team", "example.com", "localhost", ":5000", "[::1]", "/", "/", ":", ":", "@", ".", "_", "__", "-", "--", "1.0", "latest",
        s_digest, "@" + s_digest, "sha256:", new string('a', 64), " ", "\n", "ä", "%", "\\", "..", "\0", "\ud800",
    ];

    private static readonly Gen<string> s_pieces = Gen.Int[0, s_words.Length - 1].Select(i => s_words[i]).Array[0, 9].Select(words => string.Concat(words));

    [Theory]
    [InlineData("test:5000/repo", "test:5000", "repo")]
    [InlineData("test:5000/a/b:1", "test:5000", "a/b")]
    [InlineData("[::1]:5000/a", "[::1]:5000", "a")]
    [InlineData("[::1]/a", "[::1]", "a")]
    [InlineData("registry.example.com/a", null, "registry.example.com/a")]
    [InlineData("localhost/a", null, "localhost/a")]
    [InlineData("Foo/a", null, "Foo/a")]
    public void A_first_component_is_a_host_only_where_it_can_be_nothing_else(string text, string? host, string repository)
    {
        var image = ImageSelector.Parse(text);

        image.Host.ShouldBe(host);
        image.Repository.Value.ShouldBe(repository);
    }

    [Fact]
    public void A_first_component_may_be_read_as_the_host()
    {
        var image = ImageSelector.Parse("example.com/team/app:1").WithFirstComponentAsHost()!;

        image.Host.ShouldBe("example.com");
        image.ToString().ShouldBe("team/app:1");
        image.WithFirstComponentAsHost().ShouldBeNull();
        ImageSelector.Parse("app:1").WithFirstComponentAsHost().ShouldBeNull();
    }

    [Theory]
    [InlineData("repo:tag\n", "tag")]
    [InlineData("repo\n", "repository name")]
    [InlineData("\nrepo", "repository name")]
    [InlineData("repo@sha256:0\n", "digest")]
    [InlineData("répo", "repository name")]
    [InlineData("repo:١", "tag")]
    [InlineData("rep٣o", "repository name")]
    [InlineData("repo:ｔａｇ", "tag")]
    [InlineData("repo@", "digest")]
    [InlineData("repo@@sha256:x", "digest")]
    [InlineData("@", "digest")]
    [InlineData(":", "repository name|tag")]
    [InlineData("::", "tag")]
    [InlineData("repo:a:b", "tag")]
    [InlineData("a:b/c:d:e", "tag|port")]
    [InlineData("a:/b", "port")]
    [InlineData("a:99999999999999999999x/b", "port")]
    [InlineData("[::1/a", "host")]
    [InlineData("[]/a", "address")]
    [InlineData("[::g]/a", "address")]
    [InlineData("[::1]x/a", "host")]
    [InlineData("/", "repository name|host")]
    [InlineData("//a", "repository name|host")]
    [InlineData("a//b", "repository name")]
    [InlineData("./a", "host|repository name")]
    [InlineData("a/..", "repository name")]
    [InlineData("a/_manifests", "repository name")]
    [InlineData("", "reference")]
    [InlineData(null, "reference")]
    public void A_rejected_reference_is_told_which_part_is_wrong(string? text, string parts)
    {
        ImageSelector.TryParse(text, out var image, out var reason).ShouldBeFalse();

        image.ShouldBeNull();
        parts.Split('|').ShouldContain(part => reason!.Contains($"the {part}"), reason);
    }

    [Fact]
    public void Both_length_rules_are_known()
    {
        var longest = new string('a', 255);

        ImageSelector.TryParse(longest, out _, out _).ShouldBeTrue();
        ImageSelector.TryParse(longest + "a", out _, out _).ShouldBeFalse();
        ImageSelector.TryParse("localhost:5000/" + longest, out _, out _).ShouldBeTrue();
        ImageSelector.TryParse("localhost:5000/" + longest + "a", out _, out _).ShouldBeFalse();
        RepositoryName.Parse(longest).FitsVersion2.ShouldBeTrue();
        RepositoryName.Parse("example.com/" + longest).FitsVersion2.ShouldBeFalse();
        RepositoryName.TryParse("example.com/" + longest + "a", out _, out _).ShouldBeFalse();
        ImageSelector.Parse($"{longest}:{new string('t', 128)}@{s_digest}").Tag!.Value.Length.ShouldBe(128);
    }

    [Theory]
    [InlineData("a", 10_000, "!")]
    [InlineData("a", 10_000_000, "!")]
    [InlineData("-", 100_000, "")]
    [InlineData("a/", 100_000, "")]
    [InlineData("a/", 100_000, "a!")]
    [InlineData("a-", 100_000, "!")]
    [InlineData("a__", 100_000, "!")]
    [InlineData("a.", 1_000_000, "/a")]
    [InlineData(":", 100_000, "")]
    [InlineData("@", 100_000, "")]
    [InlineData("[", 100_000, "")]
    [InlineData("a:1/", 100_000, "")]
    public void Length_costs_no_more_than_linear_time(string piece, int times, string end)
    {
        var text = string.Concat(Enumerable.Repeat(piece, times)) + end;

        ImageSelector.TryParse(text, out _, out var reason).ShouldBeFalse();
        ImageSelector.TryParse("repo:" + text, out _, out _).ShouldBeFalse();
        ImageSelector.TryParse("repo@" + text, out _, out _).ShouldBeFalse();
        reason.ShouldNotBeNull();
    }

    [Fact]
    public void What_is_accepted_can_be_printed_and_read_to_the_same_value()
    {
        var accepted = 0;
        s_pieces.Sample(text =>
        {
            if (!ImageSelector.TryParse(text, out var image, out _))
                return;
            Interlocked.Increment(ref accepted);
            var printed = image.ToString();
            var again = ImageSelector.Parse(printed);
            (again.Repository, again.Tag, again.Digest).ShouldBe((image.Repository, image.Tag, image.Digest), printed);
            again.Host.ShouldBeNull();
            text.ShouldBe((image.Host is null ? "" : image.Host + "/") + printed);
        }, iter: 20_000);
        accepted.ShouldBeGreaterThan(500);
    }

    [Fact]
    public void No_text_makes_it_throw() => Gen.OneOf(Gen.String, s_pieces).Sample(text =>
    {
        ImageSelector.TryParse(text, out var image, out var reason).ShouldBe(image is not null);
        (image is null).ShouldBe(reason is not null);
        RepositoryName.TryParse(text, out _, out reason).ShouldBe(reason is null);
        Tag.TryParse(text, out _, out reason).ShouldBe(reason is null);
        Digest.TryParse(text, out _, out reason).ShouldBe(reason is null);
    }, iter: 20_000);

    [Fact]
    public void A_name_that_is_accepted_stays_inside_its_directory() => s_pieces.Sample(text =>
    {
        if (RepositoryName.TryParse(text, out var name, out _))
            name.Value.Split('/').ShouldAllBe(part => part.Length > 0 && part[0] != '.' && part[0] != '_' && part.All(char.IsAscii) && !part.Contains(':') && !part.Contains('\\'));
    }, iter: 20_000);
}
