using System.Text;
using RegistryCleaner.Manifests;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.TestKit;

/// <summary>
/// Writes a registry's store as files, as the registry itself would after pushes: for tests and demonstrations that have no
/// registry at hand.
/// </summary>
public sealed class StoreBuilder
{
    private readonly string _base;

    /// <summary>Starts a store.</summary>
    /// <param name="rootDirectory">What the registry calls its rootdirectory; made if it is not there.</param>
    public StoreBuilder(string rootDirectory)
    {
        RootDirectory = rootDirectory;
        _base = Path.Combine(rootDirectory, StoreLayout.BaseDirectory);
        Directory.CreateDirectory(FullPath(StoreLayout.Repositories));
        Directory.CreateDirectory(FullPath(StoreLayout.Blobs));
    }

    /// <summary>The registry's rootdirectory.</summary>
    public string RootDirectory { get; }

    /// <summary>Where a path of <see cref="StoreLayout"/> is.</summary>
    public string FullPath(string path) => Path.Combine(_base, path);

    /// <summary>Whether a path of <see cref="StoreLayout"/> exists.</summary>
    public bool Has(string path) => Path.Exists(FullPath(path));

    /// <summary>Writes a file at a path of <see cref="StoreLayout"/>.</summary>
    public void Write(string path, ReadOnlySpan<byte> content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FullPath(path))!);
        File.WriteAllBytes(FullPath(path), content);
    }

    /// <summary>Writes a link file.</summary>
    public void WriteLink(string path, Digest target) => Write(path, Encoding.UTF8.GetBytes(target.ToString()));

    /// <summary>Stores a blob, without a link to it.</summary>
    public Digest Blob(ReadOnlySpan<byte> content)
    {
        var digest = Digest.OfContent(content);
        Write(StoreLayout.BlobData(digest), content);
        return digest;
    }

    /// <summary>Stores a blob and makes it part of a repository, as the upload of a layer does.</summary>
    public Digest Layer(string repository, string seed, int size = 1024)
    {
        var content = new byte[size];
        var pattern = Encoding.UTF8.GetBytes(seed);
        for (var i = 0; i < size; i++)
            content[i] = pattern[i % pattern.Length];
        return Layer(repository, content);
    }

    /// <summary>Stores a blob and makes it part of a repository, as the upload of a layer does.</summary>
    public Digest Layer(string repository, ReadOnlySpan<byte> content)
    {
        var digest = Blob(content);
        WriteLink(StoreLayout.LayerLink(RepositoryName.Parse(repository), digest), digest);
        return digest;
    }

    /// <summary>Stores a manifest and makes it part of a repository, without a tag.</summary>
    public Digest Manifest(string repository, string json)
    {
        var digest = Blob(Encoding.UTF8.GetBytes(json));
        WriteLink(StoreLayout.RevisionLink(RepositoryName.Parse(repository), digest), digest);
        return digest;
    }

    /// <summary>Stores an image: a configuration made from the seed, and layers that are in the repository already.</summary>
    public Digest Image(string repository, string seed, params ReadOnlySpan<Digest> layers) => Image(repository, seed, null, layers);

    /// <summary>Stores an image that is about another manifest, as a signature or an SBOM is.</summary>
    public Digest Image(string repository, string seed, Digest? subject, params ReadOnlySpan<Digest> layers)
    {
        var configuration = $$"""{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]},"seed":"{{seed}}"}""";
        var config = Layer(repository, Encoding.UTF8.GetBytes(configuration));
        var descriptors = new List<string>();
        foreach (var layer in layers)
            descriptors.Add(Descriptor("application/vnd.oci.image.layer.v1.tar+gzip", layer));
        var about = subject is { } digest ? $",\"subject\":{Descriptor(MediaTypes.OciManifest, digest)}" : "";
        return Manifest(repository, $$"""
            {"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{{Descriptor("application/vnd.oci.image.config.v1+json", config)}},"layers":[{{string.Join(',', descriptors)}}]{{about}}}
            """);
    }

    /// <summary>Stores an index of manifests that are in the repository already.</summary>
    public Digest Index(string repository, params ReadOnlySpan<Digest> children)
    {
        var descriptors = new List<string>();
        foreach (var child in children)
            descriptors.Add(Descriptor(MediaTypes.OciManifest, child));
        return Manifest(repository, $$"""
            {"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{{string.Join(',', descriptors)}}]}
            """);
    }

    /// <summary>Points a tag to a manifest; where it pointed before stays in its history.</summary>
    public Digest Tag(string repository, string tag, Digest digest)
    {
        var name = RepositoryName.Parse(repository);
        WriteLink($"{StoreLayout.Tag(name, Naming.Tag.Parse(tag))}/index/{digest.Algorithm}/{digest.Hex}/link", digest);
        WriteLink(StoreLayout.TagLink(name, Naming.Tag.Parse(tag)), digest);
        return digest;
    }

    /// <summary>Makes everything look as if it had been written some time ago.</summary>
    public void Age(TimeSpan age) => Age(Path.Combine(RootDirectory, StoreLayout.BaseDirectory), age);

    /// <summary>Makes a file, or a directory with all that is in it, look as if it had been written some time ago.</summary>
    public static void Age(string path, TimeSpan age)
    {
        if (Directory.Exists(path))
        {
            foreach (var entry in Directory.GetFileSystemEntries(path))
                Age(entry, age);
            Directory.SetLastWriteTimeUtc(path, DateTime.UtcNow - age);
        }
        else if (File.Exists(path))
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow - age);
        }
    }

    private string Descriptor(string mediaType, Digest digest)
    {
        var data = new FileInfo(FullPath(StoreLayout.BlobData(digest)));
        return $$"""{"mediaType":"{{mediaType}}","digest":"{{digest}}","size":{{(data.Exists ? data.Length : 0)}}}""";
    }
}
