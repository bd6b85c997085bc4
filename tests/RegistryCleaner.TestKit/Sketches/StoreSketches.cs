using CsCheck;

namespace RegistryCleaner.TestKit.Sketches;

/// <summary>Draws stores at random.</summary>
public static class StoreSketches
{
    private static readonly Gen<int> s_subject = Gen.Frequency((4, Gen.Const(-1)), (2, Gen.Int[0, 9]));

    /// <summary>Stores of every shape.</summary>
    public static Gen<StoreSketch> Any { get; } = Of(
        Enum.GetValues<ManifestForm>(), layers: StoreSketch.Layers, Gen.Frequency((6, RepositoriesBelow(StoreSketch.Named)), (1, RepositoriesBelow(StoreSketch.Repositories.Count))), Enum.GetValues<OddityKind>());

    /// <summary>
    /// Stores that a real registry can serve: every digest a sha256, every type one that it knows.
    /// </summary>
    public static Gen<StoreSketch> Servable { get; } = Of(
        [ManifestForm.OciImage, ManifestForm.DockerImage, ManifestForm.ImageWithoutType, ManifestForm.OciIndex, ManifestForm.DockerList],
        layers: StoreSketch.Layers - 1, RepositoriesBelow(StoreSketch.Named - 1), Enum.GetValues<OddityKind>());

    /// <summary>Stores in which the collector of a registry 2.8 finds what is garbage, and nothing else, if the untagged stay.</summary>
    public static Gen<StoreSketch> RightFor28 { get; } = Of(
        [ManifestForm.OciImage, ManifestForm.DockerImage, ManifestForm.ImageWithoutType, ManifestForm.OciIndex, ManifestForm.DockerList],
        layers: StoreSketch.Layers - 1, RepositoriesBelow(StoreSketch.Named - 1),
        [OddityKind.StaleLayerLink, OddityKind.DanglingLayerLink, OddityKind.LayerMissing, OddityKind.OrphanBlob, OddityKind.EmptyRevisionDirectory, OddityKind.EmptyTagLink, OddityKind.TagWithoutCurrent]);

    private static Gen<StoreSketch> Of(ManifestForm[] forms, int layers, Gen<int> repositories, OddityKind[] oddities)
    {
        var manifest = Gen.Select(Gen.OneOf(forms), Gen.Int[0, (1 << layers) - 1], Gen.Int[0, 255], s_subject, repositories)
            .Select((form, blobs, children, subject, where) => new SketchedManifest(form, blobs, children, subject, where));
        var tag = Gen.Select(Gen.Int[0, 4], Gen.Int[0, 7], Gen.Int[-3, 7], Gen.Int[0, 3], Gen.Int[-12, 7])
            .Select((repository, index, before, name, about) => new SketchedTag(repository, index, Math.Max(before, -1), name, Math.Max(about, -1)));
        var oddity = Gen.Select(Gen.OneOf(oddities), Gen.Int[0, 6], Gen.Int[0, 7], Gen.Int[0, 11])
            .Select((kind, repository, target, variant) => new SketchedOddity(kind, repository, target, variant));
        return Gen.Select(manifest.List[0, 8], tag.List[0, 6], oddity.List[0, 5])
            .Select((manifests, tags, odd) => new StoreSketch(manifests, tags, odd));
    }

    // One or two of them.
    private static Gen<int> RepositoriesBelow(int count) => Gen.Select(Gen.Int[0, count - 1], Gen.Int[0, count - 1]).Select((one, two) => (1 << one) | (1 << two));
}
