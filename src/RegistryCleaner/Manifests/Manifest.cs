using System.Collections.Immutable;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Manifests;

/// <summary>What a manifest refers to.</summary>
/// <param name="Digest">The manifest's own digest.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="MediaType">Its media type, by its own word or by its form; empty where neither tells.</param>
/// <param name="Kind">Image, index or unknown.</param>
/// <param name="Children">Manifests that it refers to: an index's platforms.</param>
/// <param name="Blobs">Configuration and layers, each once.</param>
/// <param name="Subject">The manifest that this one is about (a signature, an attestation, an SBOM), or null.</param>
public sealed record Manifest(
    Digest Digest,
    long Size,
    string MediaType,
    ManifestKind Kind,
    ImmutableArray<Digest> Children,
    ImmutableArray<Digest> Blobs,
    Digest? Subject)
{
    /// <summary>Everything that is needed for this manifest to be pulled, not counting itself. The subject is not.</summary>
    public IEnumerable<Digest> Needs => Children.Concat(Blobs);
}
