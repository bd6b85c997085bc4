using System.Text;

namespace RegistryCleaner.RegistryTests.Fixture;

// The rows, by the numbers under which the behaviour of the registry's collectors was recorded.
internal static class StoreRows
{
    private static readonly BuiltManifest Deleted = Image("21");
    private static readonly BuiltManifest NeverTagged = Image("3");
    private static readonly BuiltManifest Shared = Image("18");
    private static readonly BuiltManifest Index = ImageBuilder.TwoPlatformIndex("12");
    private static readonly string Dangling = BuiltBlob.DigestOf("a layer that is gone"u8);

    public static IReadOnlyList<StoreRow> All { get; } =
    [
        new("1: an index whose platforms have no tag", scene => scene.Client.PushAsync(ImageBuilder.TwoPlatformIndex("1"), "row1", "1")),
        new("2: a file in front of all repositories whose name begins with _", async scene =>
        {
            await scene.Client.PushAsync(Image("2"), "row2", "1");
            StoreDirectory.Write(scene.Store.Repository("_note"), "hello"u8.ToArray());
        }),
        new("3: a repository without tags", scene => scene.Client.PushAsync(NeverTagged, "row3"))
        {
            Unlinked = [$"row3@{NeverTagged.Digest}"],
            Freed = DigestsOf(NeverTagged),
            Gone = ["row3"],
        },
        new("4: an empty link of a tag", async scene =>
        {
            await scene.Client.PushAsync(Image("4"), "row4", "1");
            await scene.Client.PushAsync(Image("4, untagged"), "row4");
            StoreDirectory.Write(scene.Store.TagLink("row4", "1"), []);
        }) { Named = ["row4: tag 1 cannot be read"] },
        new("4b: an empty link of a manifest", async scene =>
        {
            var image = Image("4b");
            await scene.Client.PushAsync(image, "row4b", "1");
            StoreDirectory.Write(scene.Store.Revision("row4b", image.Digest), []);
        }) { Named = ["row4b: the link of manifest"] },
        new("4c: an empty link of a layer", async scene =>
        {
            var image = Image("4c");
            await scene.Client.PushAsync(image, "row4c", "1");
            StoreDirectory.Write(scene.Store.Layer("row4c", image.Blobs[1].Digest), []);
        }),
        new("5: a manifest that is not stored", async scene =>
        {
            var image = Image("5");
            await scene.Client.PushAsync(image, "row5", "1");
            Directory.Delete(Path.GetDirectoryName(scene.Store.Blob(image.Digest))!, recursive: true);
        }) { Named = ["row5: manifest"] },
        new("6: a manifest that is empty, and one that was altered", async scene =>
        {
            foreach (var (tag, content) in new[] { ("empty", ""), ("altered", "{") })
            {
                var image = Image($"6, {tag}");
                await scene.Client.PushAsync(image, "row6", tag);
                StoreDirectory.Write(scene.Store.Blob(image.Digest), Encoding.UTF8.GetBytes(content));
            }
        }) { Named = ["row6: manifest"] },
        new("7: manifests of unknown types", async scene =>
        {
            foreach (var type in new[] { "application/vnd.oci.artifact.manifest.v1+json", "application/x-unknown" })
            {
                var layer = await scene.Client.PutBlobAsync("row7", Encoding.UTF8.GetBytes($"a layer of {type}"));
                var manifest = scene.Store.AddBlob(Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{type}}","blobs":[{"digest":"{{layer}}","size":1}],"x":["{{layer}}"]}"""));
                Link(scene, "row7", manifest, type[^4..]);
            }
        }),
        new("8: a first push that has no manifest yet", async scene =>
        {
            await scene.Client.PutBlobAsync("row8", "a layer, pushed long ago"u8.ToArray());
        }) { ThenAsync = async scene =>
        {
            await scene.Client.PutBlobAsync("row8", "a layer, pushed just now"u8.ToArray());
            await scene.Client.BeginUploadAsync("row8");
        } },
        new("9: directories whose names no repository can have", async scene =>
        {
            foreach (var name in new[] { "Foo", "lost+found" })
            {
                await scene.Client.PushAsync(Image($"9, {name}"), "row9", "1");
                Directory.Move(scene.Store.Repository("row9"), scene.Store.Repository(name));
            }
        }) { Named = ["Foo: no repository can have this name", "lost+found: no repository can have this name"] },
        new("9b: a repository whose name begins as a host does", scene => scene.Client.PushAsync(Image("9b"), "Bar/foo", "1")),
        new("9c: a host and its port as a directory", async scene =>
        {
            await scene.Client.PushAsync(Image("9c"), "row9c/bar", "1");
            Directory.Move(scene.Store.Repository("row9c"), scene.Store.Repository("localhost:5000"));
        }),
        new("12: one index in two repositories, one of which has lost a platform", async scene =>
        {
            await scene.Client.PushAsync(Index, "row12/a", "1");
            await scene.Client.PushAsync(Index, "row12/b", "1");
            File.Delete(scene.Store.Revision("row12/a", Index.Children[1].Digest));
        }),
        new("14: a repository that holds an index alone", async scene =>
        {
            var index = ImageBuilder.TwoPlatformIndex("14");
            await scene.Client.PushAsync(index, "row14", "1");
            Directory.Delete(scene.Store.Repository("row14", "_layers"), recursive: true);
            foreach (var child in index.Children)
                Directory.Delete(Path.GetDirectoryName(scene.Store.Revision("row14", child.Digest))!, recursive: true);
        }),
        new("16: an untagged referrer of a tagged image", async scene =>
        {
            var image = Image("16");
            await scene.Client.PushAsync(image, "row16", "1");
            await scene.Client.PushAsync(ImageBuilder.Artifact("signature", image), "row16");
        }),
        new("18: a manifest with a tag in one repository and without in another", async scene =>
        {
            await scene.Client.PushAsync(Shared, "row18/a", "1");
            await scene.Client.PushAsync(Shared, "row18/b");
        }) { Unlinked = [$"row18/b@{Shared.Digest}"], Gone = ["row18/b"] },
        new("19 and 20: a link to a layer that is gone, and an upload that was given up", async scene =>
        {
            await scene.Client.PushAsync(Image("19"), "row19", "1");
            StoreDirectory.Write(scene.Store.Layer("row19", Dangling), Encoding.ASCII.GetBytes(Dangling));
            await scene.Client.BeginUploadAsync("row19");
        }) { Gone = [$"row19/_layers/{Dangling.Replace(':', '/')}"] },
        new("21: a last tag that was removed by hand", async scene =>
        {
            await scene.Client.PushAsync(Deleted, "row21", "1");
            Directory.Delete(scene.Store.Repository("row21", "_manifests/tags/1"), recursive: true);
        })
        {
            Unlinked = [$"row21@{Deleted.Digest}"],
            Freed = DigestsOf(Deleted),
            Gone = ["row21"],
        },
    ];

    private static BuiltManifest Image(string seed) => ImageBuilder.Image($"row {seed}");

    private static IReadOnlyList<string> DigestsOf(BuiltManifest image) => [image.Digest, .. image.Blobs.Select(blob => blob.Digest)];

    // What a registry writes for a manifest that is pushed with a tag.
    private static void Link(RegistryScene scene, string repository, string digest, string tag)
    {
        foreach (var path in new[] { scene.Store.Revision(repository, digest), scene.Store.TagLink(repository, tag) })
            StoreDirectory.Write(path, Encoding.ASCII.GetBytes(digest));
    }
}
