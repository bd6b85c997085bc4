using System.Text;
using System.Text.Json.Nodes;

namespace RegistryCleaner.RegistryTests.Fixture;

// Images made from a seed: the same seed makes the same digests in every run, and every image can be loaded by a
// container engine. Nothing is written; ImageLayouts does that.
internal static class ImageBuilder
{
    private const string Created = "2020-01-01T00:00:00Z";

    public static BuiltLayer[] Layers(string seed, params int[] sizes) =>
        [.. sizes.Select((size, index) => BuiltLayer.From($"{seed}/{index}", size))];

    // Without layers given, the image has one of its own.
    public static BuiltManifest Image(
        string seed, ManifestFormat format = ManifestFormat.Oci, string architecture = "amd64", params BuiltLayer[] layers)
    {
        if (layers.Length == 0)
            layers = Layers(seed, 1024);

        var oci = format == ManifestFormat.Oci;
        var config = new BuiltBlob(oci ? MediaTypes.OciConfig : MediaTypes.DockerConfig, Utf8(Configuration(seed, architecture, layers)));
        BuiltBlob[] layerBlobs = [.. layers.Select(layer => new BuiltBlob(oci ? MediaTypes.OciLayer : MediaTypes.DockerLayer, layer.Compressed))];
        var mediaType = oci ? MediaTypes.OciManifest : MediaTypes.DockerManifest;

        return new(mediaType, Utf8(new()
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = mediaType,
            ["config"] = config.Descriptor(),
            ["layers"] = Array(layerBlobs.Select(layer => layer.Descriptor())),
        }))
        {
            Architecture = architecture,
            Config = config,
            Layers = layers,
            Blobs = [config, .. layerBlobs],
        };
    }

    // One image for each of two platforms, in the index's own format.
    public static BuiltManifest TwoPlatformIndex(string seed, ManifestFormat format = ManifestFormat.Oci) =>
        Index(format, Image($"{seed}/amd64", format, "amd64"), Image($"{seed}/arm64", format, "arm64"));

    public static BuiltManifest Index(ManifestFormat format, params BuiltManifest[] children)
    {
        var mediaType = format == ManifestFormat.Oci ? MediaTypes.OciIndex : MediaTypes.DockerManifestList;

        return new(mediaType, Utf8(new()
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = mediaType,
            ["manifests"] = Array(children.Select(child =>
            {
                var descriptor = child.Descriptor();
                if (child.Architecture is { } architecture)
                    descriptor["platform"] = new JsonObject { ["architecture"] = architecture, ["os"] = "linux" };

                return descriptor;
            })),
        }))
        {
            Children = children,
        };
    }

    // What is said about another manifest, such as a signature. The subject need not be in the repository.
    public static BuiltManifest Artifact(string seed, BuiltManifest subject)
    {
        var config = new BuiltBlob(MediaTypes.OciEmpty, "{}"u8.ToArray());
        var statement = new BuiltBlob("text/plain", Encoding.UTF8.GetBytes($"A statement about {subject.Digest}: {seed}"));

        return new(MediaTypes.OciManifest, Utf8(new()
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.OciManifest,
            ["artifactType"] = "application/vnd.example.statement",
            ["config"] = config.Descriptor(),
            ["layers"] = Array([statement.Descriptor()]),
            ["subject"] = subject.Descriptor(),
        }))
        {
            Config = config,
            Blobs = [config, statement],
        };
    }

    private static JsonObject Configuration(string seed, string architecture, BuiltLayer[] layers) => new()
    {
        ["architecture"] = architecture,
        ["os"] = "linux",
        ["created"] = Created,
        ["config"] = new JsonObject
        {
            ["Cmd"] = new JsonArray("/none"),
            ["Labels"] = new JsonObject { ["seed"] = seed },
        },
        ["rootfs"] = new JsonObject
        {
            ["type"] = "layers",
            ["diff_ids"] = new JsonArray([.. layers.Select(layer => (JsonNode)layer.DiffId)]),
        },
        ["history"] = Array(layers.Select(_ => new JsonObject { ["created"] = Created, ["created_by"] = "registry-cleaner-tests" })),
    };

    private static JsonArray Array(IEnumerable<JsonObject> items) => new([.. items]);

    private static byte[] Utf8(JsonObject json) => Encoding.UTF8.GetBytes(json.ToJsonString());
}
