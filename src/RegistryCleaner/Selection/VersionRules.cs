using RegistryCleaner.Naming;

namespace RegistryCleaner.Selection;

/// <summary>
/// Whatever a release does not supersede stays: what is no version, newer, of another line or another variant. A release supersedes
/// older releases and pre-releases of its line, a pre-release only older ones of the same version.
/// </summary>
/// <param name="releases">The releases of the repository.</param>
/// <param name="line">What a line is.</param>
/// <param name="keepLast">How many of the line's releases stay, to roll back to: the one that supersedes is the first of them.</param>
internal sealed class SupersededRule(IReadOnlyList<Tag> releases, VersionLine line, int? keepLast) : IRetentionRule
{
    private static readonly Verdict s_noVersion = Verdict.Keep("it is not a version");
    private static readonly Verdict s_noRelease = Verdict.Keep("no release of its repository was named to supersede it");

    public IReadOnlyList<Verdict> Judge(RuleScope scope)
    {
        if (releases.Count == 0)
            return scope.Each(_ => s_noRelease);
        var lines = releases.Select(release => new ReleaseLine(release, line, keepLast, scope)).ToList();
        return scope.Each(tag =>
        {
            if (tag.Facts.Version is not { } version)
                return s_noVersion;
            return lines.Select(each => each.Judge(version)).MaxBy(judged => judged.Weight).Verdict;
        });
    }

    // Of several releases, the one that keeps the tag counts first, then the one that supersedes it.
    private enum Weight
    {
        OtherLine,
        Newer,
        Superseded,
        Kept,
    }

    private readonly record struct LineVerdict(Weight Weight, Verdict Verdict);

    private sealed class ReleaseLine
    {
        private readonly Tag _release;
        private readonly TagVersion? _version;
        private readonly VersionLine _line;
        private readonly int? _keepLast;
        private readonly string? _problem;
        private readonly List<TagVersion> _candidates;

        public ReleaseLine(Tag release, VersionLine line, int? keepLast, RuleScope scope)
        {
            _release = release;
            _version = TagVersion.Of(release);
            // What is not released itself supersedes no release.
            _line = _version is { IsRelease: false } ? VersionLine.Patch : line;
            _keepLast = keepLast;
            _problem = _version is null ? $"{release}, which is to supersede others, is not a version"
                : !scope.Repository.Tags.Any(tag => tag.Tag == release && tag.Digest is not null) ? $"{release}, which is to supersede it, is not there"
                : null;
            _candidates = _problem is not null ? [] : [.. scope.Repository.Tags
                .Where(tag => tag.Version is { } version && version.IsRelease == _version!.IsRelease && IsOfLine(version) && !_version.IsOlderThan(version))
                .Select(tag => tag.Version!)
                .DistinctBy(version => version.Version)
                .OrderDescending()];
        }

        public LineVerdict Judge(TagVersion version)
        {
            if (_problem is not null)
                return new(Weight.Kept, Verdict.Keep(_problem));
            if (!IsOfLine(version))
                return new(Weight.OtherLine, Verdict.Keep($"not of the line {LineName} of {_release}"));
            if (_version!.IsOlderThan(version))
                return new(Weight.Newer, Verdict.Keep($"newer than {_release}"));
            if (!version.IsOlderThan(_version))
                return new(Weight.Kept, Verdict.Keep($"it is {_release} itself"));
            var rank = _keepLast is null ? -1 : _candidates.FindIndex(candidate => candidate.Version == version.Version) + 1;
            return rank > 0 && rank <= _keepLast
                ? new(Weight.Kept, Verdict.Keep($"{Words.Ordinal(rank)} of the last {_keepLast} {Unit} of {LineName}"))
                : new(Weight.Superseded, Verdict.Leave($"superseded by {_release}"));
        }

        private string LineName => _version!.LineOf(_line);

        private string Unit => _line == VersionLine.Minor ? "patches" : _version!.IsRelease ? "releases" : "pre-releases";

        private bool IsOfLine(TagVersion version) => version.LineOf(_line) == _version!.LineOf(_line);
    }
}

