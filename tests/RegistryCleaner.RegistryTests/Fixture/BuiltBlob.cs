using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace RegistryCleaner.RegistryTests.Fixture;

// Bytes with a media type: what a descriptor describes.
internal class BuiltBlob(string mediaType, byte[] bytes)
{
    public string MediaType { get; } = mediaType;

    public byte[] Bytes { get; } = bytes;

    public string Digest { get; } = DigestOf(bytes);

    public string Hex => Digest["sha256:".Length..];

    public static string DigestOf(ReadOnlySpan<byte> bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    public JsonObject Descriptor() => new()
    {
        ["mediaType"] = MediaType,
        ["size"] = Bytes.Length,
        ["digest"] = Digest,
    };
}
