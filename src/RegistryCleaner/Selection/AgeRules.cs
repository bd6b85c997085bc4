using System.Globalization;

namespace RegistryCleaner.Selection;

/// <summary>Everything stays.</summary>
internal sealed class KeepAllRule : IRetentionRule
{
    private static readonly Verdict s_kept = Verdict.Keep("the policy keeps all of these");

    public IReadOnlyList<Verdict> Judge(RuleScope scope) => scope.Each(_ => s_kept);
}

/// <summary>The newest images stay.</summary>
/// <param name="count">How many.</param>
internal sealed class LastRule(int count) : IRetentionRule
{
    public IReadOnlyList<Verdict> Judge(RuleScope scope)
    {
        var seen = 0;
        var older = Verdict.Leave($"not among the last {count}");
        return scope.EachImage((_, _) => ++seen <= count ? Verdict.Keep($"{Words.Ordinal(seen)} of the last {count}") : older);
    }
}

/// <summary>What is not much older than the newest stays: restic's keep-within, which leaves an abandoned repository alone.</summary>
internal sealed class WithinRule(TimeSpan age, AgeBy by) : IRetentionRule
{
    public IReadOnlyList<Verdict> Judge(RuleScope scope)
    {
        var newest = scope.Tags.Select(tag => tag.Time).Max();
        var kept = Verdict.Keep($"{Words.Done(by)} within {Words.Age(age)} of the newest");
        var older = Verdict.Leave($"{Words.Done(by)} more than {Words.Age(age)} before the newest");
        return scope.Each(tag => tag.Time is not { } time ? Words.UnknownAge : newest - time <= age ? kept : older);
    }
}

/// <summary>What is young stays.</summary>
internal sealed class OlderThanRule(TimeSpan age, AgeBy by) : IRetentionRule
{
    public IReadOnlyList<Verdict> Judge(RuleScope scope) => scope.Each(tag =>
        tag.Time is not { } time ? Words.UnknownAge
        : scope.Now - time > age ? Verdict.Leave($"older than {Words.Age(age)} ({Words.Done(by)} {Words.Day(time)})")
        : Verdict.Keep($"not older than {Words.Age(age)} ({Words.Done(by)} {Words.Day(time)})"));
}

/// <summary>What does not say that it has expired stays.</summary>
internal sealed class ExpiredRule : IRetentionRule
{
    private static readonly Verdict s_never = Verdict.Keep("it does not say when it expires");

    public IReadOnlyList<Verdict> Judge(RuleScope scope) => scope.Each(tag => Judge(tag.Facts.Expiry, scope.Now));

    /// <summary>The verdict on what says so of itself, with or without a tag.</summary>
    public static Verdict Judge(Expiry expiry, DateTimeOffset now) => expiry switch
    {
        { Problem: { } problem } => Verdict.Keep(problem),
        { At: null } => s_never,
        { At: { } time } when time <= now => Verdict.Leave($"expired on {Words.Day(time)}"),
        { At: { } time } => Verdict.Keep($"it expires on {Words.Day(time)}"),
    };
}

/// <summary>
/// The newest image of each of the last days, weeks or months that have one stays, as with restic's forget: what is older than all that
/// are kept fills a place that is left over, if it is the oldest of all.
/// </summary>
internal sealed class CalendarRule(int count, string unit, AgeBy by, Func<DateTimeOffset, string> bucketOf) : IRetentionRule
{
    public static CalendarRule Daily(int count, AgeBy by) => new(count, "days", by, Words.Day);

    public static CalendarRule Weekly(int count, AgeBy by) =>
        new(count, "weeks", by, time => string.Create(CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(time.UtcDateTime)}-W{ISOWeek.GetWeekOfYear(time.UtcDateTime):00}"));

    public static CalendarRule Monthly(int count, AgeBy by) =>
        new(count, "months", by, time => time.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture));

    public IReadOnlyList<Verdict> Judge(RuleScope scope)
    {
        var left = count;
        string? last = null;
        var other = Verdict.Leave($"not the newest of one of the last {count} {unit}");
        return scope.EachImage((tag, isOldest) =>
        {
            var bucket = bucketOf(tag.Time!.Value);
            if (left == 0 || (bucket == last && !isOldest))
                return other;
            var words = bucket == last ? $"the oldest, while the last {count} {unit} are not all there" : $"the newest {Words.Done(by)} in {bucket}, one of the last {count} {unit}";
            left--;
            last = bucket;
            return Verdict.Keep(words);
        });
    }
}
