using System.Text.RegularExpressions;
using NuGet.Versioning;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Selection;

/// <summary>
/// The version that a tag stands for: <c>1.4.2</c>, <c>v1.4.2-rc1</c>, <c>1.4.2-alpine</c>, <c>1.4.2-rc.1-alpine3.20</c>.
/// </summary>
/// <remarks>
/// Three numbers are needed, by the rules of Semantic Versioning: <c>1.4</c> and <c>latest</c> are names that move from version to
/// version, <c>2024.01.02</c> is a date. What follows is a pre-release where it begins with a word that is used for nothing else; all
/// else is a variant, and only versions of the same variant are compared. So <c>1.4.2-3</c> is neither older nor newer than <c>1.4.2</c>.
/// </remarks>
/// <param name="Version">The version without the variant.</param>
/// <param name="Variant">What is built from the version, such as <c>alpine</c>; empty for the plain one.</param>
internal sealed partial record TagVersion(SemanticVersion Version, string Variant)
{
    /// <summary>Whether it is a release, and no pre-release.</summary>
    public bool IsRelease => !Version.IsPrerelease;

    /// <summary>The version of a tag, or null where it stands for none.</summary>
    public static TagVersion? Of(Tag tag)
    {
        var match = Shape().Match(tag.Value);
        if (!match.Success)
            return null;
        var rest = match.Groups["rest"].Value;
        var preRelease = PreRelease().Match(rest).Value;
        var variant = rest[preRelease.Length..].TrimStart('-');
        // rc10 comes after rc9: for the specification only numbers of their own are numbers.
        var identifiers = WordAndNumber().Replace(preRelease, "$1.$2").Replace('-', '.').Trim('.');
        return SemanticVersion.TryParse(match.Groups["core"].Value + (identifiers.Length > 0 ? $"-{identifiers}" : ""), out var version)
            ? new TagVersion(version, variant)
            : null;
    }

    /// <summary>The line that the version belongs to: two versions are of the same line where the texts are equal.</summary>
    public string LineOf(VersionLine line) => NameOf(line) + (Variant.Length > 0 ? $"-{Variant}" : "");

    /// <summary>Whether the version is older than another of the same variant.</summary>
    public bool IsOlderThan(TagVersion other) => Version.CompareTo(other.Version) < 0;

    /// <inheritdoc/>
    public override string ToString() => Version + (Variant.Length > 0 ? $"-{Variant}" : "");

    private string NameOf(VersionLine line) => line switch
    {
        VersionLine.Major => $"{Version.Major}",
        VersionLine.Minor => $"{Version.Major}.{Version.Minor}",
        _ => $"{Version.Major}.{Version.Minor}.{Version.Patch}",
    };

    [GeneratedRegex(@"^[vV]?(?<core>\d+\.\d+\.\d+)(-(?<rest>.+))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();

    // Numbers behind such a word belong to it: rc-1, SNAPSHOT-20240101.120000-1.
    [GeneratedRegex(@"^(alpha|beta|rc|cr|pre|preview|dev|snapshot|nightly|canary|next|ea|milestone|m(?=\d)|a(?=\d)|b(?=\d))(?![a-z])[.-]?\d*([.-]\d+)*(?=-|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PreRelease();

    [GeneratedRegex(@"([A-Za-z])(\d)", RegexOptions.CultureInvariant)]
    private static partial Regex WordAndNumber();
}
