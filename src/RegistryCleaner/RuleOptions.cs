using System.Globalization;
using RegistryCleaner.Naming;
using RegistryCleaner.Selection;

namespace RegistryCleaner;

/// <summary>Reads options into rules, and refuses values that no rule can mean.</summary>
internal static class RuleOptions
{
    // Elsewhere 6m is half a year.
    private static readonly TimeSpan s_shortest = TimeSpan.FromHours(1);

    /// <exception cref="CleanerException">A value is not one that the rule takes; all of these are named.</exception>
    public static RetentionRules Read(CleanImagesOptions options)
    {
        var reasons = new List<string>();
        int? Count(string name, int? count)
        {
            if (count < 1)
                reasons.Add($"--{name} takes a number from 1 on, not {count}: what is to be kept has to be something.");
            return count;
        }

        TimeSpan? Age(string name, TimeSpan? age)
        {
            if (age < s_shortest)
                reasons.Add($"--{name} takes an age from 1h on, not {DurationText.Write(age.Value)}: m is a minute, and months are written as days, such as 180d.");
            return age;
        }

        var rules = new RetentionRules
        {
            SupersededBy = Releases(options.SupersededBy, reasons),
            Line = options.Line,
            KeepLast = Count("keep-last", options.KeepLast),
            KeepWithin = Age("keep-within", options.KeepWithin),
            KeepDaily = Count("keep-daily", options.KeepDaily),
            KeepWeekly = Count("keep-weekly", options.KeepWeekly),
            KeepMonthly = Count("keep-monthly", options.KeepMonthly),
            KeepVersions = options.KeepSemver is { } counts ? Versions(counts, reasons) : null,
            OlderThan = Age("older-than", options.OlderThan),
            Expired = options.Expired,
            Untagged = options.Untagged,
            AgeBy = options.AgeBy ?? AgeBy.Pushed,
            UnknownAgeIsOld = options.UnknownAgeIsOld,
        };
        return reasons.Count == 0 ? rules : throw new CleanerException(ExitCode.BadInput, reasons);
    }

    /// <summary>What only says how rules are meant, and is given; null for none. Without a rule, images would go by their names.</summary>
    public static string? HowGiven(CleanImagesOptions options) =>
        options.Line is not null ? "--line"
        : options.AgeBy is not null ? "--age-by"
        : options.UnknownAgeIsOld ? "--unknown-age-is-old"
        : options.ExpiresAnnotation is not null ? "--expires-annotation"
        : null;

    /// <summary>Reads <c>major:2,minor:3,patch:5</c>: each level at most once, at least one.</summary>
    public static VersionCounts? Versions(string text, List<string> reasons)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var part in text.Split(','))
        {
            var isCount = part.Split(':') is [var level, var digits] && level is "major" or "minor" or "patch"
                && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 && counts.TryAdd(level, count);
            if (isCount)
                continue;
            reasons.Add($"--keep-semver takes counts such as major:2,minor:3,patch:5, each level once, not '{text}'.");
            return null;
        }

        int? Of(string level) => counts.TryGetValue(level, out var count) ? count : null;
        return new VersionCounts(Of("major"), Of("minor"), Of("patch"));
    }

    private static List<ImageSelector> Releases(IReadOnlyList<string> texts, List<string> reasons)
    {
        var releases = new List<ImageSelector>();
        foreach (var text in texts)
        {
            if (!ImageSelector.TryParse(text, out var release, out var reason))
                reasons.Add($"--superseded-by '{ReferenceFormatException.Shown(text)}' is not an image's reference: {reason}.");
            else if (release.Tag is null || release.Digest is not null)
                reasons.Add($"--superseded-by takes a release with its tag, such as team/app:1.4.2, not '{text}'.");
            else if (TagVersion.Of(release.Tag) is null)
                reasons.Add($"--superseded-by takes a release whose tag is a version, such as 1.4.2 or v1.4.2-alpine, not '{text}'.");
            else
                releases.Add(release);
        }

        return releases;
    }
}
