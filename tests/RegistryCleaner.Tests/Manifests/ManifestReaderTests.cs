using System.Text;
using CsCheck;
using RegistryCleaner.Manifests;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Tests.Manifests;

/// <summary>A manifest says all that it refers to, or that it cannot be read; nothing is ever overlooked.</summary>
public class ManifestReaderTests
{
    private static readonly Digest s_a = Digest.OfContent("a"u8);
    private static readonly Digest s_b = Digest.OfContent("b"u8);
    private static readonly Digest s_c = Digest.OfContent("c"u8);

    [Theory]
    [InlineData(MediaTypes.OciManifest)]
    [InlineData(MediaTypes.DockerManifest)]
    [InlineData("")]
    public void An_image_refers_to_its_configuration_and_layers(string mediaType)
    {
        var manifest = Read($$"""{"schemaVersion":2,{{MediaType(mediaType)}}"config":{"digest":"{{s_a}}"},"layers":[{"digest":"{{s_b}}"},{"digest":"{{s_c}}"},{"digest":"{{s_b}}"}]}""");

        manifest.Kind.ShouldBe(ManifestKind.Image);
        manifest.Blobs.ShouldBe([s_a, s_b, s_c]);
        manifest.Children.ShouldBeEmpty();
        manifest.MediaType.ShouldBe(mediaType.Length > 0 ? mediaType : MediaTypes.OciManifest);
    }

    [Theory]
    [InlineData(MediaTypes.OciIndex)]
    [InlineData(MediaTypes.DockerManifestList)]
    [InlineData("")]
    public void An_index_refers_to_its_platforms(string mediaType)
    {
        var manifest = Read($$"""{"schemaVersion":2,{{MediaType(mediaType)}}"manifests":[{"digest":"{{s_a}}","platform":{"os":"linux"} },{"digest":"{{s_b}}"}]}""");

        manifest.Kind.ShouldBe(ManifestKind.Index);
        manifest.Children.ShouldBe([s_a, s_b]);
        manifest.Blobs.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(MediaTypes.DockerSchema1)]
    [InlineData(MediaTypes.DockerSchema1Signed)]
    public void A_schema_1_image_refers_to_its_layers(string mediaType) =>
        Read($$"""{"schemaVersion":1,{{MediaType(mediaType)}}"fsLayers":[{"blobSum":"{{s_a}}"},{"blobSum":"{{s_b}}"}],"history":[{"v1Compatibility":"{}"}]}""").Blobs.ShouldBe([s_a, s_b]);

    [Fact]
    public void An_artifact_manifest_refers_to_its_blobs() =>
        Read($$"""{{{MediaType(MediaTypes.OciArtifact)}}"blobs":[{"digest":"{{s_a}}"}],"subject":{"digest":"{{s_b}}"} }""").ShouldSatisfyAllConditions(
            manifest => manifest.Blobs.ShouldBe([s_a]), manifest => manifest.Subject.ShouldBe(s_b));

    [Theory]
    [InlineData("MANIFESTS", "DIGEST")]
    [InlineData("Manifests", "Digest")]
    [InlineData("manife\\u0073ts", "d\\u0069gest")]
    [InlineData("manifeſtſ", "digeſt")]
    public void Member_names_count_in_any_case_as_they_do_for_the_registry(string manifests, string digest) =>
        Read($$"""{"{{manifests}}":[{"{{digest}}":"{{s_a}}"}]}""").Children.ShouldBe([s_a]);

    [Fact]
    public void A_long_s_is_an_s_in_every_member_name_as_it_is_for_the_registry() =>
        Read($$"""{"fſLayers":[{"blobſum":"{{s_a}}"}],"layerſ":[{"digest":"{{s_b}}"}],"ſubject":{"digest":"{{s_c}}"} }""").ShouldSatisfyAllConditions(
            manifest => manifest.Blobs.ShouldBe([s_a, s_b]), manifest => manifest.Subject.ShouldBe(s_c));

    [Fact]
    public void Every_one_of_duplicate_members_counts()
    {
        var manifest = Read($$"""{"layers":[{"digest":"{{s_a}}"}],"layers":[{"digest":"{{s_b}}","digest":"{{s_c}}"}],"manifests":[{"digest":"{{s_a}}"}]}""");

        manifest.Blobs.ShouldBe([s_a, s_b, s_c]);
        manifest.Children.ShouldBe([s_a]);
    }

