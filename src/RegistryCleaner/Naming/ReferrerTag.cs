namespace RegistryCleaner.Naming;

/// <summary>
/// Tags that stand for something about a manifest: <c>sha256-HEX</c> (the referrers tag of the OCI distribution specification 1.1,
/// for registries without a referrers API), and <c>sha256-HEX.sig</c>, <c>.att</c>, <c>.sbom</c> as cosign names them.
/// </summary>
internal static class ReferrerTag
{
    private const string Prefix = "sha256-";

    /// <summary>Which manifest a tag is about.</summary>
    public static bool TryRead(ReadOnlySpan<char> tag, out Digest subject)
    {
        subject = default;
        if (tag.Length < Prefix.Length + Sha256.HexLength || !tag.StartsWith(Prefix))
            return false;
        var rest = tag[(Prefix.Length + Sha256.HexLength)..];
        if ((!rest.IsEmpty && (rest[0] != '.' || rest.Length == 1)) || !Sha256.TryParseHex(tag.Slice(Prefix.Length, Sha256.HexLength), out var sha256))
            return false;
        subject = new Digest(sha256);
        return true;
    }
}
