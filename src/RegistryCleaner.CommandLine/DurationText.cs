using System.Xml;

namespace RegistryCleaner.CommandLine;

/// <summary>
/// Durations as people write them: <c>90s</c>, <c>30m</c>, <c>1h30m</c>, <c>7d</c>, <c>2d12h</c>, <c>0</c>. What is between the
/// letters is ISO 8601's (XML Schema's duration), read by the framework.
/// </summary>
internal static class DurationText
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text == "0")
            return true;
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
}
