using System.Globalization;
using System.Xml;

namespace RegistryCleaner.Naming;

/// <summary>
/// Durations as people write them: <c>90s</c>, <c>30m</c>, <c>1h30m</c>, <c>7d</c>, <c>2d12h</c>, <c>2w</c>, <c>0</c>. What is between
/// the letters is ISO 8601's (XML Schema's duration), read by the framework; a week stands alone, as it does in ISO 8601.
/// </summary>
public static class DurationText
{
    /// <summary>Reads a duration.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text == "0")
            return true;
        if (text.EndsWith('w') && int.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var weeks))
            text = string.Create(CultureInfo.InvariantCulture, $"{7L * weeks}d");
        // A sign, a year, a month, or a letter of the standard's own never gets as far as the parser.
        if (text.Length == 0 || text.Any(c => !char.IsAsciiDigit(c) && c is not ('d' or 'h' or 'm' or 's')))
            return false;

        var days = text.IndexOf('d') + 1;
        var iso = $"P{text[..days]}{(days < text.Length ? "T" : "")}{text[days..]}".ToUpperInvariant();
        try
        {
            duration = XmlConvert.ToTimeSpan(iso);
            return true;
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return false;
        }
    }

    /// <summary>Writes a duration so that it can be read again.</summary>
    public static string Write(TimeSpan duration) =>
        XmlConvert.ToString(duration).ToLowerInvariant().Replace("p", "", StringComparison.Ordinal).Replace("t", "", StringComparison.Ordinal);
}
