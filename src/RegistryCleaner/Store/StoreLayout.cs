using System.Diagnostics.CodeAnalysis;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Store;

/// <summary>
/// Where the registry keeps what (registry/storage/paths.go, the same in 2.8 and 3.x), and where the cleaner keeps its own files.
/// The only place that knows a path.
/// </summary>
/// <remarks>Paths are relative to <c>ROOT/docker/registry</c>, where ROOT is the registry's rootdirectory.</remarks>
public static class StoreLayout
{
    /// <summary>Below the registry's rootdirectory.</summary>
    public const string BaseDirectory = "docker/registry";

    /// <summary>Everything that the registry itself reads.</summary>
    public const string Version2 = "v2";

    /// <summary>The repositories.</summary>
    public const string Repositories = "v2/repositories";

    /// <summary>The blobs.</summary>
    public const string Blobs = "v2/blobs";

    /// <summary>
    /// The cleaner's own directory: beside v2, so that the registry never meets it, and in the same directory, so that a rename
    /// between the two stays within one file system wherever the volume is mounted.
    /// </summary>
    public const string WorkDirectory = "registry-cleaner";

    /// <summary>The file that a running cleaner holds locked.</summary>
    public const string LockFile = WorkDirectory + "/lock";

    /// <summary>
    /// Who may change the store, by a word of its own. What still runs of a killed cleaner in a container holds it locked beside others,
    /// and does nothing any more once it says something else.
    /// </summary>
    internal const string Fence = WorkDirectory + "/fence";

    /// <summary>Who holds it, or held it last.</summary>
    public const string LockOwner = WorkDirectory + "/lock-owner.json";

    /// <summary>A directory for each run that removed something and has not finished.</summary>
    public const string Trash = WorkDirectory + "/trash";

    /// <summary>Trash that nothing needs any more, on its way to deletion.</summary>
    public const string Discarded = WorkDirectory + "/discarded";

    /// <summary>The journals of runs whose trash is gone, by how it went.</summary>
    public const string History = WorkDirectory + "/history";

    internal const string JournalName = "journal.json";
    internal const string LinkOfTagName = "/current/link";
    internal const string ManifestsName = "_manifests";
    internal const string LayersName = "_layers";
    internal const string UploadsName = "_uploads";

    // Of a path in a repository, other than an upload's.
    private const int MostParts = 5;

    // What the registry writes first of an upload (registry/storage/linkedblobstore.go, Create).
    internal const string StartedAt = "startedat";

    /// <summary>A repository's directory, which holds nested repositories as well.</summary>
    public static string Repository(RepositoryName repository) => $"{Repositories}/{repository}";

    /// <summary>A repository's tags and revisions.</summary>
    public static string Manifests(RepositoryName repository) => $"{Repository(repository)}/{ManifestsName}";

    /// <summary>A repository's links to layers and configurations.</summary>
    public static string Layers(RepositoryName repository) => LayersIn(Repository(repository));

    /// <summary>A repository's unfinished uploads.</summary>
    public static string Uploads(RepositoryName repository) => UploadsIn(Repository(repository));

    /// <summary>An unfinished upload.</summary>
    public static string Upload(RepositoryName repository, string id) => $"{Uploads(repository)}/{id}";

    /// <summary>The directory of a repository's tags.</summary>
    public static string Tags(RepositoryName repository) => TagsIn(Repository(repository));

    /// <summary>The directory of one tag: its current link and its history.</summary>
    public static string Tag(RepositoryName repository, Tag tag) => $"{Tags(repository)}/{tag}";

    /// <summary>The link that says where a tag points.</summary>
    public static string TagLink(RepositoryName repository, Tag tag) => TagLinkIn(Repository(repository), tag.Value);

    /// <summary>The link that makes a manifest part of a repository.</summary>
    public static string RevisionLink(RepositoryName repository, Digest digest) => RevisionLinkIn(Repository(repository), digest);

    /// <summary>The link that makes a layer or a configuration part of a repository.</summary>
    public static string LayerLink(RepositoryName repository, Digest digest) => LayerLinkIn(Repository(repository), digest);

