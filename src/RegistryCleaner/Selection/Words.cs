using System.Globalization;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Selection;

/// <summary>How rules say what they say.</summary>
internal static class Words
{
    public static Verdict UnknownAge { get; } = Verdict.Keep("its age is not known");

    public static string Done(AgeBy by) => by == AgeBy.Pushed ? "pushed" : "created";

    public static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Age(TimeSpan age) => DurationText.Write(age);

    /// <summary>1st, 2nd, 3rd, 4th, 11th.</summary>
    public static string Ordinal(int number) => string.Create(CultureInfo.InvariantCulture, $"{number}{(number % 100 is >= 11 and <= 13 ? "th" : (number % 10) switch { 1 => "st", 2 => "nd", 3 => "rd", _ => "th" })}");
}
