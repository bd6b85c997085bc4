using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using RegistryCleaner.Manifests;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.TestKit.Sketches;

/// <summary>Lays a sketched store on disk: two days old, but for what is said to be younger.</summary>
public sealed class SketchWriter
{
    private static readonly TimeSpan s_age = TimeSpan.FromDays(2);

    private readonly StoreBuilder _store;
    private readonly StoreSketch _sketch;
    private readonly List<(string Path, TimeSpan Age)> _younger = [];
    private readonly List<string> _tags = [];
    private readonly Digest[] _manifests;
    private readonly int[] _repositories;

    private SketchWriter(StoreBuilder store, StoreSketch sketch)
    {
        (_store, _sketch) = (store, sketch);
        _manifests = new Digest[sketch.Manifests.Count];
        _repositories = [.. sketch.Manifests.Select(manifest => manifest.Repositories)];
    }

    /// <summary>The manifests' digests.</summary>
    internal IReadOnlyList<Digest> Manifests => _manifests;

    /// <summary>The paths of the tags' directories.</summary>
    internal IReadOnlyList<string> Tags => _tags;

    /// <summary>Writes a store.</summary>
    public static void Write(StoreBuilder store, StoreSketch sketch)
    {
        var writer = new SketchWriter(store, sketch);
        writer.WriteManifests();
        foreach (var tag in sketch.Tags.Where(_ => sketch.Manifests.Count > 0))
            writer.WriteTag(tag);
        foreach (var oddity in sketch.Oddities)
            new OddityWriter(store, writer, oddity).Write();
        store.Age(s_age);
        foreach (var (path, age) in writer._younger.Where(item => store.Has(item.Path)))
            SetAge(store.FullPath(path), age);
    }

    internal static string DirectoryOf(int repository) => $"{StoreLayout.Repositories}/{StoreSketch.Repositories[repository % StoreSketch.Repositories.Count]}";

    internal static string LinkIn(string directory, string kind, string digest) => $"{directory}/{kind}/{digest.Replace(':', '/')}/link";

    internal static byte[] LayerContent(int layer) => Encoding.UTF8.GetBytes($"layer {layer}");

    internal static string Sha512Of(ReadOnlySpan<byte> content) => "sha512:" + Convert.ToHexStringLower(SHA512.HashData(content));

    /// <summary>What is at a path is to look younger than the rest.</summary>
    internal void MakeYounger(string path, TimeSpan age) => _younger.Add((path, age));

    /// <summary>One of the repositories that link a manifest.</summary>
    internal string RepositoryOf(int manifest, int choice)
    {
        List<int> linking = [.. Enumerable.Range(0, StoreSketch.Repositories.Count).Where(repository => (_repositories[manifest] & (1 << repository)) != 0)];
        return DirectoryOf(linking[choice % linking.Count]);
    }

