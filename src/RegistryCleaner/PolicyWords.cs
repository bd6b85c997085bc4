using System.Globalization;
using RegistryCleaner.Naming;
using RegistryCleaner.Selection;

namespace RegistryCleaner;

/// <summary>The words of a policy's entry: those of the switches, with the same values.</summary>
internal static class PolicyWords
{
    /// <summary>The words, without images and keep.</summary>
    public static IReadOnlyList<string> All { get; } =
        ["line", "keep-last", "keep-within", "keep-daily", "keep-weekly", "keep-monthly", "keep-semver", "older-than", "untagged", "expired", "age-by", "unknown-age-is-old"];

    /// <summary>Sets what a word says, or tells why it cannot be.</summary>
    public static bool TrySet(string word, string text, ref CleanImagesOptions options, out string? reason)
    {
        int? number = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;
        TimeSpan? age = DurationText.TryParse(text, out var duration) ? duration : null;
        bool? flag = text switch { "true" => true, "false" => false, _ => null };
        (CleanImagesOptions? Set, string Takes) found = word switch
        {
            "line" => (Choice<VersionLine>(text) is { } line ? options with { Line = line } : null, "major, minor or patch"),
            "keep-last" => (number is null ? null : options with { KeepLast = number }, "a number"),
            "keep-daily" => (number is null ? null : options with { KeepDaily = number }, "a number"),
            "keep-weekly" => (number is null ? null : options with { KeepWeekly = number }, "a number"),
            "keep-monthly" => (number is null ? null : options with { KeepMonthly = number }, "a number"),
            "keep-semver" => (text.Length == 0 ? null : options with { KeepSemver = text }, "counts such as major:2,minor:3"),
            "keep-within" => (age is null ? null : options with { KeepWithin = age }, "an age such as 30d"),
            "older-than" => (age is null ? null : options with { OlderThan = age }, "an age such as 30d"),
            "untagged" => (flag is null ? null : options with { Untagged = flag.Value }, "true or false"),
            "expired" => (flag is null ? null : options with { Expired = flag.Value }, "true or false"),
            "unknown-age-is-old" => (flag is null ? null : options with { UnknownAgeIsOld = flag.Value }, "true or false"),
            "age-by" => (Choice<AgeBy>(text) is { } by ? options with { AgeBy = by } : null, "pushed or created"),
            _ => (null, ""),
        };
        reason = found.Set is not null ? null
            : found.Takes.Length > 0 ? $"{word} takes {found.Takes}, not '{ReferenceFormatException.Shown(text)}'"
            : $"'{ReferenceFormatException.Shown(word)}' is not understood: an entry has images, keep: all, {string.Join(", ", All)}";
        options = found.Set ?? options;
        return found.Set is not null;
    }

    private static T? Choice<T>(string text)
        where T : struct, Enum
    {
        var names = Enum.GetValues<T>().ToDictionary(choice => choice.ToString().ToLowerInvariant(), StringComparer.Ordinal);
        return names.TryGetValue(text, out var found) ? found : null;
    }
}
