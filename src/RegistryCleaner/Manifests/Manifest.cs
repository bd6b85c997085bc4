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

    /// <summary>Configuration and layers with what the manifest says about each, as it is first said.</summary>
    public IEnumerable<Descriptor> Descriptors =>
        Blobs.Select((digest, index) => Said.IsDefault ? new Descriptor(digest, null, false) : new Descriptor(digest, Said[index].Size, Said[index].MayBeElsewhere));

    /// <summary>The same without the digests; default where nothing is said.</summary>
    internal ImmutableArray<SaidOfBlob> Said { get; init; }
}

/// <summary>What a manifest says about a blob, in eight bytes: a large store has millions of these.</summary>
/// <param name="size">Its length in bytes; null where that is not said, or absurd.</param>
/// <param name="mayBeElsewhere">Whether it need not be in the registry.</param>
internal readonly struct SaidOfBlob(long? size, bool mayBeElsewhere)
{
    private readonly long _said = ((size is >= 0 and <= long.MaxValue >> 1 ? size.Value : -1) << 1) | (mayBeElsewhere ? 1L : 0);

    public long? Size => _said >= 0 ? _said >> 1 : null;

    public bool MayBeElsewhere => (_said & 1) != 0;
}

/// <summary>What a manifest says about a configuration or a layer.</summary>
/// <param name="Digest">The configuration or layer.</param>
/// <param name="Size">Its length in bytes; null where that is not said.</param>
/// <param name="MayBeElsewhere">Whether it need not be in the registry: a layer with <c>urls</c>, which clients fetch from there.</param>
public readonly record struct Descriptor(Digest Digest, long? Size, bool MayBeElsewhere);
