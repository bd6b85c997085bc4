namespace RegistryCleaner.Manifests;

/// <summary>The media types of manifests that registries of the 2.x and 3.x lines store.</summary>
public static class MediaTypes
{
    /// <summary>OCI image manifest.</summary>
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>OCI image index: one manifest a platform.</summary>
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";

    /// <summary>Docker image manifest, schema 2.</summary>
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

    /// <summary>Docker manifest list, the older form of an index.</summary>
    public const string DockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json";

    /// <summary>Docker image manifest, schema 1, signed.</summary>
    public const string DockerSchema1Signed = "application/vnd.docker.distribution.manifest.v1+prettyjws";

    /// <summary>Docker image manifest, schema 1.</summary>
    public const string DockerSchema1 = "application/vnd.docker.distribution.manifest.v1+json";

    /// <summary>OCI artifact manifest of the 1.1 release candidates.</summary>
    public const string OciArtifact = "application/vnd.oci.artifact.manifest.v1+json";

    /// <summary>All of these.</summary>
    internal static IReadOnlyList<string> All { get; } = [OciManifest, DockerManifest, OciIndex, DockerManifestList, DockerSchema1Signed, DockerSchema1, OciArtifact];
}
