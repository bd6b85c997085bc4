using System.Formats.Tar;
using System.Text;
using System.Text.Json.Nodes;

namespace RegistryCleaner.RegistryTests.Fixture;

// The forms in which real clients take an image from files.
internal static class ImageLayouts
{
    // What skopeo calls `oci:DIRECTORY`. https://github.com/opencontainers/image-spec/blob/main/image-layout.md
    public static void WriteOci(BuiltManifest image, string directory)
    {
        var blobs = Directory.CreateDirectory(Path.Combine(directory, "blobs", "sha256")).FullName;
        foreach (var blob in image.ThisAndDescendants.SelectMany(manifest => manifest.Blobs.Append(manifest)))
            File.WriteAllBytes(Path.Combine(blobs, blob.Hex), blob.Bytes);

        File.WriteAllText(Path.Combine(directory, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        File.WriteAllText(Path.Combine(directory, "index.json"), new JsonObject
        {
            ["schemaVersion"] = 2,
            ["manifests"] = new JsonArray(image.Descriptor()),
        }.ToJsonString());
    }

    // What skopeo calls `dir:DIRECTORY`: everything in one directory, and the only form for Docker's media types.
    public static void WriteDirectory(BuiltManifest image, string directory)
    {
        foreach (var manifest in image.ThisAndDescendants)
        {
            foreach (var blob in manifest.Blobs)
                File.WriteAllBytes(Path.Combine(directory, blob.Hex), blob.Bytes);

            File.WriteAllBytes(Path.Combine(directory, manifest == image ? "manifest.json" : $"{manifest.Hex}.manifest.json"), manifest.Bytes);
        }

        File.WriteAllText(Path.Combine(directory, "version"), "Directory Transport Version: 1.1\n");
    }

    // What `docker load` takes; it knows no index.
    public static async Task WriteDockerArchiveAsync(BuiltManifest image, string name, Stream destination, CancellationToken cancellation)
    {
        var config = image.Config ?? throw new ArgumentException("Only an image of one platform can be loaded.", nameof(image));
        await using var tar = new TarWriter(destination, TarEntryFormat.Pax, leaveOpen: true);

        await WriteAsync($"{config.Hex}.json", config.Bytes);
        foreach (var layer in image.Layers)
            await WriteAsync(LayerFile(layer), layer.Tar);

        await WriteAsync("manifest.json", Encoding.UTF8.GetBytes(new JsonArray(new JsonObject
        {
            ["Config"] = $"{config.Hex}.json",
            ["RepoTags"] = new JsonArray(name),
            ["Layers"] = new JsonArray([.. image.Layers.Select(layer => (JsonNode)LayerFile(layer))]),
        }).ToJsonString()));

        static string LayerFile(BuiltLayer layer) => $"{layer.DiffId["sha256:".Length..]}.tar";

        async Task WriteAsync(string path, byte[] bytes)
        {
            await using var content = new MemoryStream(bytes);
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = content }, cancellation);
        }
    }
}
