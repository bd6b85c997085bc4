using System.Text.Json.Nodes;
using RegistryCleaner.Pruning;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;

namespace RegistryCleaner.Tests.Pruning;

/// <summary>A journal says what may be deleted: one that was cut off or meddled with is no journal.</summary>
public class JournalTests
{
    public static TheoryData<string> Tampered { get; } =
    [
        "", "{", "null", "[]", "\"\"", "{}", "garbage", "\0\0\0\0", "{\"version\":1}",
        "{\"version\":4,\"verb\":\"CleanImages\",\"runId\":\"RUN\",\"repositories\":null}",
        "{\"version\":4,\"verb\":\"CleanImages\",\"runId\":\"RUN\",\"repositories\":[null]}",
        "{\"version\":3,\"verb\":\"CleanImages\",\"runId\":\"RUN\",\"isFull\":false,\"leavesNoRepositories\":true,\"leftovers\":[],\"directories\":[],\"trashRetention\":0,\"blobs\":[],\"repositories\":[]}",
        "{\"version\":4,\"verb\":\"CleanImages\",\"runId\":\"another\",\"repositories\":[]}",
        "{\"version\":4,\"verb\":\"CleanImages\",\"runId\":null,\"repositories\":[]}",
        OneRepository("\"name\":null"),
        OneRepository("\"name\":\"..\""),
        OneRepository("\"name\":\"team/../other\""),
        OneRepository("\"name\":\"/etc\""),
        OneRepository("\"name\":\"\""),
        OneRepository("\"tags\":null"),
        OneRepository("\"tags\":[null]"),
        OneRepository("\"tags\":[{}]"),
        OneRepository("\"tags\":[{\"tag\":null}]"),
        OneRepository("\"tags\":[{\"tag\":\"..\",\"digest\":null}]"),
        OneRepository("\"tags\":[{\"tag\":\"../../../../other\",\"digest\":null}]"),
        OneRepository("\"manifests\":null"),
        OneRepository("\"manifests\":[null]"),
        OneRepository("\"manifests\":[{\"name\":\"../../x\",\"modified\":1}]"),
        OneRepository("\"manifests\":[{\"name\":\"sha256:..\",\"modified\":1}]"),
        OneRepository("\"layers\":null"),
        OneRepository("\"layers\":[null]"),
        OneRepository("\"layers\":[{\"name\":\"\",\"modified\":1}]"),
        OneRepository("\"layers\":[{\"name\":\"v2/repositories/other/_layers/sha256/x/link\",\"modified\":1}]"),
        OneRepository("\"layers\":[{\"name\":\"v2/repositories/team/app/_layers/sha256/../../link\",\"modified\":1}]"),
        OneRepository("\"layers\":[{\"name\":\"v2/repositories/team/app/_layers/sha256/../link\",\"modified\":1}]"),
        OneRepository("\"layers\":[{\"name\":\"v2/repositories/team/app/_manifests/tags/1.1\",\"modified\":1}]"),
        OneRepository("\"removed\":null"),
        OneRepository("\"manifests\":[{\"modified\":1}]"),
        "{\"version\":4,\"verb\":\"CleanImages\",\"runId\":\"RUN\",\"blobs\":[null],\"repositories\":[]}",
        "{\"version\":4,\"verb\":\"CleanImages\",\"runId\":\"RUN\",\"blobs\":[\"sha256:..\"],\"repositories\":[]}",
        "{\"version\":4,\"verb\":\"CleanImages\",\"runId\":\"RUN\",\"repositories\":[]}",
        "{\"version\":4,\"verb\":\"CleanImages\",\"runId\":\"RUN\",\"blobs\":[],\"repositories\":[" + Repository("\"x\":1") + "," + Repository("\"x\":1") + "]}",
    ];

    [Fact]
    public async Task What_is_named_later_sorts_later_and_says_the_same_time()
    {
        using var scene = new PruneScene();
        var plan = await PruneScene.PlanAsync(scene.Files, "team/app:1.0");
        var now = DateTimeOffset.UtcNow;

        List<string> runs = [.. Enumerable.Range(0, 100).Select(_ => PruneJournal.Of(plan, now, TimeSpan.Zero).RunId)];

        runs.ShouldBe(runs.Order(StringComparer.Ordinal));
        runs.ShouldBeUnique();
        runs.ShouldAllBe(run => System.Text.RegularExpressions.Regex.IsMatch(run, "^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}$"));
        (PruneJournal.TimeOf(runs[0])!.Value - now).Duration().ShouldBeLessThan(TimeSpan.FromSeconds(2));
    }

