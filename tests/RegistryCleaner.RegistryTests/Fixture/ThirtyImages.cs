namespace RegistryCleaner.RegistryTests.Fixture;

// A store from which thirty images of every sort are pruned: shared layers, indexes that share a platform with one that
// stays, tags on one digest, repositories asked for whole, with a nested one, and one that goes with its last tag.
internal static class ThirtyImages
{
    private static readonly BuiltLayer Base = BuiltLayer.From("base", 20_000);

    public static IReadOnlyList<string> Kept { get; } =
    [
        .. Tags("team/app", 9, 12), .. Tags("multi/app", 5, 6), "twin/app:stays", "whole/b/nested:1", "last:1", "mirror/app:1",
    ];

    // Not tagged, and nothing that was asked for leads to them.
    public static IReadOnlyList<string> KeptWithoutTag { get; } = [$"team/app@{Image("untagged").Digest}"];

    public static IReadOnlyList<string> Removed { get; } =
    [
        .. Tags("team/app", 1, 8), .. Tags("multi/app", 1, 4), .. Tags("twin/app", 1, 6), "whole/a", "whole/b", .. Tags("last/app", 1, 6),
    ];

    public static IReadOnlyList<string> RemovedTags { get; } =
    [
        .. Removed.Where(image => image.Contains(':')), .. Tags("whole/a", 1, 3), .. Tags("whole/b", 1, 3),
    ];

    public static async Task PushAsync(RegistryClient client)
    {
        for (var i = 1; i <= 12; i++)
            await client.PushAsync(ImageBuilder.Image($"app/{i}", layers: [Base, Layer(i), Layer(i + 1)]), "team/app", $"{i}");
        await client.PushAsync(Image("untagged"), "team/app");
        for (var i = 1; i <= 6; i++)
            await client.PushAsync(ImageBuilder.Index(ManifestFormat.Oci, Image($"multi/{i}"), Image($"multi/{i + 1}")), "multi/app", $"{i}");
        for (var i = 1; i <= 6; i++)
            await client.PushAsync(Image($"twin/{(i + 1) / 2}"), "twin/app", $"{i}");
        await client.PushAsync(Image("twin/3"), "twin/app", "stays");
        for (var i = 1; i <= 3; i++)
        {
            await client.PushAsync(Image($"whole/{i}"), "whole/a", $"{i}");
            await client.PushAsync(ImageBuilder.TwoPlatformIndex($"whole/{i}", ManifestFormat.Docker), "whole/b", $"{i}");
        }

        await client.PushAsync(Image("whole/1"), "whole/b/nested", "1");
        for (var i = 1; i <= 6; i++)
            await client.PushAsync(Image($"last/{i}"), "last/app", $"{i}");
        await client.PushAsync(Image("last/1"), "last", "1");
        await client.PushAsync(ImageBuilder.Image("app/1", layers: [Base, Layer(1), Layer(2)]), "mirror/app", "1");
    }

    private static BuiltLayer Layer(int number) => BuiltLayer.From($"layer {number}", 2000);

    private static BuiltManifest Image(string seed) => ImageBuilder.Image(seed, layers: [Base, BuiltLayer.From(seed)]);

    private static IEnumerable<string> Tags(string repository, int first, int last) =>
        Enumerable.Range(first, last - first + 1).Select(number => $"{repository}:{number}");
}
