using System.Text;
using BenchmarkDotNet.Attributes;
using RegistryCleaner.Manifests;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Benchmarks.Parts;

/// <summary>What is done once a name, once a link, once a manifest, without a file.</summary>
[MemoryDiagnoser]
public class NamingBenchmarks
{
    private readonly Digest _digest = Digest.OfContent("something"u8);
    private string _hex = "";
    private byte[] _link = [];
    private byte[] _manifest = [];
    private Digest _manifestDigest;

    [GlobalSetup]
    public void Setup()
    {
        _hex = _digest.Hex;
        _link = Encoding.UTF8.GetBytes(_digest.ToString());
        _manifest = Manifest(_digest, layers: 10);
        _manifestDigest = Digest.OfContent(_manifest);
    }

    [Benchmark]
    public bool ReadHex() => Sha256.TryParseHex(_hex, out _);

    [Benchmark]
    public bool ReadLinkContent() => Digest.TryParse(_link, out _, out _);

    [Benchmark]
    public string WriteHex() => _digest.Hex;

    [Benchmark]
    public bool ReadManifest() => ManifestReader.TryRead(_manifestDigest, _manifest, out _, out _);

    private static byte[] Manifest(Digest config, int layers)
    {
        var descriptors = Enumerable.Range(0, layers).Select(i => $$"""{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{{Digest.OfContent([(byte)i])}}","size":1024}""");
        return Encoding.UTF8.GetBytes($$"""
            {"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{config}}","size":512},"layers":[{{string.Join(',', descriptors)}}]}
            """);
    }
}