    // The same for a directory that may have a name which no repository can have.
    internal static string TagsIn(string directory) => $"{directory}/{ManifestsName}/tags";

    internal static string TagLinkIn(string directory, string tag) => LinkOfTag($"{directory}/{ManifestsName}/tags/{tag}");

    internal static string LinkOfTag(string tagDirectory) => tagDirectory + LinkOfTagName;

    /// <summary>Whether a path is that of a tag's link: the only file that a push writes with other content at the same place.</summary>
    internal static bool IsLinkOfTag(string path) => path.EndsWith(LinkOfTagName, StringComparison.Ordinal);

    internal static string RevisionsIn(string directory) => $"{directory}/{ManifestsName}/revisions";

    internal static string RevisionLinkIn(string directory, Digest digest) => $"{RevisionsIn(directory)}/{digest.Algorithm}/{digest:x}/link";

    internal static string LayersIn(string directory) => $"{directory}/{LayersName}";

    internal static string LayerLinkIn(string directory, Digest digest) => $"{directory}/{LayersName}/{digest.Algorithm}/{digest:x}/link";

    internal static string UploadsIn(string directory) => $"{directory}/{UploadsName}";

    /// <summary>The directories between a repository's own and those that are named by a digest.</summary>
    internal static IReadOnlyList<string> LinkPlaces { get; } =
        [$"{LayersName}/sha256", $"{ManifestsName}/revisions", $"{ManifestsName}/revisions/sha256", .. Digest.OtherAlgorithms.Select(algorithm => $"{LayersName}/{algorithm}")];

    internal static string[] MarkersIn(string directory) => [$"{directory}/{ManifestsName}", LayersIn(directory), UploadsIn(directory)];

    /// <summary>The directory of all blobs whose digest begins with a byte.</summary>
    public static string BlobShard(byte firstByte) => $"{Blobs}/sha256/{firstByte:x2}";

    /// <summary>A blob's directory.</summary>
    public static string BlobDirectory(Digest digest) => $"{Blobs}/{digest.Algorithm}/{digest:x2}/{digest:x}";

    /// <summary>A blob's content.</summary>
    public static string BlobData(Digest digest) => $"{Blobs}/{digest.Algorithm}/{digest:x2}/{digest:x}/data";

    /// <summary>
    /// Whether a path is that of a link to a manifest or a layer, and what the link has to say: its name, unless that is of another
    /// algorithm than those by which layers are stored.
    /// </summary>
    internal static bool IsLinkOfDigest(string path, out Digest? says)
    {
        says = null;
        if (path.Split('/') is not [.., var directory, var algorithm, var hex, "link"] || directory is not (LayersName or "revisions"))
            return false;
        says = Digest.TryParse($"{algorithm}:{hex}", out var digest, out _) && (directory != LayersName || digest.Sha256 is not null) ? digest : null;
        return true;
    }

    /// <summary>Whether a path is that of a blob's content.</summary>
    internal static bool IsBlobData(string path) => path.StartsWith(Blobs + "/", StringComparison.Ordinal) && path.EndsWith("/data", StringComparison.Ordinal);

    /// <summary>The trash of one run.</summary>
    public static string TrashOf(string runId) => $"{Trash}/{runId}";

    /// <summary>What one run set out to do, in its trash.</summary>
    public static string Journal(string runId) => $"{TrashOf(runId)}/{JournalName}";

    /// <summary>The directory that holds a path.</summary>
    public static string ParentOf(string path) => path[..path.LastIndexOf('/')];

    /// <summary>The directory that holds a path, the one that holds that, and so on.</summary>
    internal static IEnumerable<string> ParentsOf(string path)
    {
        for (var end = path.LastIndexOf('/'); end > 0; end = path.LastIndexOf('/', end - 1))
            yield return path[..end];
    }

