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

    /// <summary>A directory for each run that removed something and has not finished.</summary>
    public const string Trash = WorkDirectory + "/trash";

    /// <summary>Trash that nothing needs any more, on its way to deletion.</summary>
    public const string Discarded = WorkDirectory + "/discarded";

    internal const string ManifestsName = "_manifests";
    internal const string LayersName = "_layers";
    internal const string UploadsName = "_uploads";

    /// <summary>A repository's directory, which holds nested repositories as well.</summary>
    public static string Repository(RepositoryName repository) => $"{Repositories}/{repository}";

    /// <summary>A repository's tags and revisions.</summary>
    public static string Manifests(RepositoryName repository) => $"{Repositories}/{repository}/{ManifestsName}";

    /// <summary>A repository's links to layers and configurations.</summary>
    public static string Layers(RepositoryName repository) => $"{Repositories}/{repository}/{LayersName}";

    /// <summary>A repository's unfinished uploads.</summary>
    public static string Uploads(RepositoryName repository) => $"{Repositories}/{repository}/{UploadsName}";

    /// <summary>An unfinished upload.</summary>
    public static string Upload(RepositoryName repository, string id) => $"{Uploads(repository)}/{id}";

    /// <summary>The directory of a repository's tags.</summary>
    public static string Tags(RepositoryName repository) => $"{Manifests(repository)}/tags";

    /// <summary>The directory of one tag: its current link and its history.</summary>
    public static string Tag(RepositoryName repository, Tag tag) => $"{Tags(repository)}/{tag}";

    /// <summary>The link that says where a tag points.</summary>
    public static string TagLink(RepositoryName repository, Tag tag) => $"{Tag(repository, tag)}/current/link";

    /// <summary>The link that makes a manifest part of a repository.</summary>
    public static string RevisionLink(RepositoryName repository, Digest digest) => $"{Manifests(repository)}/revisions/{DigestPath(digest)}/link";

    /// <summary>The link that makes a layer or a configuration part of a repository.</summary>
    public static string LayerLink(RepositoryName repository, Digest digest) => $"{Layers(repository)}/{DigestPath(digest)}/link";

    /// <summary>A blob's content.</summary>
    public static string BlobData(Digest digest) => $"{Blobs}/{digest.Algorithm}/{digest.Hex[..2]}/{digest.Hex}/data";

    /// <summary>The trash of one run.</summary>
    public static string TrashOf(string runId) => $"{Trash}/{runId}";

    /// <summary>What one run set out to do, in its trash.</summary>
    public static string Journal(string runId) => $"{TrashOf(runId)}/journal.json";

    /// <summary>The directory that holds a path.</summary>
    public static string ParentOf(string path) => path[..path.LastIndexOf('/')];

    /// <summary>Where in a repository a link lies, read from its path; false for a path that is none of these.</summary>
    internal static bool TryReadRepositoryPath(RepositoryName repository, string path, out RepositoryPath found)
    {
        found = default;
        var prefix = Repository(repository);
        if (path.Length <= prefix.Length + 1 || !path.StartsWith(prefix, StringComparison.Ordinal) || path[prefix.Length] != '/')
            return false;

        var parts = path[(prefix.Length + 1)..].Split('/');
        found = parts switch
        {
            [ManifestsName, "tags", var tag] => new(RepositoryPathKind.TagDirectory, tag),
            [ManifestsName, "tags", var tag, "current", "link"] => new(RepositoryPathKind.TagLink, tag),
            [ManifestsName, "revisions", var algorithm, var hex, "link"] => new(RepositoryPathKind.RevisionLink, $"{algorithm}:{hex}"),
            [LayersName, var algorithm, var hex, "link"] => new(RepositoryPathKind.LayerLink, $"{algorithm}:{hex}"),
            [UploadsName, var id] => new(RepositoryPathKind.UploadDirectory, id),
            [UploadsName, var id, ..] => new(RepositoryPathKind.InUpload, id),
            _ => default,
        };
        return found.Kind != RepositoryPathKind.None;
    }

    /// <summary>The repository that a directory below <see cref="Repositories"/> stands for.</summary>
    internal static bool TryReadRepository(string directory, [NotNullWhen(true)] out RepositoryName? repository, [NotNullWhen(false)] out string? reason) =>
        RepositoryName.TryParse(directory[(Repositories.Length + 1)..], out repository, out reason);

    private static string DigestPath(Digest digest) => $"{digest.Algorithm}/{digest.Hex}";
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
