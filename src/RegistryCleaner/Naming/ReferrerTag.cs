namespace RegistryCleaner.Naming;

/// <summary>
/// Tags that stand for something about a manifest: <c>sha256-HEX</c> (the referrers tag of the OCI distribution specification 1.1,
/// for registries without a referrers API: an index), and <c>sha256-HEX.sig</c>, <c>.att</c>, <c>.sbom</c> as cosign names them.
/// </summary>
/// <param name="Subject">The manifest that the tag is about.</param>
/// <param name="IsFallback">Whether it is the specification's tag, and not one of cosign's.</param>
internal readonly record struct ReferrerTag(Digest Subject, bool IsFallback)
{
    private const string Prefix = "sha256-";

    /// <summary>Whether a tag has such a name. What it points to decides the rest: see <see cref="IsAbout"/>.</summary>
    public static bool TryRead(ReadOnlySpan<char> tag, out ReferrerTag referrer)
    {
        referrer = default;
        if (tag.Length < Prefix.Length + Sha256.HexLength || !tag.StartsWith(Prefix))
            return false;
        var suffix = tag[(Prefix.Length + Sha256.HexLength)..];
        if (suffix is not ("" or ".sig" or ".att" or ".sbom") || !Sha256.TryParseHex(tag.Slice(Prefix.Length, Sha256.HexLength), out var sha256))
            return false;
        referrer = new ReferrerTag(new Digest(sha256), suffix.IsEmpty);
        return true;
    }

    /// <summary>
    /// Whether what the tag points to is about its subject. Who tags an image with its own digest, or with that of one of its platforms,
    /// to keep it, means the image; and the specification's tag is an index of manifests with that subject, never of others.
    /// </summary>
    /// <param name="target">What the tag points to.</param>
    /// <param name="isIndex">Whether that is an index.</param>
    /// <param name="children">The manifests that such an index names, each with what it is about; null where that is not known.</param>
    public bool IsAbout(Digest target, bool isIndex, IEnumerable<(Digest Digest, Digest? Subject)> children)
    {
        var subject = Subject;
        return target != subject && (IsFallback ? isIndex && children.All(child => child.Subject == subject) : children.All(child => child.Digest != subject));
    }
}
