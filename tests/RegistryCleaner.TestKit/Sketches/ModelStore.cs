using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace RegistryCleaner.TestKit.Sketches;

/// <summary>
/// A store's files, all in memory, and the plainest way to read them. For <see cref="SlowModel"/>, and as that sharing no code with
/// what it judges.
/// </summary>
internal sealed partial class ModelStore
{
    private readonly Dictionary<string, ModelManifest> _manifests = [];

    public ModelStore(string rootDirectory)
    {
        var top = Path.Combine(rootDirectory, "docker/registry/v2");
        foreach (var entry in new DirectoryInfo(top).EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
        {
            var path = Path.GetRelativePath(top, entry.FullName);
            Written[path] = entry.LastWriteTimeUtc;
            if (entry is FileInfo)
                Files[path] = File.ReadAllBytes(entry.FullName);
            else
                Directories.Add(path);
        }
    }

    public Dictionary<string, byte[]> Files { get; } = [];

    public HashSet<string> Directories { get; } = [];

    public Dictionary<string, DateTime> Written { get; } = [];

    /// <summary>What is directly in a directory.</summary>
    public IEnumerable<string> NamesIn(string directory) =>
        Written.Keys.Where(path => path.StartsWith(directory + "/", StringComparison.Ordinal)).Select(path => path[(directory.Length + 1)..]).Where(name => !name.Contains('/'));

    /// <summary>The files anywhere in a directory.</summary>
    public IEnumerable<string> FilesIn(string directory) => Files.Keys.Where(path => path.StartsWith(directory + "/", StringComparison.Ordinal));

    /// <summary>The digest that a link says, or null where there is no link, or none that says a digest and nothing more.</summary>
    public string? Link(string path) => Files.TryGetValue(path, out var content) && DigestText().IsMatch(Encoding.UTF8.GetString(content)) ? Encoding.UTF8.GetString(content) : null;

    public static bool IsDigest(string text) => DigestText().IsMatch(text);

    public static string DataOf(string digest) => $"blobs/{digest.Split(':')[0]}/{digest.Split(':')[1][..2]}/{digest.Split(':')[1]}/data";

    public ModelManifest Manifest(string digest)
    {
        if (!_manifests.TryGetValue(digest, out var manifest))
            _manifests[digest] = manifest = Files.TryGetValue(DataOf(digest), out var content) ? Read(digest, content) : ModelManifest.None;
        return manifest;
    }

    private static ModelManifest Read(string digest, byte[] content)
    {
        if (digest != "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content)) || content.Length == 0)
            return ModelManifest.Unreadable;
        if (!Encoding.UTF8.GetString(content).TrimStart().StartsWith('{'))
            return ModelManifest.None;
        try
        {
            return Read(JsonDocument.Parse(content).RootElement);
        }
        catch (JsonException)
        {
            return ModelManifest.Unreadable;
        }
    }

    private static ModelManifest Read(JsonElement json)
    {
        var type = json.TryGetProperty("mediaType", out var mediaType) ? mediaType.GetString()! : "";
        var isIndex = json.TryGetProperty("manifests", out _);
        var isImage = new[] { "config", "layers", "blobs", "fsLayers" }.Any(name => json.TryGetProperty(name, out _));
        var isKnown = type.Length == 0 ? isIndex || isImage : KnownType().IsMatch(type);
        var subject = json.TryGetProperty("subject", out var about) ? about.GetProperty("digest").GetString() : null;
        if (!isKnown)
            return new ModelManifest { Children = [.. EveryDigest(json)], Subject = subject };
        return new ModelManifest
        {
            IsIndex = isIndex || type.Contains("index", StringComparison.Ordinal) || type.Contains("list", StringComparison.Ordinal),
            Children = [.. Digests(json, "manifests", "digest")],
            Blobs = [.. Digests(json, "layers", "digest"), .. Digests(json, "blobs", "digest"), .. Digests(json, "fsLayers", "blobSum"), .. Digests(json, "config", "digest")],
            Subject = subject,
        };
    }

    private static IEnumerable<string> Digests(JsonElement json, string list, string member)
    {
        if (!json.TryGetProperty(list, out var found))
            return [];
        var items = found.ValueKind == JsonValueKind.Array ? found.EnumerateArray().ToArray() : [found];
        return items.Where(item => item.TryGetProperty(member, out _)).Select(item => item.GetProperty(member).GetString()!);
    }

    private static IEnumerable<string> EveryDigest(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(member => EveryDigest(member.Value)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(EveryDigest),
        JsonValueKind.String when IsDigest(json.GetString()!) => [json.GetString()!],
        _ => [],
    };

    [GeneratedRegex(@"\A(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})\z")]
    private static partial Regex DigestText();

    [GeneratedRegex(@"\Aapplication/vnd\.(oci\.(image\.(manifest|index)|artifact\.manifest)\.v1\+json|docker\.distribution\.manifest\.(v1\+json|v1\+prettyjws|v2\+json|list\.v2\+json))\z")]
    private static partial Regex KnownType();
}

/// <summary>What a blob says when it is read as a manifest.</summary>
internal sealed record ModelManifest
{
    /// <summary>There is no such blob, or it is whole and something else.</summary>
    public static ModelManifest None { get; } = new() { IsNone = true };

    /// <summary>It could be anything.</summary>
    public static ModelManifest Unreadable { get; } = new() { IsUnreadable = true };

    public IReadOnlyList<string> Children { get; init; } = [];

    public IReadOnlyList<string> Blobs { get; init; } = [];

    public string? Subject { get; init; }

    public bool IsIndex { get; init; }

    public bool IsNone { get; init; }

    public bool IsUnreadable { get; init; }
}