    // Of what is in a directory nothing is said.
    private static void SetAge(string path, TimeSpan age)
    {
        if (Directory.Exists(path))
            Directory.SetLastWriteTimeUtc(path, DateTime.UtcNow - age);
        else
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow - age);
    }

    private void WriteManifests()
    {
        for (var i = _manifests.Length - 1; i >= 0; i--)
        {
            foreach (var child in ChildrenOf(i))
                _repositories[child] |= _repositories[i];
        }

        for (var i = 0; i < _manifests.Length; i++)
        {
            _manifests[i] = _store.Blob(Encoding.UTF8.GetBytes(Json(i).ToJsonString()));
            foreach (var directory in RepositoriesOf(i))
                _store.WriteLink(LinkIn(directory, "_manifests/revisions", _manifests[i].ToString()), _manifests[i]);
        }
    }

    private void WriteTag(SketchedTag tag)
    {
        var manifest = tag.Manifest % _manifests.Length;
        var name = tag.About < 0 ? $"t{tag.Name}" : $"sha256-{_manifests[tag.About % _manifests.Length].Hex}{new[] { "", ".sig", ".att", ".sbom" }[tag.Name]}";
        var path = $"{RepositoryOf(manifest, tag.Repository)}/_manifests/tags/{name}";
        var history = tag.Before < 0 ? [manifest] : new[] { tag.Before % _manifests.Length, manifest };
        foreach (var digest in history.Select(index => _manifests[index]))
        {
            _store.WriteLink(LinkIn(path, "index", digest.ToString()), digest);
            _store.WriteLink($"{path}/current/link", digest);
        }

        _tags.Add(path);
    }

    private IEnumerable<string> RepositoriesOf(int manifest) =>
        Enumerable.Range(0, StoreSketch.Repositories.Count).Where(repository => (_repositories[manifest] & (1 << repository)) != 0).Select(DirectoryOf);

    private IEnumerable<int> ChildrenOf(int manifest) => _sketch.Manifests[manifest] is { Form: ManifestForm.OciIndex or ManifestForm.DockerList or ManifestForm.IndexWithoutType or ManifestForm.Unknown } parent
        ? Enumerable.Range(0, manifest).Where(child => (parent.Children & (1 << child)) != 0)
        : [];

    private JsonObject Json(int index)
    {
        var manifest = _sketch.Manifests[index];
        var layers = new JsonArray([.. Enumerable.Range(0, StoreSketch.Layers).Where(layer => (manifest.Layers & (1 << layer)) != 0).Select(layer => Layer(index, layer))]);
        var children = new JsonArray([.. ChildrenOf(index).Select(Child)]);
        var json = manifest.Form switch
        {
            ManifestForm.OciImage => new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.OciManifest, ["config"] = Configuration(index), ["layers"] = layers },
            ManifestForm.DockerImage => new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.DockerManifest, ["config"] = Configuration(index), ["layers"] = layers },
            ManifestForm.ImageWithoutType => new JsonObject { ["schemaVersion"] = 2, ["config"] = Configuration(index), ["layers"] = layers },
            ManifestForm.OciIndex => new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.OciIndex, ["manifests"] = children },
            ManifestForm.DockerList => new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.DockerManifestList, ["manifests"] = children },
            ManifestForm.IndexWithoutType => new JsonObject { ["schemaVersion"] = 2, ["manifests"] = children },
            ManifestForm.Schema1 => new JsonObject { ["schemaVersion"] = 1, ["name"] = "x", ["fsLayers"] = new JsonArray([.. layers.Select(layer => new JsonObject { ["blobSum"] = layer!["digest"]!.DeepClone() })]) },
            ManifestForm.CacheIndex => new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.OciIndex, ["manifests"] = layers },
            ManifestForm.Artifact => new JsonObject { ["mediaType"] = MediaTypes.OciArtifact, ["blobs"] = layers },
            _ => new JsonObject { ["mediaType"] = "application/vnd.example.thing.v1+json", ["parts"] = new JsonObject { ["deep"] = layers }, ["others"] = children },
        };
        if (manifest.Subject >= 0)
            json["subject"] = manifest.Subject < index ? Child(manifest.Subject) : Descriptor(MediaTypes.OciManifest, Digest.OfContent("never pushed"u8).ToString(), 1);
        // Two that say the same are not one.
        json["annotations"] = new JsonObject { ["number"] = $"{index}" };
        return json;
    }

    private JsonObject Layer(int manifest, int layer)
    {
        var content = LayerContent(layer);
        var digest = _store.Blob(content);
        // What is uploaded by its sha512 is stored by its sha256, and linked by both.
        var name = layer == StoreSketch.Layers - 1 ? Sha512Of(content) : digest.ToString();
        foreach (var link in RepositoriesOf(manifest).SelectMany(directory => new[] { LinkIn(directory, "_layers", digest.ToString()), LinkIn(directory, "_layers", name) }))
            _store.WriteLink(link, digest);
        return Descriptor("application/vnd.oci.image.layer.v1.tar+gzip", name, content.Length);
    }

    private JsonObject Configuration(int manifest)
    {
        var content = Encoding.UTF8.GetBytes($$"""{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]},"number":{{manifest}}}""");
        var digest = _store.Blob(content);
        foreach (var directory in RepositoriesOf(manifest))
            _store.WriteLink(LinkIn(directory, "_layers", digest.ToString()), digest);
        return Descriptor("application/vnd.oci.image.config.v1+json", digest.ToString(), content.Length);
    }

    private JsonObject Child(int manifest) => Descriptor(
        _sketch.Manifests[manifest].Form switch
        {
            ManifestForm.OciIndex or ManifestForm.IndexWithoutType or ManifestForm.CacheIndex => MediaTypes.OciIndex,
            ManifestForm.DockerList => MediaTypes.DockerManifestList,
            ManifestForm.DockerImage => MediaTypes.DockerManifest,
            _ => MediaTypes.OciManifest,
        },
        _manifests[manifest].ToString(),
        new FileInfo(_store.FullPath(StoreLayout.BlobData(_manifests[manifest]))).Length);

    private static JsonObject Descriptor(string mediaType, string digest, long size) => new() { ["mediaType"] = mediaType, ["digest"] = digest, ["size"] = size };
}
