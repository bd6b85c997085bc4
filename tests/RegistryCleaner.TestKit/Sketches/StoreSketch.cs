namespace RegistryCleaner.TestKit.Sketches;

/// <summary>
/// A store in a few words, as random tests draw it: small, so that a store that fails can be made smaller and printed. Numbers that
/// are too large count modulo what there is.
/// </summary>
/// <param name="Manifests">What was pushed; a manifest refers to those before it alone.</param>
/// <param name="Tags">What was tagged, in this order.</param>
/// <param name="Oddities">What happened to the store besides, in this order.</param>
public sealed record StoreSketch(IReadOnlyList<SketchedManifest> Manifests, IReadOnlyList<SketchedTag> Tags, IReadOnlyList<SketchedOddity> Oddities)
{
    /// <summary>The names of repositories; the last two are directories whose name none can have.</summary>
    public static readonly IReadOnlyList<string> Repositories = ["a", "a/b", "team/app", "c", "Foo/bar", "Foo", "lost+found"];

    /// <summary>How many of them are names that a repository can have.</summary>
    public const int Named = 5;

    /// <summary>How many layers there are to choose from; manifests refer to the last by its sha512.</summary>
    public const int Layers = 7;

    /// <inheritdoc/>
    public override string ToString() => string.Join('\n',
    [
        "", .. Manifests.Select((manifest, index) => $"manifest {index}: {manifest}"), .. Tags.Select(tag => tag.ToString()), .. Oddities.Select(oddity => oddity.ToString()),
    ]);
}

/// <summary>What a manifest is written as.</summary>
public enum ManifestForm
{
    OciImage,
    DockerImage,
    ImageWithoutType,
    OciIndex,
    DockerList,
    IndexWithoutType,
    Schema1,
    CacheIndex,
    Artifact,
    Unknown,
}

/// <summary>A manifest.</summary>
/// <param name="Form">What it is written as.</param>
/// <param name="Layers">A bit for each layer.</param>
/// <param name="Children">A bit for each earlier manifest; counts for indexes and unknown types.</param>
/// <param name="Subject">The manifest that it is about, or -1; more than there are before it for one that was never pushed.</param>
/// <param name="Repositories">A bit for each repository that links it; those of its parents do, too.</param>
public sealed record SketchedManifest(ManifestForm Form, int Layers, int Children, int Subject, int Repositories);

/// <summary>A tag.</summary>
/// <param name="Repository">Which of the repositories that link the manifest.</param>
/// <param name="Manifest">Where it points.</param>
/// <param name="Before">Where it pointed before; -1 for nowhere.</param>
/// <param name="Name">Its number, or the ending of a tag about something.</param>
/// <param name="About">The manifest that its name says, or -1.</param>
public sealed record SketchedTag(int Repository, int Manifest, int Before, int Name, int About);

/// <summary>What can happen to a store.</summary>
public enum OddityKind
{
    StaleLayerLink,
    DanglingLayerLink,
    EmptyLayerLink,
    LayerAlias,
    LayerMissing,
    OrphanBlob,
    EmptyBlobDirectory,
    EmptyTagLink,
    NewlineInTagLink,
    TagWithoutCurrent,
    TagsMissing,
    TagsEmpty,
    ImpossibleTag,
    RevisionMissing,
    EmptyRevisionDirectory,
    EmptyRevisionLink,
    NewlineInRevisionLink,
    RevisionSaysAnother,
    ManifestMissing,
    ManifestEmpty,
    ManifestCorrupt,
    OneMarkerOnly,
    EmptyRepository,
    StrayFile,
    Upload,
    Leftover,
    YoungLayerLink,
    YoungBlob,
    YoungBlobDirectory,
    YoungRevision,
}

/// <summary>Something that happened to a store.</summary>
/// <param name="Kind">What.</param>
/// <param name="Repository">To which repository.</param>
/// <param name="Target">To which manifest, layer or tag.</param>
/// <param name="Variant">In which way.</param>
public sealed record SketchedOddity(OddityKind Kind, int Repository, int Target, int Variant);
