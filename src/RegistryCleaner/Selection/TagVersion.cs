using System.Text.RegularExpressions;
using NuGet.Versioning;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Selection;

/// <summary>
/// The version that a tag stands for: <c>1.4.2</c>, <c>v1.4.2-rc1</c>, <c>1.4.2-alpine</c>, <c>1.4.2-rc.1-alpine3.20</c>.
/// </summary>
/// <remarks>
/// Three numbers are needed: <c>1.4</c> and <c>latest</c> are names that move from version to version. Unlike with Semantic Versioning a
/// number may begin with zeros, or a date such as <c>2026.09.30</c> would be a version in some months only. What follows is a pre-release
/// where it begins with a word that is used for nothing else; all else is a variant, and only versions of the same variant are compared.
/// So <c>1.4.2-3</c> is neither older nor newer than <c>1.4.2</c>.
/// </remarks>
/// <param name="Version">The version without the variant.</param>
/// <param name="Variant">What is built from the version, such as <c>alpine</c>; empty for the plain one.</param>
internal sealed partial record TagVersion(SemanticVersion Version, string Variant) : IComparable<TagVersion>
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
        return SemanticVersion.TryParse(LeadingZeros().Replace(match.Groups["core"].Value + (identifiers.Length > 0 ? $"-{identifiers}" : ""), ""), out var version)
            ? new TagVersion(version, variant)
            : null;
    }

    /// <summary>The line that the version belongs to: two versions are of the same line where the texts are equal.</summary>
    public string LineOf(VersionLine line) => NameOf(line) + (Variant.Length > 0 ? $"-{Variant}" : "");

    /// <summary>Whether the version is older than another of the same variant.</summary>
    public bool IsOlderThan(TagVersion other) => CompareTo(other) < 0;

    /// <summary>The oldest first, by the rules of Semantic Versioning; of one version by the variant.</summary>
    public int CompareTo(TagVersion? other)
    {
        if (other is null)
            return 1;
        var byNumbers = (Version.Major, Version.Minor, Version.Patch, IsRelease).CompareTo((other.Version.Major, other.Version.Minor, other.Version.Patch, other.IsRelease));
        if (byNumbers != 0)
            return byNumbers;
        var byIdentifier = Version.ReleaseLabels.Zip(other.Version.ReleaseLabels, CompareIdentifiers).FirstOrDefault(order => order != 0);
        if (byIdentifier != 0)
            return byIdentifier;
        var byLength = Version.ReleaseLabels.Count().CompareTo(other.Version.ReleaseLabels.Count());
        return byLength != 0 ? byLength : string.CompareOrdinal(Variant, other.Variant);
    }

    /// <inheritdoc/>
    public override string ToString() => Version + (Variant.Length > 0 ? $"-{Variant}" : "");

    private string NameOf(VersionLine line) => line switch
    {
        VersionLine.Major => $"{Version.Major}",
        VersionLine.Minor => $"{Version.Major}.{Version.Minor}",
        _ => $"{Version.Major}.{Version.Minor}.{Version.Patch}",
    };

    // The library takes an identifier for a number only where an int can hold it: a time with its seconds cannot be held.
    private static int CompareIdentifiers(string one, string other) => (one.All(char.IsAsciiDigit), other.All(char.IsAsciiDigit)) switch
    {
        (true, true) => one.Length != other.Length ? one.Length.CompareTo(other.Length) : string.CompareOrdinal(one, other),
        (true, false) => -1,
        (false, true) => 1,
        _ => string.Compare(one, other, StringComparison.OrdinalIgnoreCase),
    };

    [GeneratedRegex(@"^[vV]?(?<core>\d+\.\d+\.\d+)(-(?<rest>.+))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();

    // Numbers behind such a word belong to it: rc-1, SNAPSHOT-20240101.120000-1. A word alone is often a variant (dev: with a shell), a
    // letter with a number a build (b345) or an architecture (m1).
    [GeneratedRegex(@"^(alpha|beta|rc|cr|pre|preview|dev(?=[.-]?\d)|snapshot|nightly|canary|next|ea|milestone)(?![a-z])[.-]?\d*([.-]\d+)*(?=-|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PreRelease();

    [GeneratedRegex(@"([A-Za-z])(\d)", RegexOptions.CultureInvariant)]
    private static partial Regex WordAndNumber();

    [GeneratedRegex(@"\b0+(?=\d)", RegexOptions.CultureInvariant)]
    private static partial Regex LeadingZeros();
}
