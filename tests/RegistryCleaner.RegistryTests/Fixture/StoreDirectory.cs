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

    // Puts a blob there that no repository knows.
    public string AddBlob(byte[] bytes)
    {
        var digest = BuiltBlob.DigestOf(bytes);
        Write(Blob(digest), bytes);
        return digest;
    }

    public static void Write(string path, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }

    // As if all of it had been there for so long: files, and the directories, whose times tell when a blob arrived.
    public void Age(TimeSpan age)
    {
        foreach (var info in new DirectoryInfo(Root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
            info.LastWriteTimeUtc = DateTime.UtcNow - age;
    }

    // As before the first push.
    public void Clear()
    {
        if (Directory.Exists($"{Root}/docker"))
            Directory.Delete($"{Root}/docker", recursive: true);
    }

    // The tags and the manifests of all repositories, as they are linked: `repo:tag`, `repo@digest`.
    public IEnumerable<string> Images()
    {
        foreach (var manifests in Directory.EnumerateDirectories(Repositories, "_manifests", SearchOption.AllDirectories))
        {
            var repository = Path.GetRelativePath(Repositories, Path.GetDirectoryName(manifests)!);
            foreach (var tag in NamesIn($"{manifests}/tags"))
                yield return $"{repository}:{tag}";
            foreach (var hex in NamesIn($"{manifests}/revisions/sha256"))
                yield return $"{repository}@sha256:{hex}";
        }
    }

    // Every path with all that can change about it.
    public IReadOnlyList<string> Fingerprint() => [.. new DirectoryInfo(Root)
        .EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        .OrderBy(info => info.FullName, StringComparer.Ordinal)
        .Select(info => $"{info.FullName} {info.LastWriteTimeUtc:O} {info.UnixFileMode} {info.LinkTarget} {ContentOf(info)}")];

    // The runs that left something to finish.
    public IReadOnlyList<string> UnfinishedRuns() => Directory.Exists(Trash) ? [.. Directory.EnumerateDirectories(Trash)] : [];

    // As if the next run came later: it does not delete what was removed a moment ago.
    public void LetTrashExpire()
    {
        foreach (var run in UnfinishedRuns())
            File.SetLastWriteTimeUtc($"{run}/completed", DateTime.UtcNow.AddMinutes(-2));
    }

    public async Task CopyToAsync(string directory)
    {
        await Cli.Wrap("rm").WithArguments(["-rf", $"{directory}/docker"]).ExecuteAsync();
        await Cli.Wrap("cp").WithArguments(["-a", $"{Root}/docker", directory]).ExecuteAsync();
    }

    private static IEnumerable<string> NamesIn(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateDirectories(directory).Select(path => Path.GetFileName(path)) : [];

    private static string ContentOf(FileSystemInfo info) =>
        info is FileInfo { LinkTarget: null } file ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file.FullName))) : "";
}
