using System.Globalization;
using BenchmarkDotNet.Attributes;
using RegistryCleaner.Manifests;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Selection;
using RegistryCleaner.Store;

namespace RegistryCleaner.Benchmarks.Parts;

/// <summary>Deciding about a million tags in memory: a thousand repositories of a thousand tags each, versions and branches.</summary>
[MemoryDiagnoser]
public class SelectionBenchmarks
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private readonly List<RepositoryFacts> _repositories = [];
    private StoreSnapshot _snapshot = null!;

    [Params(1000)]
    public int Repositories { get; set; }

    [Params(1000)]
    public int Tags { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _repositories.AddRange(Enumerable.Range(0, Repositories).Select(repository => new RepositoryFacts
        {
            Name = RepositoryName.Parse(string.Create(CultureInfo.InvariantCulture, $"team{repository % 10}/app{repository}")),
            Tags = [.. Enumerable.Range(0, Tags).Select(tag => FactsOf(repository, tag))],
        }));
        _snapshot = new StoreSnapshot(
            _repositories.ToDictionary(repository => repository.Name, SnapshotOf),
            new HashSet<RepositoryName>(),
            _repositories.SelectMany(repository => repository.Tags).Select(tag => tag.Digest!.Value).Distinct().ToDictionary(digest => digest, ManifestOf));
    }

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
    public int BySuperseding() => Removed(Superseding());

    /// <summary>The same, and the plan of what goes with it.</summary>
    [Benchmark]
    public int PlanBySuperseding()
    {
        var selection = Select(Superseding());
        return selection.Explain(PrunePlanner.Plan(new PruneRequest([.. selection.Images], KeepEmpty: false, s_now), _snapshot)).Repositories.Sum(repository => repository.Manifests.Length);
    }

    private RetentionRules Superseding() => new()
    {
        SupersededBy = [.. _repositories.Select(repository => ImageSelector.Parse($"{repository.Name}:4.9.8"))],
        Line = VersionLine.Major,
        KeepLast = 3,
    };

    private int Removed(RetentionRules rules) => Select(rules).TagsRemoved;

    private ImageSelection Select(RetentionRules rules) => ImageSelecting.Select(
        new SelectionRequest([new ScopedRules([ImagePattern.Parse("team?/**")], rules)], Protection.Default, s_now), _repositories);

    private static RepositorySnapshot SnapshotOf(RepositoryFacts repository) => new()
    {
        Name = repository.Name,
        Tags = repository.Tags.ToDictionary(tag => tag.Tag, tag => Link.To(tag.Digest!.Value)),
        Revisions = repository.Tags.Select(tag => tag.Digest!.Value).Distinct().ToDictionary(digest => digest, Link.To),
        Layers = [],
        Uploads = [],
        Problems = [],
        Directories = [StoreLayout.ManifestsName],
    };

    private static ManifestState ManifestOf(Digest digest) =>
        new(new Manifest(digest, 500, "application/vnd.oci.image.manifest.v1+json", ManifestKind.Image, [], [Digest.OfContent(System.Text.Encoding.ASCII.GetBytes(digest.ToString()))], null), null);

    // Half of them versions, half of them branches; every tenth an alias of the one before.
    private static TagFacts FactsOf(int repository, int tag)
    {
        var name = tag % 2 == 0 ? $"{tag / 100}.{tag / 10 % 10}.{tag % 10}" : $"pr-{tag}";
        var digest = Digest.OfContent(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{repository} {(tag % 10 == 9 ? tag - 1 : tag)}")));
        return new TagFacts(Tag.Parse(name), digest, s_now - TimeSpan.FromHours((1000 - tag) * 6));
    }
}
