using System.Globalization;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Selection;

/// <summary>
/// What is to be kept of a scope. A tag stays if any of the rules keeps it; so another rule that keeps never removes more. Values alone: the
/// rules themselves are <see cref="IRetentionRule"/>.
/// </summary>
internal sealed record RetentionRules
{
    /// <summary>No rule: everything in the scope is meant.</summary>
    public static RetentionRules None { get; } = new();

    /// <summary>Whether everything stays, as a policy may say of what its other entries must not take.</summary>
    public bool KeepAll { get; init; }

    /// <summary>Releases that supersede older ones of their line.</summary>
    public IReadOnlyList<ImageSelector> SupersededBy { get; init; } = [];

    /// <summary>What a line is; null for each rule's own default.</summary>
    public VersionLine? Line { get; init; }

    /// <summary>The newest so many images stay.</summary>
    public int? KeepLast { get; init; }

    /// <summary>What was pushed so long before the newest, or later, stays.</summary>
    public TimeSpan? KeepWithin { get; init; }

    /// <summary>The newest image of each of so many days stays.</summary>
    public int? KeepDaily { get; init; }

    /// <summary>The newest image of each of so many weeks stays.</summary>
    public int? KeepWeekly { get; init; }

    /// <summary>The newest image of each of so many months stays.</summary>
    public int? KeepMonthly { get; init; }

    /// <summary>So many of the newest versions stay.</summary>
    public VersionCounts? KeepVersions { get; init; }

    /// <summary>What is not so old stays.</summary>
    public TimeSpan? OlderThan { get; init; }

    /// <summary>Whether what does not say of itself that it has expired stays.</summary>
    public bool Expired { get; init; }

    /// <summary>Whether manifests that no tag leads to are in the scope as well.</summary>
    public bool Untagged { get; init; }

    /// <summary>What a tag's age is.</summary>
    public AgeBy AgeBy { get; init; }

    /// <summary>Whether what has no known time counts as the oldest; otherwise every rule about ages keeps it.</summary>
    public bool UnknownAgeIsOld { get; init; }

    /// <summary>Whether any of the rules is about tags.</summary>
    public bool AreAboutTags => For(null).Any();

    /// <summary>Whether a rule needs to know when images were made, or when they expire.</summary>
    public bool NeedImages => Expired || (AgeBy == AgeBy.Created && AreAboutTags);

    /// <summary>All that the rules are, in one line: the same for the same rules.</summary>
    public string ToText() =>
        string.Create(CultureInfo.InvariantCulture, $"{(this with { SupersededBy = Array.Empty<ImageSelector>() }).ToString()} superseded by {string.Join(' ', SupersededBy.Select(release => release.ToString()).Order(StringComparer.Ordinal))}");

    /// <summary>The rules for a repository's tags.</summary>
    /// <param name="repository">The repository; null for any.</param>
    public IEnumerable<IRetentionRule> For(RepositoryName? repository)
    {
        if (KeepAll)
            yield return new KeepAllRule();
        if (SupersededBy.Count > 0)
            yield return new SupersededRule([.. SupersededBy.Where(release => release.Repository == repository).Select(release => release.Tag!)], Line ?? VersionLine.Minor, KeepLast);
        else if (KeepLast is { } last)
            yield return new LastRule(last);
        if (KeepWithin is { } within)
            yield return new WithinRule(within, AgeBy);
        if (KeepDaily is { } days)
            yield return CalendarRule.Daily(days, AgeBy);
        if (KeepWeekly is { } weeks)
            yield return CalendarRule.Weekly(weeks, AgeBy);
        if (KeepMonthly is { } months)
            yield return CalendarRule.Monthly(months, AgeBy);
        if (KeepVersions is { } versions)
            yield return new VersionsRule(versions);
        if (OlderThan is { } age)
            yield return new OlderThanRule(age, AgeBy);
        if (Expired)
            yield return new ExpiredRule();
    }
}

/// <summary>How many of the newest versions stay: of majors, of minors in each of these, of patches in each of those. Null for all.</summary>
internal readonly record struct VersionCounts(int? Major, int? Minor, int? Patch);
