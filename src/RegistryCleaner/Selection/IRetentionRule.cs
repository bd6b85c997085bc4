using RegistryCleaner.Naming;

namespace RegistryCleaner.Selection;

/// <summary>What a rule says of a tag: whether it keeps it, and why or why not.</summary>
/// <param name="Keeps">Whether the tag stays on account of the rule.</param>
/// <param name="Words">Why, as a part of a sentence.</param>
internal readonly record struct Verdict(bool Keeps, string Words)
{
    public static Verdict Keep(string words) => new(true, words);

    public static Verdict Leave(string words) => new(false, words);
}

/// <summary>A rule. Pure: the same scope gives the same verdicts.</summary>
internal interface IRetentionRule
{
    /// <summary>The verdict on each tag of the scope, in the scope's order.</summary>
    IReadOnlyList<Verdict> Judge(RuleScope scope);
}

/// <summary>A tag in a scope.</summary>
/// <param name="Facts">What is known of it.</param>
/// <param name="Time">The time that its age is counted from; null where that is not known.</param>
internal readonly record struct ScopedTag(TagFacts Facts, DateTimeOffset? Time);

/// <summary>The tags of one repository that rules decide about, the newest first.</summary>
internal sealed class RuleScope
{
    // Reproducible builds write 1970 or nothing for the time, and nothing was pushed before there were registries.
    private static readonly DateTimeOffset s_earliest = new(1971, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public RuleScope(RepositoryFacts repository, IEnumerable<TagFacts> tags, RetentionRules rules, DateTimeOffset now)
    {
        Repository = repository;
        Now = now;
        Tags = [.. tags.Select(tag => new ScopedTag(tag, TimeOf(tag, rules, now))).OrderDescending(ByAge)];
    }

    /// <summary>The oldest first, and of those of one moment the lowest version: the same order every time.</summary>
    public static Comparer<ScopedTag> ByAge { get; } = Comparer<ScopedTag>.Create(Compare);

    /// <summary>The repository, with what is not in the scope, too.</summary>
    public RepositoryFacts Repository { get; }

    /// <summary>The time by which ages are judged.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>The tags, the newest first; those of unknown age last.</summary>
    public IReadOnlyList<ScopedTag> Tags { get; }

    /// <summary>Each tag's verdict by itself.</summary>
    public IReadOnlyList<Verdict> Each(Func<ScopedTag, Verdict> judge) => [.. Tags.Select(judge)];

    /// <summary>
    /// Verdicts that count images, the newest first: a tag of an image that the rule keeps already stays with it, and takes no place.
    /// </summary>
    /// <remarks>What a rule does not keep leaves no trace in its count: when that is gone, the rule says the same of what is left.</remarks>
    /// <param name="judge">Judges a tag; told whether it is the oldest.</param>
    public IReadOnlyList<Verdict> EachImage(Func<ScopedTag, bool, Verdict> judge)
    {
        var kept = new Dictionary<Digest, Verdict>();
        var known = Tags.TakeWhile(tag => tag.Time is not null).Count();
        var verdicts = new Verdict[Tags.Count];
        for (var i = 0; i < Tags.Count; i++)
        {
            var digest = Tags[i].Facts.Digest!.Value;
            if (i >= known)
                verdicts[i] = Words.UnknownAge;
            else if (!kept.TryGetValue(digest, out verdicts[i]) && (verdicts[i] = judge(Tags[i], i == known - 1)).Keeps)
                kept[digest] = verdicts[i];
        }

        return verdicts;
    }

    /// <summary>A time; null where it is one that is written where nobody knew: none, zero, 1970.</summary>
    public static DateTimeOffset? Known(DateTimeOffset? time) => time >= s_earliest ? time : null;

    // The future is no known age, and never an old one: it may have been pushed while this run reads.
    private static DateTimeOffset? TimeOf(TagFacts tag, RetentionRules rules, DateTimeOffset now)
    {
        var time = Known(rules.AgeBy == AgeBy.Pushed ? tag.Pushed : tag.Created);
        return time > now ? null : time ?? (rules.UnknownAgeIsOld ? DateTimeOffset.MinValue : null);
    }

    private static int Compare(ScopedTag one, ScopedTag other)
    {
        var byTime = Nullable.Compare(one.Time, other.Time);
        if (byTime != 0)
            return byTime;
        var byVersion = Comparer<TagVersion>.Default.Compare(one.Facts.Version, other.Facts.Version);
        return byVersion != 0 ? byVersion : one.Facts.Tag.CompareTo(other.Facts.Tag);
    }
}
