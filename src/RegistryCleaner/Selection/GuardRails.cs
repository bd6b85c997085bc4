using RegistryCleaner.Naming;

namespace RegistryCleaner.Selection;

/// <summary>What is decided about a tag.</summary>
internal sealed record TagDecision(TagFacts Facts, RepositoryScope Scope, bool Removed, string Reason)
{
    /// <summary>What the rules said, where something keeps the tag whatever they say; else null.</summary>
    public string? RulesSaid { get; private init; }

    public TagDecision Kept(string reason) => this with { Removed = false, Reason = reason, RulesSaid = $"it would {(Removed ? "go" : "stay")}: {Reason}" };
}

/// <summary>
/// What rules and patterns never take, however they are written; whoever names a tag by its name may. None depends on what the rules say
/// of other tags.
/// </summary>
internal static class GuardRails
{
    /// <summary>Why a repository's newest tag stays.</summary>
    public const string LastTag = "the newest tag of its repository: no rule takes it";

    /// <summary>The tag that a repository is fallen back to; null where there is none. What is about another image is no image to fall back to.</summary>
    public static TagFacts? NewestOf(IEnumerable<TagFacts> tags) =>
        tags.Where(tag => !tag.IsReferrer).MaxBy(tag => new ScopedTag(tag, tag.Pushed), RuleScope.ByAge);

    public static void Apply(RepositoryFacts repository, Dictionary<Tag, TagDecision> decisions)
    {
        foreach (var line in Enum.GetValues<VersionLine>())
            KeepNewestOfLines(repository, decisions, line);
        KeepLastTag(repository, decisions);
    }

    // A pattern without a rule means what it says.
    private static void KeepNewestOfLines(RepositoryFacts repository, Dictionary<Tag, TagDecision> decisions, VersionLine line)
    {
        var concerned = Removed(decisions).Where(decision => decision.Facts.Version is not null && decision.Scope.Rules is { AreAboutTags: true } rules && LineOf(rules) == line).ToList();
        if (concerned.Count == 0)
            return;
        var newest = NewestOf(repository, decisions, line);
        foreach (var decision in concerned)
        {
            var name = decision.Facts.Version!.LineOf(line);
            if (Compare(decision.Facts.Version, newest[name]) == 0)
                decisions[decision.Facts.Tag] = decision.Kept($"the newest version of {name}: no rule takes it");
        }
    }

    private static VersionLine LineOf(RetentionRules rules) => rules.Line ?? (rules.SupersededBy.Count > 0 ? VersionLine.Minor : VersionLine.Major);

    private static Dictionary<string, TagVersion> NewestOf(RepositoryFacts repository, Dictionary<Tag, TagDecision> decisions, VersionLine line)
    {
        var newest = new Dictionary<string, TagVersion>(StringComparer.Ordinal);
        foreach (var version in repository.Tags.Where(tag => tag.Digest is not null && !(decisions.TryGetValue(tag.Tag, out var decision) ? IsNamed(decision) : tag.IsNamed)).Select(tag => tag.Version).OfType<TagVersion>())
        {
            var name = version.LineOf(line);
            if (!newest.TryGetValue(name, out var other) || Compare(version, other) > 0)
                newest[name] = version;
        }

        return newest;
    }

    // A release comes before every pre-release: 1.5.0-rc.1 is nothing to fall back to while there is 1.4.2.
    private static int Compare(TagVersion one, TagVersion other) =>
        one.IsRelease == other.IsRelease ? one.CompareTo(other) : one.IsRelease ? 1 : -1;

    // Where a whole repository is in scope its newest tag stays, whatever the rules say of the others: so another rule never sets it free.
    private static void KeepLastTag(RepositoryFacts repository, Dictionary<Tag, TagDecision> decisions)
    {
        if (repository.Tags.Any(tag => tag is { IsReferrer: false, IsNamed: false } && !decisions.ContainsKey(tag.Tag)))
            return;
        if (NewestOf(decisions.Values.Where(decision => !IsNamed(decision)).Select(decision => decision.Facts)) is { } newest && decisions[newest.Tag].Removed)
            decisions[newest.Tag] = decisions[newest.Tag].Kept(LastTag);
    }

    private static IEnumerable<TagDecision> Removed(Dictionary<Tag, TagDecision> decisions) =>
        decisions.Values.Where(decision => decision.Removed && !IsNamed(decision));

    private static bool IsNamed(TagDecision decision) => decision.Facts.IsNamed || decision.Scope.Names(decision.Facts);
}
