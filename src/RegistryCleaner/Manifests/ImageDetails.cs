using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Manifests;

/// <summary>What a manifest says besides what it refers to; nothing is kept or lost on account of it, but age and expiry.</summary>
/// <param name="Annotations">Its annotations.</param>
/// <param name="Configuration">The blob of an image's configuration; null where there is none.</param>
/// <param name="Images">An index's images, without what is only about them (attestations).</param>
internal sealed record ManifestDetails(ImmutableDictionary<string, string> Annotations, Digest? Configuration, ImmutableArray<Digest> Images)
{
    /// <summary>Reads the details of a manifest; null where it is no JSON object.</summary>
    public static ManifestDetails? TryRead(ReadOnlyMemory<byte> content) => Json.TryRead(content, root => new ManifestDetails(
        Json.Texts(root, "annotations"),
        root.TryGetProperty("config", out var config) ? DigestOf(config) : null,
        root.TryGetProperty("manifests", out var manifests) && manifests.ValueKind == JsonValueKind.Array
            ? [.. manifests.EnumerateArray().Where(IsImage).Select(DigestOf).OfType<Digest>()]
            : []));

    // BuildKit's attestations are children of the index, with a configuration that says nothing.
    private static bool IsImage(JsonElement descriptor) => descriptor.ValueKind == JsonValueKind.Object
        && !Json.Texts(descriptor, "annotations").ContainsKey("vnd.docker.reference.type");

    private static Digest? DigestOf(JsonElement descriptor) =>
        Json.Text(descriptor, "digest") is { } text && Digest.TryParse(text, out var digest, out _) ? digest : null;
}

/// <summary>What an image's configuration says.</summary>
/// <param name="Created">When it was made; null where it does not say so.</param>
/// <param name="Labels">Its labels.</param>
internal sealed record ImageConfiguration(DateTimeOffset? Created, ImmutableDictionary<string, string> Labels)
{
    /// <summary>The longest configuration that is read: as long as a manifest may be.</summary>
    public const int MaxLength = ManifestReader.MaxLength;

    /// <summary>Reads a configuration; null where it is no JSON object.</summary>
    public static ImageConfiguration? TryRead(ReadOnlyMemory<byte> content) => Json.TryRead(content, root => new ImageConfiguration(
        Json.Text(root, "created") is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var created) ? created : null,
        root.TryGetProperty("config", out var config) ? Json.Texts(config, "Labels") : ImmutableDictionary<string, string>.Empty));
}

file static class Json
{
    public static T? TryRead<T>(ReadOnlyMemory<byte> content, Func<JsonElement, T> read)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    public static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static ImmutableDictionary<string, string> Texts(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var map) && map.ValueKind == JsonValueKind.Object
            ? map.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.String).DistinctBy(member => member.Name).ToImmutableDictionary(member => member.Name, member => member.Value.GetString()!, StringComparer.Ordinal)
            : ImmutableDictionary<string, string>.Empty;
}
