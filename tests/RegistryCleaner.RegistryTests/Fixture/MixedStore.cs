namespace RegistryCleaner.RegistryTests.Fixture;

// A store two days old with all that a collection takes away, beside what it looks like and has to stay.
internal static class MixedStore
{
    private static readonly BuiltLayer Base = BuiltLayer.From("base", 20_000);
    private static readonly BuiltManifest App = ImageBuilder.Image("app", layers: [Base, .. ImageBuilder.Layers("app", 1000, 2000, 3000, 4000, 5000)]);
    private static readonly BuiltManifest Index = ImageBuilder.TwoPlatformIndex("multi");
    private static readonly BuiltManifest Statement = ImageBuilder.Artifact("statement", App);
    private static readonly BuiltManifest Untagged = ImageBuilder.Image("untagged", layers: [Base, BuiltLayer.From("untagged", 7000)]);
    private static readonly BuiltManifest UntaggedIndex = ImageBuilder.TwoPlatformIndex("untagged", ManifestFormat.Docker);
    private static readonly BuiltManifest StatementOfUntagged = ImageBuilder.Artifact("statement", Untagged);

    public static IReadOnlyList<string> KeptTags { get; } = ["app:1", "app:multi", $"app:sha256-{App.Hex}.sig", "team/app:1"];

    public static IReadOnlyList<string> KeptWithoutTag { get; } = [$"app@{Statement.Digest}", .. Index.Children.Select(child => $"app@{child.Digest}")];

    public static IReadOnlyList<string> Kept { get; } = [.. KeptTags, .. KeptWithoutTag];

    public static IReadOnlyList<string> RemovedTags { get; } = [$"app:sha256-{Untagged.Hex}.sig"];

    public static IReadOnlyList<string> Removed { get; } =
        [.. RemovedTags, .. UntaggedIndex.ThisAndDescendants.Append(Untagged).Append(StatementOfUntagged).Select(manifest => $"app@{manifest.Digest}")];

    public static string Orphan { get; } = BuiltBlob.DigestOf(OrphanBytes);

    private static byte[] OrphanBytes => [.. Enumerable.Repeat((byte)'o', 12_345)];

    public static async Task MakeAsync(RegistryScene scene)
    {
        var client = scene.Client;
        await client.PushWithSkopeoAsync(App, "app", "1");
        await client.PushWithSkopeoAsync(Index, "app", "multi");
        await client.PushAsync(Statement, "app");
        await client.PushAsync(ImageBuilder.Image("signature of app"), "app", $"sha256-{App.Hex}.sig");
        await client.PushAsync(Untagged, "app");
        await client.PushAsync(UntaggedIndex, "app");
        await client.PushAsync(StatementOfUntagged, "app");
        await client.PushAsync(ImageBuilder.Image("signature of untagged"), "app", $"sha256-{Untagged.Hex}.sig");
        await client.PushAsync(App, "team/app", "1");
        await client.PutBlobAsync("team/app", "a layer that no manifest needs"u8.ToArray());
        await client.BeginUploadAsync("team/app");
        scene.Store.AddBlob(OrphanBytes);
        scene.Store.Age(TimeSpan.FromDays(2));
    }
}
