using System.Globalization;
using System.Text.RegularExpressions;

namespace RegistryCleaner.Store;

/// <summary>The version of the registry's program.</summary>
/// <param name="Major">2 or 3; 0 where it is not known, which counts as the more dangerous 2.</param>
/// <param name="Text">The version as the program says it.</param>
public sealed partial record RegistryVersion(int Major, string Text)
{
    /// <summary>The version could not be found out.</summary>
    public static RegistryVersion Unknown { get; } = new(0, "of unknown version");

    /// <summary>Whether the program is of the 2.x line, or may be.</summary>
    public bool MayBeVersion2 => Major < 3;

    /// <summary>Reads what <c>registry --version</c> prints: the program, its import path, the version with or without a leading v.</summary>
    public static RegistryVersion Parse(string printed) =>
        VersionPattern().Match(printed) is { Success: true } match
            ? new RegistryVersion(int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), match.Groups[0].Value.Trim())
            : Unknown;

    /// <inheritdoc/>
    public override string ToString() => Text;

    // "registry github.com/docker/distribution v2.8.3", "docker-registry github.com/docker/distribution 2.8.2+ds1"
    [GeneratedRegex(@"\sv?([0-9]{1,4})\.[0-9][0-9A-Za-z.+~-]*\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex VersionPattern();
}
