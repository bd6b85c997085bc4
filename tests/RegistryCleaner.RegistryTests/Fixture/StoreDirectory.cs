using System.Security.Cryptography;
using CliWrap;

namespace RegistryCleaner.RegistryTests.Fixture;

// A registry's store as files, in a directory of this machine that the registry's container has mounted.
internal sealed class StoreDirectory(string root)
{
    public string Root { get; } = root;

    public string Registry { get; } = $"{root}/docker/registry";

    public string Trash => $"{Registry}/registry-cleaner/trash";

    public string Blobs => $"{Registry}/v2/blobs";

    public string Repositories => $"{Registry}/v2/repositories";

    public string Repository(string name, string inside = "") => $"{Repositories}/{name}{(inside.Length > 0 ? "/" : "")}{inside}";

    public string Revision(string repository, string digest) => Repository(repository, $"_manifests/revisions/{digest.Replace(':', '/')}/link");

    public string Layer(string repository, string digest) => Repository(repository, $"_layers/{digest.Replace(':', '/')}/link");

    public string TagLink(string repository, string tag) => Repository(repository, $"_manifests/tags/{tag}/current/link");

    public string Blob(string digest) => $"{Blobs}/{digest.Split(':')[0]}/{digest.Split(':')[1][..2]}/{digest.Split(':')[1]}/data";

    // The blobs that lie in the store, with their lengths.
    public IReadOnlyDictionary<string, long> BlobSizes() => Directory.EnumerateFiles(Blobs, "data", SearchOption.AllDirectories)
        .Select(path => new FileInfo(path))
        .ToDictionary(file => "sha256:" + file.Directory!.Name, file => file.Length);

    // Every path with all that can change about it.
    public IReadOnlyList<string> Fingerprint() => [.. new DirectoryInfo(Root)
        .EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        .OrderBy(info => info.FullName, StringComparer.Ordinal)
        .Select(info => $"{info.FullName} {info.LastWriteTimeUtc:O} {info.UnixFileMode} {info.LinkTarget} {ContentOf(info)}")];

    // The runs that left something to finish.
    public IReadOnlyList<string> UnfinishedRuns() => Directory.Exists(Trash) ? [.. Directory.EnumerateDirectories(Trash)] : [];

    public async Task CopyToAsync(string directory)
    {
        await Cli.Wrap("rm").WithArguments(["-rf", $"{directory}/docker"]).ExecuteAsync();
        await Cli.Wrap("cp").WithArguments(["-a", $"{Root}/docker", directory]).ExecuteAsync();
    }

    private static string ContentOf(FileSystemInfo info) =>
        info is FileInfo { LinkTarget: null } file ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file.FullName))) : "";
}
