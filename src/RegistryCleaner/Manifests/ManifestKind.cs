namespace RegistryCleaner.Manifests;

/// <summary>What a manifest is.</summary>
public enum ManifestKind
{
    /// <summary>One image: a configuration and layers.</summary>
    Image,

    /// <summary>An index or manifest list: it refers to other manifests.</summary>
    Index,

    /// <summary>A media type that is not known here: everything in it that looks like a digest counts as a reference.</summary>
    Unknown,
}
