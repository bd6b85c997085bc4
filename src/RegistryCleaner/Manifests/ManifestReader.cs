using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Manifests;

/// <summary>
/// Reads what a manifest refers to, never less than the registry would find in it.
/// </summary>
/// <remarks>
/// The registry decodes JSON with Go's encoding/json, which takes member names in any case and the last of several equal names.
/// Here every member that could count does: a reference too many keeps a blob, a reference too few loses an image. For the same
/// reason all the places where any manifest type holds references are read, whatever media type the manifest claims.
/// </remarks>
public static class ManifestReader
{
    /// <summary>The registry's own limit of a manifest's length, 4 MiB (handlers/manifests.go, maxManifestBodySize).</summary>
    public const int MaxLength = 4 << 20;

    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 128 };

    private const int Few = 32;

    private const int MaxKept = 1024;

    // What a manifest refers to is gathered here before its lists are made, each in its length.
    [ThreadStatic]
    private static List<Descriptor>? t_children;
    [ThreadStatic]
    private static List<Descriptor>? t_blobs;

    // The members that hold references, and what says of which kind they are.
    private static readonly string[] s_names = ["mediatype", "manifests", "config", "layers", "blobs", "fslayers", "subject", "digest", "blobsum"];

    /// <summary>Reads a manifest, or tells why it cannot be read.</summary>
    /// <param name="expected">The digest under which the content was found; content of another digest is rejected as altered.</param>
    /// <param name="content">The manifest's bytes.</param>
    /// <param name="manifest">What it refers to.</param>
    /// <param name="reason">Why it cannot be read.</param>
    public static bool TryRead(
        Digest expected,
        ReadOnlyMemory<byte> content,
        [NotNullWhen(true)] out Manifest? manifest,
        [NotNullWhen(false)] out string? reason)
    {
        manifest = null;
        if (content.IsEmpty)
        {
            reason = "the manifest is empty";
            return false;
        }

        if (content.Length > MaxLength)
        {
            reason = $"the manifest is longer than {MaxLength} bytes";
            return false;
        }

        if (expected.Algorithm != "sha256" || Digest.OfContent(content.Span) != expected)
        {
            reason = "the manifest's content does not have the digest under which it is stored";
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(content, s_options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                reason = "the manifest is not a JSON object";
                return false;
            }

            manifest = Read(expected, content.Length, document.RootElement);
            reason = null;
            return true;
        }
        // GetString throws InvalidOperationException on text that is not valid UTF-8.
        catch (Exception e) when (e is JsonException or InvalidOperationException or ReferenceFormatException)
        {
            reason = $"the manifest cannot be understood: {e.Message}";
            return false;
        }
    }

    /// <summary>Whether content is whole and yet no manifest: it has its digest, and does not begin as a JSON object does.</summary>
    public static bool IsSomethingElse(Digest expected, ReadOnlySpan<byte> content)
    {
        var start = content.TrimStart(" \t\r\n"u8);
        return !start.IsEmpty && start[0] != '{' && expected.Algorithm == "sha256" && Digest.OfContent(content) == expected;
    }

    private static Manifest Read(Digest digest, int size, JsonElement root)
    {
        var children = Emptied(ref t_children);
        var blobs = Emptied(ref t_blobs);
        Digest? subject = null;
        var mediaType = "";
        var hasChildren = false;
        var hasBlobs = false;
        foreach (var member in root.EnumerateObject())
        {
            switch (NameOf(member))
            {
                case "mediatype" when member.Value.ValueKind == JsonValueKind.String:
                    mediaType = MediaTypeOf(member.Value);
                    break;
                case "manifests" when member.Value.ValueKind == JsonValueKind.Array:
                    hasChildren = true;
                    AddAll(children, member.Value, "digest");
                    break;
                case "config" when member.Value.ValueKind == JsonValueKind.Object:
                    hasBlobs = true;
                    Add(blobs, member.Value, "digest");
                    break;
                case "layers" or "blobs" when member.Value.ValueKind == JsonValueKind.Array:
                    hasBlobs = true;
                    AddAll(blobs, member.Value, "digest");
                    break;
                case "fslayers" when member.Value.ValueKind == JsonValueKind.Array:
                    hasBlobs = true;
                    AddAll(blobs, member.Value, "blobsum");
                    break;
                case "subject" when member.Value.ValueKind == JsonValueKind.Object:
                    var subjects = new List<Descriptor>();
                    Add(subjects, member.Value, "digest");
                    subject = subjects.Count > 0 ? subjects[^1].Digest : null;
                    break;
                default:
                    break;
            }
        }

        var kind = KindOf(mediaType, hasChildren, hasBlobs);
        if (kind == ManifestKind.Unknown)
            AddEveryDigest(blobs, root);
        RemoveTwins(children);
        RemoveTwins(blobs);
        return new Manifest(
            digest,
            size,
            mediaType.Length > 0 ? mediaType : Assumed(kind, hasBlobs),
            kind,
            ArrayOf(children, static descriptor => descriptor.Digest),
            ArrayOf(blobs, static descriptor => descriptor.Digest),
            subject)
        {
            Said = ArrayOf(blobs, static descriptor => new SaidOfBlob(descriptor.Size, descriptor.MayBeElsewhere)),
        };
    }

    private static List<Descriptor> Emptied(ref List<Descriptor>? kept)
    {
        if (kept is null || kept.Capacity > MaxKept)
            kept = new(Few);
        kept.Clear();
        return kept;
    }

    private static ImmutableArray<T> ArrayOf<T>(List<Descriptor> descriptors, Func<Descriptor, T> select)
    {
        if (descriptors.Count == 0)
            return [];
        var array = new T[descriptors.Count];
        for (var i = 0; i < array.Length; i++)
            array[i] = select(descriptors[i]);
        return ImmutableCollectionsMarshal.AsImmutableArray(array);
    }

    // Nearly all manifests name a few blobs, each once: then nothing is made for it.
    private static void RemoveTwins(List<Descriptor> descriptors)
    {
        var span = CollectionsMarshal.AsSpan(descriptors);
        var areDistinct = span.Length <= Few;
        for (var i = 1; i < span.Length && areDistinct; i++)
        {
            for (var j = 0; j < i && areDistinct; j++)
                areDistinct = span[i].Digest != span[j].Digest;
        }

        if (areDistinct)
            return;
        List<Descriptor> distinct = [.. descriptors.DistinctBy(descriptor => descriptor.Digest)];
        descriptors.Clear();
        descriptors.AddRange(distinct);
    }

    // A text for each of millions of manifests would be a large part of what reading them takes.
    private static string MediaTypeOf(JsonElement value)
    {
        foreach (var known in MediaTypes.All)
        {
            if (value.ValueEquals(known))
                return known;
        }

        return value.GetString()!;
    }

    // One of the names that count, in small letters; for another, anything else. Most members come without an escape and in letters
    // that fold simply, and none of their names is made a string.
    private static string NameOf(JsonProperty member)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(member);
        if (!Ascii.IsValid(raw) || raw.Contains((byte)'\\'))
            return Folded(member.Name);
        foreach (var name in s_names)
        {
            if (Ascii.EqualsIgnoreCase(raw, name))
                return name;
        }

        return "";
    }

    // Go folds two letters more than this runtime does: the long s, and the sign for kelvin (encoding/json, fold.go).
    private static string Folded(string name) => name.Replace('\u017F', 's').Replace('\u212A', 'k').ToLowerInvariant();

    private static Digest DigestOf(JsonElement value) =>
        Digest.TryParse(JsonMarshal.GetRawUtf8Value(value)[1..^1], out var digest, out _) ? digest : Digest.Parse(value.GetString()!);

    // Without a mediaType, upstream takes a manifest with `manifests` for an index, else for an OCI image (manifest/ocischema).
    private static ManifestKind KindOf(string mediaType, bool hasChildren, bool hasBlobs) => mediaType switch
    {
        MediaTypes.OciIndex or MediaTypes.DockerManifestList => ManifestKind.Index,
        MediaTypes.OciManifest or MediaTypes.DockerManifest or MediaTypes.DockerSchema1 or MediaTypes.DockerSchema1Signed
            or MediaTypes.OciArtifact => hasChildren ? ManifestKind.Index : ManifestKind.Image,
        "" when hasChildren => ManifestKind.Index,
        "" when hasBlobs => ManifestKind.Image,
        _ => ManifestKind.Unknown,
    };

    private static string Assumed(ManifestKind kind, bool hasBlobs) => kind switch
    {
        ManifestKind.Index => MediaTypes.OciIndex,
        ManifestKind.Image when hasBlobs => MediaTypes.OciManifest,
        _ => "",
    };

    private static void AddAll(List<Descriptor> digests, JsonElement array, string member)
    {
        digests.EnsureCapacity(digests.Count + array.GetArrayLength());
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Object)
                Add(digests, item, member);
        }
    }

    private static void Add(List<Descriptor> digests, JsonElement descriptor, string name)
    {
        foreach (var member in descriptor.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.String && NameOf(member) == name)
                digests.Add(new Descriptor(DigestOf(member.Value), SizeIn(descriptor), HasUrls(descriptor)));
        }
    }

    private static long? SizeIn(JsonElement descriptor) =>
        descriptor.TryGetProperty("size", out var size) && size.ValueKind == JsonValueKind.Number && size.TryGetInt64(out var length) && length >= 0 ? length : null;

    // Such a layer is not asked for when its manifest is pushed (registry/storage/ocimanifesthandler.go, verifyManifest).
    private static bool HasUrls(JsonElement descriptor) =>
        descriptor.TryGetProperty("urls", out var urls) && urls.ValueKind == JsonValueKind.Array && urls.GetArrayLength() > 0;

    private static void AddEveryDigest(List<Descriptor> digests, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                    AddEveryDigest(digests, member.Value);
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                    AddEveryDigest(digests, item);
                break;
            case JsonValueKind.String when Digest.TryParse(element.GetString(), out var digest, out _):
                digests.Add(new Descriptor(digest, null, MayBeElsewhere: true));
                break;
            default:
                break;
        }
    }
}