    /// <summary>Where in a repository a link lies, read from its path; false for a path that is none of these.</summary>
    internal static bool TryReadRepositoryPath(RepositoryName repository, string path, out RepositoryPath found)
    {
        var directory = Repository(repository);
        found = path.Length > directory.Length + 1 && path.StartsWith(directory, StringComparison.Ordinal) && path[directory.Length] == '/'
            ? ReadInside(path.AsSpan(directory.Length + 1))
            : default;
        return found.Kind != RepositoryPathKind.None;
    }

    /// <summary>The repository in which a link to a manifest or a layer lies, and what the link is; false for any other path.</summary>
    internal static bool TryReadLink(string path, [NotNullWhen(true)] out RepositoryName? repository, out RepositoryPath found)
    {
        (repository, found) = (null, default);
        var end = path.IndexOf("/_", StringComparison.Ordinal);
        return end > 0 && TryReadRepository(path[..end], out repository, out _)
            && TryReadRepositoryPath(repository, path, out found) && found.Kind is RepositoryPathKind.RevisionLink or RepositoryPathKind.LayerLink;
    }

    /// <summary>What a path is by what follows a repository's directory in it.</summary>
    internal static RepositoryPath ReadInside(ReadOnlySpan<char> path)
    {
        // There are as many of these as a repository has links: what is not asked for is not made a string.
        Span<Range> parts = stackalloc Range[MostParts + 1];
        var count = path.Split(parts, '/');
        var first = path[parts[0]];
        var second = count > 1 ? path[parts[1]] : default;
        var last = path[parts[count - 1]];
        return count switch
        {
            2 when first is UploadsName => new(RepositoryPathKind.UploadDirectory, second.ToString()),
            > 2 when first is UploadsName => new(RepositoryPathKind.InUpload, second.ToString()),
            3 when first is ManifestsName && second is "tags" => new(RepositoryPathKind.TagDirectory, last.ToString()),
            4 when first is LayersName && last is "link" => new(RepositoryPathKind.LayerLink, $"{second}:{path[parts[2]]}"),
            5 when first is ManifestsName && second is "tags" && path[parts[3]] is "current" && last is "link" => new(RepositoryPathKind.TagLink, path[parts[2]].ToString()),
            5 when first is ManifestsName && second is "revisions" && last is "link" => new(RepositoryPathKind.RevisionLink, $"{path[parts[2]]}:{path[parts[3]]}"),
            _ => default,
        };
    }

    /// <summary>The directory of the tag in which a path lies; null where it lies in none.</summary>
    internal static string? TagDirectoryOf(string path)
    {
        const string Marker = $"/{ManifestsName}/tags/";
        var start = path.IndexOf(Marker, StringComparison.Ordinal);
        var end = start < 0 ? -1 : path.IndexOf('/', start + Marker.Length);
        return end < 0 ? null : path[..end];
    }

    /// <summary>Whether a path is the directory of an unfinished upload.</summary>
    internal static bool IsUpload(string path) =>
        path.StartsWith(Repositories + "/", StringComparison.Ordinal) && path.Split('/') is [.., UploadsName, var id] && !id.StartsWith('_');

    /// <summary>The directory of the unfinished upload in which a path lies; the path itself where it lies in none.</summary>
    internal static string UploadOf(string path)
    {
        const string Marker = $"/{UploadsName}/";
        var start = path.IndexOf(Marker, StringComparison.Ordinal);
        var end = start < 0 ? -1 : path.IndexOf('/', start + Marker.Length);
        return end < 0 ? path : path[..end];
    }

    /// <summary>The repository that a directory below <see cref="Repositories"/> stands for.</summary>
    internal static bool TryReadRepository(string directory, [NotNullWhen(true)] out RepositoryName? repository, [NotNullWhen(false)] out string? reason) =>
        RepositoryName.TryParse(directory[(Repositories.Length + 1)..], out repository, out reason);
}

internal enum RepositoryPathKind
{
    None,
    TagDirectory,
    TagLink,
    RevisionLink,
    LayerLink,
    UploadDirectory,
    InUpload,
}

/// <summary>A path inside a repository: what it is, and the tag, digest or upload that its name says.</summary>
internal readonly record struct RepositoryPath(RepositoryPathKind Kind, string Name);