    [Theory]
    [MemberData(nameof(Tampered))]
    public async Task What_a_run_took_away_goes_back_where_its_journal_is_no_journal(string journal)
    {
        using var scene = new PruneScene();
        var before = scene.Oracle.Content();
        var path = await TakeEverythingAndDieAsync(scene);
        scene.Oracle.Tags.Keys.ShouldNotContain("team/app:1.0");
        await File.WriteAllTextAsync(path, journal.Replace("RUN", RunId(path), StringComparison.Ordinal));

        var outcome = await PruneScene.RunAsync(scene.Files);

        outcome.Failures.ShouldBeEmpty();
        outcome.Notes.ShouldNotBeEmpty();
        WithoutEmptyDirectories(scene.Oracle.Content()).ShouldBe(WithoutEmptyDirectories(before));
        File.Exists(path).ShouldBeFalse();
    }

    [Fact]
    public async Task A_lost_journal_is_as_good_as_one_that_cannot_be_read()
    {
        using var scene = new PruneScene();
        var before = scene.Oracle.Content();
        File.Delete(await TakeEverythingAndDieAsync(scene));

        await PruneScene.RunAsync(scene.Files);

        WithoutEmptyDirectories(scene.Oracle.Content()).ShouldBe(WithoutEmptyDirectories(before));
    }

    [Fact]
    public async Task What_goes_back_never_replaces_what_was_pushed_meanwhile()
    {
        using var scene = new PruneScene();
        var path = await TakeEverythingAndDieAsync(scene);
        await File.WriteAllTextAsync(path, "");
        var pushed = scene.Store.Tag("team/app", "1.0", scene.Store.Image("team/app", "new", scene.Store.Layer("team/app", "new")));

        await PruneScene.RunAsync(scene.Files);

        scene.Oracle.Tags["team/app:1.0"].ShouldBe(pushed.ToString());
        scene.Oracle.BrokenTags.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_run_killed_while_it_puts_everything_back_leaves_no_tag_without_its_image()
    {
        for (var point = 0; ; point += Density.OneIn(5))
        {
            using var scene = new PruneScene();
            await File.WriteAllTextAsync(await TakeEverythingAndDieAsync(scene), "");
            var count = 0;
            var killed = false;
            try
            {
                await PruneScene.RunAsync(new StoreFilesDecorator(scene.Files, _ => killed = count++ == point ? throw new OperationCanceledException() : false));
            }
            catch (OperationCanceledException)
            {
                killed = true;
            }

            scene.Oracle.BrokenTags.ShouldBeEmpty($"killed at point {point}");
            if (!killed)
                break;
        }
    }

    [Fact]
    public void A_journal_is_read_as_it_was_written()
    {
        var journal = new PruneJournal
        {
            Version = PruneJournal.CurrentVersion,
            RunId = "run",
            Verb = "CleanImages",
            Repositories = [new JournalRepository { Name = "a", Removed = true, AskedFor = false, Tags = [new JournalTag("1", null)], ReferrerTags = [], Manifests = [], Layers = [] }],
            Blobs = [],
            IsFull = true,
            LeavesNoRepositories = false,
            Leftovers = [new JournalLink("v2/repositories/a/_uploads/1", 7)],
            Directories = ["v2/blobs/sha256/00/00"],
            TrashRetention = 604800,
        };

        PruneJournal.FromJson(journal.ToJson(), "run")!.ToJson().ShouldBe(journal.ToJson());
        PruneJournal.FromJson(journal.ToJson(), "another").ShouldBeNull();
    }

    private static string OneRepository(string member) => $"{{\"version\":{PruneJournal.CurrentVersion},\"verb\":\"CleanImages\",\"runId\":\"RUN\",\"isFull\":false,\"leavesNoRepositories\":true,\"leftovers\":[],\"directories\":[],\"trashRetention\":0,\"blobs\":[],\"repositories\":[{Repository(member)}]}}";

    private static string Repository(string member)
    {
        var repository = JsonNode.Parse("""{"name":"team/app","removed":false,"askedFor":false,"tags":[],"referrerTags":[],"manifests":[],"layers":[]}""")!.AsObject();
        foreach (var (name, value) in JsonNode.Parse($"{{{member}}}")!.AsObject())
            repository[name] = value?.DeepClone();
        return repository.ToJsonString();
    }

    // Killed just before its second look, when all that goes is in the trash.
    private static async Task<string> TakeEverythingAndDieAsync(PruneScene scene)
    {
        await Should.ThrowAsync<OperationCanceledException>(() => scene.ApplyAsync(files => new StoreFilesDecorator(files, where =>
        {
            if (where.StartsWith("rmdir", StringComparison.Ordinal))
                throw new OperationCanceledException();
        })));
        return Directory.GetFiles(scene.Store.FullPath(StoreLayout.Trash), "journal.json", SearchOption.AllDirectories).ShouldHaveSingleItem();
    }

    private static string RunId(string journal) => Path.GetFileName(Path.GetDirectoryName(journal)!);

    private static SortedDictionary<string, string> WithoutEmptyDirectories(SortedDictionary<string, string> content) =>
        new(content.Where(pair => pair.Value != "directory").ToDictionary(), StringComparer.Ordinal);
}
