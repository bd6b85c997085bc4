using CsCheck;

namespace RegistryCleaner.TestKit.Sketches;

/// <summary>Draws stores at random.</summary>
public static class StoreSketches
{
    private static readonly Gen<int> s_subject = Gen.Frequency((4, Gen.Const(-1)), (2, Gen.Int[0, 9]));

    private static readonly ManifestForm[] s_served =
        [ManifestForm.OciImage, ManifestForm.DockerImage, ManifestForm.ImageWithoutType, ManifestForm.OciIndex, ManifestForm.DockerList, ManifestForm.IndexWithoutType];

    // What leaves both collectors sure of themselves. Where the registry's is not, it gives up, or takes what is in use; where ours is
    // not, as with a tag that cannot be read, it keeps more.
    private static readonly OddityKind[] s_harmless =
    [
        OddityKind.StaleLayerLink, OddityKind.DanglingLayerLink, OddityKind.LayerMissing, OddityKind.OrphanBlob,
        OddityKind.TagsMissing, OddityKind.TagsEmpty,
    ];

    /// <summary>Stores of every shape.</summary>
    public static Gen<StoreSketch> Any { get; } = Of(
        Enum.GetValues<ManifestForm>(),
        Gen.Int[0, (1 << StoreSketch.Layers) - 1],
        Gen.Frequency((6, RepositoriesBelow(StoreSketch.Named)), (1, RepositoriesBelow(StoreSketch.Repositories.Count))),
        Enum.GetValues<OddityKind>(),
        StoreSketch.Repositories.Count);

    /// <summary>Stores from which a real registry serves what it can: every manifest of a type that it knows, every digest a sha256.</summary>
    public static Gen<StoreSketch> Served { get; } = Of(s_served, Gen.Int[0, (1 << (StoreSketch.Layers - 1)) - 1], RepositoriesBelow(StoreSketch.Named - 1),
        [.. Enum.GetValues<OddityKind>().Except([OddityKind.ImpossibleTag])], StoreSketch.Named - 1);

    /// <summary>Stores in which the collector of registry 2.8 finds what is garbage and nothing else, where the untagged stay: no repository lacks _layers.</summary>
    public static Gen<StoreSketch> CollectedBy28 { get; } = Of(s_served, Gen.Int[1, (1 << (StoreSketch.Layers - 1)) - 1], RepositoriesBelow(StoreSketch.Named - 1),
        s_harmless, StoreSketch.Named - 1);

    private static Gen<StoreSketch> Of(ManifestForm[] forms, Gen<int> layers, Gen<int> repositories, OddityKind[] oddities, int places)
    {
        var manifest = Gen.Select(Gen.OneOf(forms), layers, Gen.Int[0, 255], s_subject, repositories)
            .Select((form, blobs, children, subject, where) => new SketchedManifest(form, blobs, children, subject, where));
        var tag = Gen.Select(Gen.Int[0, 4], Gen.Int[0, 7], Gen.Int[-3, 7], Gen.Int[0, 3], Gen.Int[-12, 7])
            .Select((repository, index, before, name, about) => new SketchedTag(repository, index, Math.Max(before, -1), name, Math.Max(about, -1)));
        var oddity = Gen.Select(Gen.OneOf(oddities), Gen.Int[0, places - 1], Gen.Int[0, 7], Gen.Int[0, 11])
            .Select((kind, repository, target, variant) => new SketchedOddity(kind, repository, target, variant));
        return Gen.Select(manifest.List[0, 8], tag.List[0, 6], oddity.List[0, 5])
            .Select((manifests, tags, odd) => new StoreSketch(manifests, tags, odd));
    }

    // One or two of them.
    private static Gen<int> RepositoriesBelow(int count) => Gen.Select(Gen.Int[0, count - 1], Gen.Int[0, count - 1]).Select((one, two) => (1 << one) | (1 << two));
}