    [Theory]
    [InlineData("application/vnd.example.unknown")]
    [InlineData("APPLICATION/VND.OCI.IMAGE.MANIFEST.V1+JSON")]
    [InlineData("")]
    public void Every_digest_in_a_manifest_of_an_unknown_type_counts(string mediaType)
    {
        var manifest = Read($$"""{{{MediaType(mediaType)}}"x":{"y":["{{s_a}}",{"z":"{{s_b}}"}]},"{{s_c}}":1,"w":"{{s_c}} no digest"}""");

        manifest.Kind.ShouldBe(ManifestKind.Unknown);
        manifest.Blobs.ShouldBe([s_a, s_b]);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"sha256\"")]
    [InlineData("{\"layers\":[{\"digest\":\"sha256:short\"}]}")]
    [InlineData("{\"layers\":[{\"digest\":\"\"}]}")]
    [InlineData("{\"config\":{\"digest\":\"md5:00\"}}")]
    [InlineData("{\"manifests\":[{\"digest\":\"\\ud800\"}]}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{} {}")]
    [InlineData("{},")]
    [InlineData("\uFEFF{}")]
    public void What_cannot_be_understood_is_rejected_with_a_reason(string text) => Reject(Encoding.UTF8.GetBytes(text));

    [Fact]
    public void Content_of_another_digest_is_rejected()
    {
        var content = Encoding.UTF8.GetBytes("""{"layers":[]}""");

        ManifestReader.TryRead(s_a, content, out _, out var reason).ShouldBeFalse();
        reason.ShouldContain("does not have the digest");
        ManifestReader.TryRead(Digest.Parse("sha512:" + new string('0', 128)), content, out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void A_truncated_manifest_is_rejected_wherever_it_was_cut()
    {
        var whole = Encoding.UTF8.GetBytes($$"""{"config":{"digest":"{{s_a}}"},"layers":[{"digest":"{{s_b}}"}]}""");
        for (var length = 0; length < whole.Length; length++)
            Reject(whole[..length]);
    }

    [Fact]
    public void A_manifest_may_be_as_long_as_the_registry_allows_and_no_longer()
    {
        var start = $$"""{"layers":[{"digest":"{{s_a}}"}],"annotations":{"x":" """;
        var longest = start + new string('x', ManifestReader.MaxLength - start.Length - 3) + "\"}}";

        Read(longest).Blobs.ShouldBe([s_a]);
        Reject(Encoding.UTF8.GetBytes(longest + " "));
    }

    [Theory]
    [InlineData("", null, false)]
    [InlineData(",\"size\":0", 0L, false)]
    [InlineData(",\"size\":4611686018427387903,\"urls\":[\"https://x\"]", long.MaxValue >> 1, true)]
    [InlineData(",\"size\":4611686018427387904", null, false)]
    [InlineData(",\"size\":-1,\"urls\":[\"https://x\"]", null, true)]
    [InlineData(",\"size\":\"7\",\"urls\":[]", null, false)]
    public void What_is_said_of_a_blob_is_known_as_it_is_first_said(string said, long? size, bool mayBeElsewhere)
    {
        var manifest = Read($$"""{"config":{"digest":"{{s_a}}","size":7},"layers":[{"digest":"{{s_b}}"{{said}}},{"digest":"{{s_b}}","size":9},{"digest":"{{s_a}}","urls":["https://x"]}]}""");

        manifest.Descriptors.ShouldBe([new Descriptor(s_a, 7, false), new Descriptor(s_b, size, mayBeElsewhere)]);
    }

    [Fact]
    public void Deep_nesting_is_read_or_rejected()
    {
        Reject(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 1000)) + "1" + new string('}', 1000)));
        Reject(Encoding.UTF8.GetBytes(new string('[', 1_000_000)));
    }

    [Fact]
    public void Invalid_UTF_8_is_read_or_rejected()
    {
        Reject([.. "{\"layers\":[{\"digest\":\"sha256:"u8, 0xff, .. "\"}]}"u8]);
        Reject([.. "{\"lay"u8, 0xff, .. "ers\":[]}"u8]);
    }

    [Fact]
    public void No_content_makes_it_throw() => Gen.Byte.Array[0, 60].Sample(
        content => ManifestReader.TryRead(Digest.OfContent(content), content, out _, out var reason).ShouldBe(reason is null), iter: 20_000);

    [Fact]
    public void No_change_of_one_byte_makes_it_throw()
    {
        var whole = Encoding.UTF8.GetBytes($$"""{"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{"digest":"{{s_a}}","size":1}],"subject":{"digest":"{{s_b}}"} }""");
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Sample((position, value) =>
        {
            var content = whole.ToArray();
            content[position] = value;
            ManifestReader.TryRead(Digest.OfContent(content), content, out _, out var reason).ShouldBe(reason is null);
        }, iter: 20_000);
    }

    private static string MediaType(string mediaType) => mediaType.Length == 0 ? "" : $"\"mediaType\":\"{mediaType}\",";

    private static Manifest Read(string json)
    {
        var content = Encoding.UTF8.GetBytes(json);
        ManifestReader.TryRead(Digest.OfContent(content), content, out var manifest, out var reason).ShouldBeTrue(reason);
        manifest!.Size.ShouldBe(content.Length);
        return manifest;
    }

    private static void Reject(byte[] content)
    {
        ManifestReader.TryRead(Digest.OfContent(content), content, out var manifest, out var reason).ShouldBeFalse();
        manifest.ShouldBeNull();
        reason.ShouldNotBeNullOrEmpty();
    }
}
