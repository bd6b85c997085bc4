using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace RegistryCleaner.TestKit;

/// <summary>
/// Says what a registry would serve from a store, by walking its files as the registry does. It shares no code with what it
/// judges: paths and JSON are read here by hand.
/// </summary>
public sealed class StoreOracle(string rootDirectory)
{
    // A repository's name has 255 characters at most, every other of them a slash.
    private const int MaxDepth = 128;

    private readonly string _repositories = Path.Combine(rootDirectory, "docker/registry/v2/repositories");
    private readonly string _blobs = Path.Combine(rootDirectory, "docker/registry/v2/blobs");

    /// <summary>Every tag and the digest that it points to, <c>repo:tag</c>. A directory without a current link is no tag to a registry.</summary>
    public IReadOnlyDictionary<string, string> Tags => Repositories()
        .Where(repository => Directory.Exists(TagsOf(repository)))
        .SelectMany(repository => Directory.GetDirectories(TagsOf(repository)).Select(tag => (Name: $"{repository}:{Path.GetFileName(tag)}", Link: ReadLink(Path.Combine(tag, "current/link")))))
        .Where(item => item.Link is not null)
        .ToDictionary(item => item.Name, item => item.Link!, StringComparer.Ordinal);

    /// <summary>Every tag that can be pulled whole.</summary>
    public IReadOnlyList<string> WholeTags => [.. Tags.Where(pair => WhyNotPullable(RepositoryOf(pair.Key), pair.Value) is null).Select(pair => pair.Key).Order(StringComparer.Ordinal)];

    /// <summary>Every manifest that can be pulled whole from a repository that links it, <c>repo@digest</c>.</summary>
    public IReadOnlyList<string> WholeManifests => [.. Repositories()
        .Where(repository => Directory.Exists(RevisionsOf(repository)))
        .SelectMany(repository => Directory.GetDirectories(RevisionsOf(repository)).Select(revision => (Repository: repository, Digest: "sha256:" + Path.GetFileName(revision))))
        .Where(item => WhyNotPullable(item.Repository, item.Digest) is null)
        .Select(item => $"{item.Repository}@{item.Digest}")];

    /// <summary>Every tag that cannot be pulled whole, with the reason.</summary>
    public IReadOnlyList<string> BrokenTags => [.. Tags
        .Select(pair => (pair.Key, Reason: WhyNotPullable(RepositoryOf(pair.Key), pair.Value)))
        .Where(item => item.Reason is not null)
        .Select(item => $"{item.Key}: {item.Reason}")];

    /// <summary>Why a manifest cannot be pulled whole from a repository, or null.</summary>
    public string? WhyNotPullable(string repository, string digest)
    {
        var revision = Path.Combine(_repositories, repository, "_manifests/revisions", digest.Replace(':', '/'), "link");
        if (ReadLink(revision) != digest)
            return $"{digest} has no revision link";
        if (ReadBlob(digest) is not { } content)
            return $"{digest} has no data, or other data";

        using var json = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = int.MaxValue });
        var children = Descriptors(json, "manifests").Select(child => DigestOf(child)).ToList();
        var blobs = Descriptors(json, "layers").Concat(Descriptors(json, "blobs")).Select(blob => DigestOf(blob)).ToList();
        blobs.AddRange(Descriptors(json, "fsLayers").Select(blob => DigestOf(blob, "blobSum")));
        if (json.RootElement.TryGetProperty("config", out var config))
            blobs.Add(DigestOf(config));
        return children.Select(child => WhyNotPullable(repository, child)).FirstOrDefault(reason => reason is not null)
            ?? blobs.Select(blob => WhyNotServed(repository, blob)).FirstOrDefault(reason => reason is not null);
    }

    /// <summary>
    /// Everything in the store, by path: the content's digest for a file, "directory" for a directory. The cleaner's own
    /// directory is left out unless asked for.
    /// </summary>
    public SortedDictionary<string, string> Content(bool withWorkDirectory = false)
    {
        var content = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in new DirectoryInfo(rootDirectory).EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
        {
            var path = Path.GetRelativePath(rootDirectory, entry.FullName);
            if (withWorkDirectory || !path.StartsWith("docker/registry/registry-cleaner", StringComparison.Ordinal))
                content[path] = entry is FileInfo ? Convert.ToHexStringLower(SHA256.HashData(Read(entry.FullName))) : "directory";
        }

        return content;
    }

    private static string RepositoryOf(string tag) => tag[..tag.LastIndexOf(':')];

    private static JsonElement.ArrayEnumerator Descriptors(JsonDocument json, string list) => json.RootElement.TryGetProperty(list, out var descriptors) ? descriptors.EnumerateArray() : default;

    private static string DigestOf(JsonElement descriptor, string member = "digest") => descriptor.GetProperty(member).GetString()!;

    private static string? ReadLink(string path) => File.Exists(path) ? Encoding.UTF8.GetString(Read(path)) : null;

    // A pipe, which would be waited for, says that it is empty.
    private static byte[] Read(string path) => new FileInfo(path).Length == 0 ? [] : File.ReadAllBytes(path);

    private string? WhyNotServed(string repository, string blob)
    {
        // What was uploaded by its sha512 is stored by the sha256 that its link says.
        if (ReadLink(Path.Combine(_repositories, repository, "_layers", blob.Replace(':', '/'), "link")) is not { } stored || (stored != blob && blob.StartsWith("sha256:", StringComparison.Ordinal)))
            return $"{blob} has no layer link";
        return !stored.StartsWith("sha256:", StringComparison.Ordinal) || ReadBlob(stored) is null ? $"{blob} has no data, or other data" : null;
    }

    private byte[]? ReadBlob(string digest)
    {
        var hex = digest[(digest.IndexOf(':', StringComparison.Ordinal) + 1)..];
        var data = Path.Combine(_blobs, "sha256", hex[..2], hex, "data");
        if (!File.Exists(data))
            return null;
        var content = Read(data);
        return Convert.ToHexStringLower(SHA256.HashData(content)) == hex ? content : null;
    }

    private string RevisionsOf(string repository) => Path.Combine(_repositories, repository, "_manifests/revisions/sha256");

    private string TagsOf(string repository) => Path.Combine(_repositories, repository, "_manifests/tags");

    private List<string> Repositories() => [.. Directory.GetDirectories(_repositories, "_manifests", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = MaxDepth, AttributesToSkip = 0, IgnoreInaccessible = false })
        .Select(path => Path.GetRelativePath(_repositories, Path.GetDirectoryName(path)!))];
}
