using System.Globalization;
using BenchmarkDotNet.Attributes;
using RegistryCleaner.Naming;
using RegistryCleaner.Selection;

namespace RegistryCleaner.Benchmarks.Parts;

/// <summary>Deciding about a million tags in memory: a thousand repositories of a thousand tags each, versions and branches.</summary>
[MemoryDiagnoser]
public class SelectionBenchmarks
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private readonly List<RepositoryFacts> _repositories = [];

    [Params(1000)]
    public int Repositories { get; set; }

    [Params(1000)]
    public int Tags { get; set; }

    [GlobalSetup]
    public void Setup() => _repositories.AddRange(Enumerable.Range(0, Repositories).Select(repository => new RepositoryFacts
    {
        Name = RepositoryName.Parse(string.Create(CultureInfo.InvariantCulture, $"team{repository % 10}/app{repository}")),
        Tags = [.. Enumerable.Range(0, Tags).Select(tag => FactsOf(repository, tag))],
    }));

    /// <summary>The newest of each day, week and month, and the newest versions.</summary>
    [Benchmark]
    public int ByCalendarAndVersions() => Removed(new RetentionRules
    {
        KeepDaily = 7,
        KeepWeekly = 4,
        KeepMonthly = 12,
        KeepVersions = new VersionCounts(2, 3, 5),
    });

    /// <summary>What is old, but not the last few.</summary>
    [Benchmark]
    public int ByAge() => Removed(new RetentionRules { OlderThan = TimeSpan.FromDays(14), KeepLast = 10 });

    /// <summary>What a release supersedes in each repository.</summary>
    [Benchmark]
    public int BySuperseding() => Removed(new RetentionRules
    {
        SupersededBy = [.. _repositories.Select(repository => ImageSelector.Parse($"{repository.Name}:9.0.0"))],
        Line = VersionLine.Major,
        KeepLast = 3,
    });

    private int Removed(RetentionRules rules) => ImageSelecting.Select(
        new SelectionRequest([new ScopedRules([ImagePattern.Parse("team?/**")], rules)], Protection.Default, s_now), _repositories).TagsRemoved;

    // Half of them versions, half of them branches; every tenth an alias of the one before.
    private static TagFacts FactsOf(int repository, int tag)
    {
        var name = tag % 2 == 0 ? $"{tag / 100}.{tag / 10 % 10}.{tag % 10}" : $"pr-{tag}";
        var digest = Digest.OfContent(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{repository} {(tag % 10 == 9 ? tag - 1 : tag)}")));
        return new TagFacts(Tag.Parse(name), digest, s_now - TimeSpan.FromHours((1000 - tag) * 6));
    }
}