/// <summary>
/// So many of the newest versions stay, of each variant by itself. A pre-release stays until a release of its variant and its major is
/// newer, while that major stays, or where it is newer than every release; what is no version stays.
/// </summary>
internal sealed class VersionsRule(VersionCounts counts) : IRetentionRule
{
    private static readonly Verdict s_noVersion = Verdict.Keep("it is not a version");
    private static readonly Verdict s_unreleased = Verdict.Keep("newer than every release");
    private static readonly Verdict s_released = Verdict.Leave("a pre-release, and a newer release is there");

    public IReadOnlyList<Verdict> Judge(RuleScope scope)
    {
        var variants = scope.Tags.Where(tag => tag.Facts.Version is not null).GroupBy(tag => tag.Facts.Version!.Variant, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => new Variant(group.Select(tag => tag.Facts.Version!), counts), StringComparer.Ordinal);
        return scope.Each(tag => tag.Facts.Version is { } version ? variants[version.Variant].Judge(version) : s_noVersion);
    }

    private sealed class Variant
    {
        private readonly VersionCounts _counts;
        private readonly Dictionary<string, int> _ranks = new(StringComparer.Ordinal);
        private readonly TagVersion? _newest;
        private readonly Dictionary<string, TagVersion> _newestOfMajors;

        public Variant(IEnumerable<TagVersion> versions, VersionCounts counts)
        {
            _counts = counts;
            var releases = versions.Where(version => version.IsRelease).OrderDescending().ToList();
            _newest = releases.FirstOrDefault();
            _newestOfMajors = releases.DistinctBy(version => version.LineOf(VersionLine.Major)).ToDictionary(version => version.LineOf(VersionLine.Major), StringComparer.Ordinal);
            var found = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var version in releases)
            {
                Rank("", version.LineOf(VersionLine.Major));
                Rank(version.LineOf(VersionLine.Major), version.LineOf(VersionLine.Minor));
                Rank(version.LineOf(VersionLine.Minor), version.LineOf(VersionLine.Patch));
            }

            // The newest line in another is its first.
            void Rank(string parent, string line)
            {
                if (!_ranks.ContainsKey(line))
                    _ranks[line] = found[parent] = found.GetValueOrDefault(parent) + 1;
            }
        }

        public Verdict Judge(TagVersion version)
        {
            if (!version.IsRelease)
                return JudgePreRelease(version);
            return Over(VersionLine.Major, _counts.Major, "majors", version)
                ?? Over(VersionLine.Minor, _counts.Minor, "minors", version)
                ?? Over(VersionLine.Patch, _counts.Patch, "patches", version)
                ?? Verdict.Keep(Kept(version));
        }

        private Verdict JudgePreRelease(TagVersion version)
        {
            if (_newest is null || _newest.IsOlderThan(version))
                return s_unreleased;
            var major = version.LineOf(VersionLine.Major);
            return !_newestOfMajors.TryGetValue(major, out var newest) || version.IsOlderThan(newest)
                ? s_released
                : Over(VersionLine.Major, _counts.Major, "majors", version) ?? Verdict.Keep($"newer than every release of {major}");
        }

        private Verdict? Over(VersionLine line, int? count, string unit, TagVersion version) => RankOf(line, version) > count
            ? Verdict.Leave(line == VersionLine.Major ? $"{version.LineOf(line)} is not among the last {count} {unit}" : $"{version.LineOf(line)} is not among the last {count} {unit} of {version.LineOf(line - 1)}")
            : null;

        private string Kept(TagVersion version)
        {
            (VersionLine Line, int? Count, string Unit)[] levels = [(VersionLine.Patch, _counts.Patch, "patches"), (VersionLine.Minor, _counts.Minor, "minors"), (VersionLine.Major, _counts.Major, "majors")];
            return string.Join(", ", levels.Where(level => level.Count is not null).Select(level =>
                $"{Words.Ordinal(RankOf(level.Line, version))} of the last {level.Count} {level.Unit}" + (level.Line == VersionLine.Major ? "" : $" of {version.LineOf(level.Line - 1)}")));
        }

        private int RankOf(VersionLine line, TagVersion version) => _ranks[version.LineOf(line)];
    }
}
