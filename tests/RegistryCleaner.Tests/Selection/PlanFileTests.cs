using System.Text.Json.Nodes;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Tests.Selection;

/// <summary>A plan is written by a dry run, reviewed, and applied: exactly that, and nothing else.</summary>
public sealed class PlanFileTests : IDisposable
{
    private readonly SelectionScene _scene = new();

    public PlanFileTests()
    {
        _scene.Push("team/app", "1.4.0", 30);
        _scene.Push("team/app", "1.4.1", 20);
        _scene.Push("team/app", "1.4.2", 1);
        _scene.Push("team/tool", "main", 1);
        _scene.Push("team/tool", "pr-1", 90);
        _scene.Push("team/gone", "1", 90);
    }

    private string Plan => _scene.Path("plan.json");

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task A_plan_that_is_applied_removes_what_it_says_and_a_second_time_nothing()
    {
        var before = _scene.Oracle.Content(withWorkDirectory: true);
        (await MakeAsync("--images", "team/app", "team/tool", "--older-than", "10d")).ShouldBe(0);
        _scene.Oracle.Content(withWorkDirectory: true).ShouldBe(before);

        var dry = await _scene.RunAsync("--plan", Plan, "--dry-run");
        dry.ExitCode.ShouldBe(0);
        _scene.Oracle.Content(withWorkDirectory: true).ShouldBe(before);
        var (exitCode, output, _) = await _scene.RunAsync("--plan", Plan);
        exitCode.ShouldBe(0);

        output.ShouldContain("older than 10d");
        _scene.Left.ShouldBe(["team/app:1.4.2", "team/gone:1", "team/tool:main"]);
        _scene.Oracle.BrokenTags.ShouldBeEmpty();
        var again = await _scene.RunAsync("--plan", Plan);
        again.ExitCode.ShouldBe(0);
        again.Output.ShouldContain("Removed 0 tags");
        _scene.Left.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Two_plans_differ_only_in_the_time_and_their_twins_not_at_all()
    {
        await MakeAsync("--images", "team/*", "--older-than", "10d");
        var (first, twin) = (File.ReadAllLines(Plan), File.ReadAllText(_scene.Path("plan.md")));
        await MakeAsync("--images", "team/*", "--older-than", "10d");
        var second = File.ReadAllLines(Plan);

        second.Length.ShouldBe(first.Length);
        first.Zip(second).Where(pair => pair.First != pair.Second).ShouldAllBe(pair => pair.First.Contains("\"made\"", StringComparison.Ordinal));
        File.ReadAllText(_scene.Path("plan.md")).ShouldBe(twin);
        twin.ShouldContain("| **remove** | `1.4.0` |");
        twin.ShouldContain("| keep | `1.4.2` |");
    }

    [Fact]
    public async Task Other_rules_have_another_digest()
    {
        await MakeAsync("--images", "team/*", "--older-than", "10d");
        var one = Read()["policy"]!.ToString();
        await MakeAsync("--images", "team/*", "--older-than", "11d");
        Read()["policy"]!.ToString().ShouldNotBe(one);

        await MakeAsync("--images", "team/*", "--expired");
        var expired = Read()["policy"]!.ToString();
        await MakeAsync("--images", "team/*", "--expired", "--expires-annotation", "until");
        Read()["policy"]!.ToString().ShouldNotBe(expired);
    }

    [Fact]
    public async Task A_tag_that_moved_since_stays_and_is_reported_and_the_rest_is_done()
    {
        await MakeAsync("--images", "team/app", "team/tool", "--older-than", "10d");
        _scene.Store.Tag("team/app", "1.4.0", _scene.Image("team/app", "hotfix", 0));

        var (exitCode, _, error) = await _scene.RunAsync("--plan", Plan);

        exitCode.ShouldBe(5);
        error.ShouldContain("team/app:1.4.0 was pushed to since the plan was made, and stays");
        _scene.Left.ShouldBe(["team/app:1.4.0", "team/app:1.4.2", "team/gone:1", "team/tool:main"]);
        _scene.Oracle.BrokenTags.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_pushed_again_with_the_same_image_stays_too()
    {
        var untagged = _scene.Image("team/app", "untagged", 90);
        TestKit.StoreBuilder.Age(_scene.Store.FullPath(StoreLayout.RevisionLink(RepositoryName.Parse("team/app"), untagged)), TimeSpan.FromDays(90));
        await MakeAsync("--images", "team/app", "team/tool", "--older-than", "10d", "--untagged");
        _scene.Store.Tag("team/app", "1.4.0", Digest.Parse(_scene.Oracle.Tags["team/app:1.4.0"]));
        _scene.Store.WriteLink(StoreLayout.RevisionLink(RepositoryName.Parse("team/app"), untagged), untagged);

        var (exitCode, _, error) = await _scene.RunAsync("--plan", Plan);

        exitCode.ShouldBe(5);
        error.ShouldContain("team/app:1.4.0 was pushed again since the plan was made, and stays");
        error.ShouldContain($"team/app@{untagged} was pushed again since the plan was made, and stays");
        _scene.Left.ShouldBe(["team/app:1.4.0", "team/app:1.4.2", "team/gone:1", "team/tool:main"]);
        _scene.Revisions("team/app").ShouldContain(untagged);
    }

    [Theory]
    [InlineData("--protect", "team/app:1.4.0")]
    [InlineData("--protect-file", "FILE")]
    [InlineData("--in-use", "FILE")]
    public async Task What_is_protected_or_in_use_by_now_stays(string parameter, string value)
    {
        await MakeAsync("--images", "team/app", "team/tool", "--older-than", "10d");
        string[] words = ["--plan", Plan, parameter, value.Replace("FILE", _scene.Written("file", parameter == "--in-use" ? "image: team/app:1.4.0" : "team/app:1.4.0"), StringComparison.Ordinal)];

        (await _scene.RunAsync([.. words, "--dry-run"])).ExitCode.ShouldBe(5);
        var (exitCode, _, error) = await _scene.RunAsync(words);

        exitCode.ShouldBe(5);
        error.ShouldContain("team/app:1.4.0 stays, other than planned: ");
        _scene.Left.ShouldBe(["team/app:1.4.0", "team/app:1.4.2", "team/gone:1", "team/tool:main"]);
    }

    [Theory]
    [InlineData(true, "team/tool:pr-*")]
    [InlineData(true, "team/tool:pr-*", "--older-than", "10d")]
    // Whoever names both means both.
    [InlineData(false, "team/tool:pr-1", "team/tool:pr-2")]
    [InlineData(false, "team/tool:pr-1", "team/tool:pr-2", "--older-than", "10d")]
    public async Task What_is_the_last_tag_of_its_repository_by_now_stays_unless_it_was_named(bool stays, params string[] images)
    {
        _scene.Push("team/tool", "pr-2", 80);
        await MakeAsync(["--images", .. images]);
        Remove("team/tool", "main");

        var (exitCode, _, error) = await _scene.RunAsync("--plan", Plan);

        exitCode.ShouldBe(stays ? 5 : 0, error);
        error.Contains("team/tool:pr-2 stays, other than planned: the newest tag of its repository", StringComparison.Ordinal).ShouldBe(stays);
        _scene.Left.Where(tag => tag.StartsWith("team/tool", StringComparison.Ordinal)).ShouldBe(stays ? ["team/tool:pr-2"] : []);
    }

    [Fact]
    public async Task Of_a_repository_in_which_something_cannot_be_read_by_now_nothing_goes_that_rules_took()
    {
        var untagged = _scene.Image("team/tool", "untagged", 90);
        TestKit.StoreBuilder.Age(_scene.Store.FullPath(StoreLayout.RevisionLink(RepositoryName.Parse("team/tool"), untagged)), TimeSpan.FromDays(90));
        await MakeAsync("--images", "team/app", "team/tool", "--older-than", "10d", "--untagged");
        _scene.Store.Tag("team/tool", "broken", _scene.Store.Manifest("team/tool", "{\"schemaVersion\":2,\"broken\":"));

        var (exitCode, _, error) = await _scene.RunAsync("--plan", Plan);

        exitCode.ShouldBe(5);
        error.ShouldContain("team/tool:pr-1 stays, other than planned: not everything in its repository can be read: ");
        error.ShouldContain($"team/tool@{untagged} stays, other than planned: not everything in its repository can be read: ");
        _scene.Left.ShouldContain("team/tool:pr-1");
        _scene.Left.ShouldNotContain("team/app:1.4.0");
        _scene.Revisions("team/tool").ShouldContain(untagged);
    }

    [Theory]
    [InlineData(true, "team/app", "--older-than", "10d")]
    [InlineData(true, "team/app:1.4.0*")]
    [InlineData(false, "team/app:1.4.0")]
    [InlineData(false, "team/app:1.4.0", "--older-than", "10d")]
    public async Task What_latest_points_to_by_now_stays_unless_it_was_named(bool stays, params string[] images)
    {
        await MakeAsync(["--images", .. images]);
        _scene.Store.Tag("team/app", "latest", Digest.Parse(_scene.Oracle.Tags["team/app:1.4.0"]));

        var (exitCode, _, error) = await _scene.RunAsync("--plan", Plan);

        exitCode.ShouldBe(stays ? 5 : 0, error);
        error.Contains("team/app:1.4.0 stays, other than planned: the same image as team/app:latest", StringComparison.Ordinal).ShouldBe(stays);
        _scene.Left.Contains("team/app:1.4.0").ShouldBe(stays);
        _scene.Oracle.BrokenTags.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_empty_repository_that_is_planned_goes()
    {
        Directory.CreateDirectory(_scene.Store.FullPath("v2/repositories/team/empty/_manifests/tags"));
        await MakeAsync("--images", "team/empty", "team/tool:pr-1");

        var (exitCode, output, _) = await _scene.RunAsync("--plan", Plan);

        exitCode.ShouldBe(0);
        output.ShouldContain("team/empty");
        _scene.Store.Has("v2/repositories/team/empty").ShouldBeFalse();
        (await _scene.RunAsync("--plan", Plan)).ExitCode.ShouldBe(0);
    }

    [Theory]
    [InlineData("an upload")]
    [InlineData("a layer")]
    [InlineData("a manifest")]
    [InlineData("a tag")]
    public async Task But_not_with_what_was_begun_to_be_pushed_since(string what)
    {
        Directory.CreateDirectory(_scene.Store.FullPath("v2/repositories/team/empty/_manifests/tags"));
        await MakeAsync("--images", "team/empty", "team/tool:pr-1");
        if (what == "an upload")
            Directory.CreateDirectory(_scene.Store.FullPath("v2/repositories/team/empty/_uploads/0c3b4a5e-0000-0000-0000-000000000000"));
        else if (what == "a layer")
            _scene.Store.Layer("team/empty", "new");
        else if (what == "a manifest")
            _scene.Image("team/empty", "new", 0);
        else
            _scene.Push("team/empty", "new", 0);

        var (exitCode, _, error) = await _scene.RunAsync("--plan", Plan);

        exitCode.ShouldBe(5, error);
        error.ShouldContain("team/empty");
        _scene.Store.Has("v2/repositories/team/empty").ShouldBeTrue();
        _scene.Left.ShouldNotContain("team/tool:pr-1");
        _scene.Oracle.BrokenTags.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_repository_that_is_planned_and_stays_is_said()
    {
        // Where the tag points cannot be read, so that no plan holds it.
        _scene.Push("team/gone", "2", 90);
        File.WriteAllText(_scene.Store.FullPath(StoreLayout.TagLink(RepositoryName.Parse("team/gone"), Tag.Parse("2"))), "nothing");
        await MakeAsync("--images", "team/gone");

        var (exitCode, _, error) = await _scene.RunAsync("--plan", Plan);

        exitCode.ShouldBe(5);
        error.ShouldContain("team/gone stays, other than planned: one tag stays");
        _scene.Store.Has("v2/repositories/team/gone").ShouldBeTrue();
    }

    [Fact]
    public async Task A_limit_is_one_of_what_was_in_scope()
    {
        _scene.Push("team/app", "pr-1", 90);
        _scene.Push("team/app", "pr-2", 90);
        _scene.Push("team/app", "main", 1);
        await MakeAsync("--images", "team/app:pr-*");
        await ShouldBeRefusedAsync("2 of 2 tags in scope", "--plan", Plan, "--max-delete", "50%");

        await MakeAsync("--images", "team/app:pr-*", "team/app:1.4.0");
        await ShouldBeRefusedAsync("2 of 2 tags in scope", "--plan", Plan, "--max-delete", "50%");

        await MakeAsync("--images", "team/app:pr-1");
        (await _scene.RunAsync("--plan", Plan, "--max-delete", "1%")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task And_a_share_one_of_its_bytes()
    {
        _scene.Push("big/app", "old", 90, size: 1 << 20);
        for (var i = 0; i < 8; i++)
            _scene.Push("big/app", $"new-{i}", 1, size: 100);
        await MakeAsync("--images", "big/app", "--older-than", "25d");

        await ShouldBeRefusedAsync("bytes in scope", "--plan", Plan, "--max-delete", "50%");
    }

    [Fact]
    public async Task A_tag_that_appeared_since_stays_with_its_repository()
    {
        await MakeAsync("--images", "team/gone");
        _scene.Push("team/gone", "2", 90);

        var (exitCode, _, error) = await _scene.RunAsync("--plan", Plan);

        exitCode.ShouldBe(5);
        error.ShouldContain("team/gone stays, other than planned: one tag stays");
        _scene.Left.ShouldContain("team/gone:2");
        _scene.Left.ShouldNotContain("team/gone:1");
    }

    [Fact]
    public async Task A_whole_repository_goes_with_what_has_no_tag()
    {
        var untagged = _scene.Image("team/gone", "untagged", 90);
        StoreAge();

        await MakeAsync("--images", "team/gone");
        (await _scene.RunAsync("--plan", Plan)).ExitCode.ShouldBe(0);

        _scene.Store.Has("v2/repositories/team/gone").ShouldBeFalse();
        _scene.Store.Has(StoreLayout.BlobData(untagged)).ShouldBeFalse();
    }

    [Fact]
    public async Task Of_a_repository_of_which_more_would_go_by_now_nothing_does()
    {
        // The tag that kept the image of 1.4.0 when the plan was made is gone when it is applied.
        var image = Digest.Parse(_scene.Oracle.Tags["team/app:1.4.0"]);
        _scene.Store.Tag("team/app", "stable", image);
        await MakeAsync("--images", "team/app:1.4.0", "team/tool:pr-1");
        Remove("team/app", "stable");

        var (exitCode, _, error) = await _scene.RunAsync("--plan", Plan);

        exitCode.ShouldBe(5);
        error.ShouldContain($"nothing of team/app was removed: with what is planned, {image} would go by now, too");
        _scene.Left.ShouldContain("team/app:1.4.0");
        _scene.Left.ShouldNotContain("team/tool:pr-1");
    }

    [Fact]
    public async Task A_plan_for_another_store_is_refused()
    {
        await MakeAsync("--images", "team/app", "--older-than", "10d");
        Directory.SetLastWriteTimeUtc(_scene.Store.FullPath(StoreLayout.Version2), DateTime.UtcNow - TimeSpan.FromDays(400));

        await ShouldBeRefusedAsync("another store", "--plan", Plan);
    }

    [Fact]
    public async Task A_plan_that_is_too_old_is_refused()
    {
        await MakeAsync("--images", "team/app", "--older-than", "10d");
        Change("made", DateTimeOffset.UtcNow - TimeSpan.FromDays(8));
        await ShouldBeRefusedAsync("within 7d", "--plan", Plan);

        (await _scene.RunAsync("--plan", Plan, "--plan-max-age", "9d")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_plan_of_tomorrow_is_refused()
    {
        await MakeAsync("--images", "team/app", "--older-than", "10d");
        Change("made", DateTimeOffset.UtcNow + TimeSpan.FromDays(1));

        await ShouldBeRefusedAsync("within 7d", "--plan", Plan);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("version", 2)]
    [InlineData("surprise", 1)]
    [InlineData("repositories", null)]
    [InlineData("repositories", "[{\"name\":\"Team\",\"removed\":false,\"tags\":[],\"manifests\":[]}]")]
    [InlineData("repositories", "[{\"name\":\"team/app\",\"removed\":false,\"tags\":[{\"tag\":\"1\",\"digest\":null,\"inScope\":true,\"named\":false,\"removed\":true,\"reason\":\"\"}],\"manifests\":[]}]")]
    [InlineData("repositories", "[{\"name\":\"team/app\",\"removed\":false,\"tags\":[{\"tag\":\"1\"}],\"manifests\":[]}]")]
    [InlineData("repositories", "[{\"name\":\"team/app\",\"removed\":false,\"tags\":[],\"manifests\":[]},{\"name\":\"team/app\",\"removed\":false,\"tags\":[],\"manifests\":[]}]")]
    [InlineData("repositories", "[{\"name\":\"team/app\",\"removed\":false,\"tags\":[{\"tag\":\"1\",\"digest\":null,\"inScope\":true,\"named\":false,\"removed\":false,\"reason\":\"\"},{\"tag\":\"1\",\"digest\":null,\"inScope\":true,\"named\":false,\"removed\":false,\"reason\":\"\"}],\"manifests\":[]}]")]
    public async Task What_is_no_plan_ends_it_with_2(string member, object? value = null)
    {
        await MakeAsync("--images", "team/app", "--older-than", "10d");
        if (member is "" or "{}" or "null")
            File.WriteAllText(Plan, member);
        else
            Change(member, value is string text ? JsonNode.Parse(text) : JsonValue.Create(value as int?));
        var before = _scene.Oracle.Content(withWorkDirectory: true);

        var (exitCode, _, error) = await _scene.RunAsync("--plan", Plan);

        exitCode.ShouldBe(2);
        error.ShouldContain("is not a plan");
        _scene.Oracle.Content(withWorkDirectory: true).ShouldBe(before);
    }

    [Theory]
    [InlineData("--images", "team/app")]
    [InlineData("--older-than", "1d")]
    [InlineData("--line", "major")]
    [InlineData("--policy", "policy.yml")]
    public async Task Beside_a_plan_nothing_else_is_taken(params string[] words)
    {
        await MakeAsync("--images", "team/app", "--older-than", "10d");

        (await _scene.RunAsync(["--plan", Plan, .. words])).ExitCode.ShouldBe(2);

        _scene.Left.Count.ShouldBe(6);
    }

    [Fact]
    public async Task Only_a_dry_run_writes_a_plan()
    {
        (await _scene.RunAsync("--images", "team/app:1.4.0", "--plan-out", Plan)).ExitCode.ShouldBe(2);

        _scene.Left.Count.ShouldBe(6);
        File.Exists(Plan).ShouldBeFalse();
    }

    [Theory]
    [InlineData("plan.json", "plan.md")]
    [InlineData("plan-1.4.2", "plan-1.4.2.md")]
    [InlineData("plan.txt", "plan.txt.md")]
    public async Task The_twin_lies_beside_the_plan(string name, string twin)
    {
        (await _scene.RunAsync("--images", "team/app:1.4.0", "--dry-run", "--plan-out", _scene.Path(name))).ExitCode.ShouldBe(0);

        File.ReadAllText(_scene.Path(twin)).ShouldStartWith("# What would be removed");
        (await _scene.RunAsync("--plan", _scene.Path(name))).ExitCode.ShouldBe(0);
        _scene.Left.ShouldNotContain("team/app:1.4.0");
    }

    [Theory]
    [InlineData("plan.md")]
    [InlineData("plan.MD")]
    public async Task A_plan_of_the_name_of_a_twin_is_refused(string name)
    {
        var (exitCode, _, error) = await _scene.RunAsync("--images", "team/app:1.4.0", "--dry-run", "--plan-out", _scene.Path(name));

        exitCode.ShouldBe(2);
        error.ShouldContain("--plan-out");
        File.Exists(_scene.Path(name)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_plan_is_what_its_schema_says()
    {
        _scene.Image("team/app", "untagged", 90);
        StoreAge();
        await MakeAsync("--images", "team/*", "--older-than", "10d", "--untagged");

        Schemas.Errors("plan", Read()).ShouldBeEmpty();
        var changed = Read();
        changed["repositories"]![0]!["tags"]!.AsArray().First(tag => tag!["removed"]!.GetValue<bool>())!["digest"] = null;
        Schemas.Errors("plan", changed).ShouldNotBeEmpty();
    }

    private async Task<int> MakeAsync(params string[] words) => (await _scene.RunAsync([.. words, "--dry-run", "--plan-out", Plan])).ExitCode;

    private void Remove(string repository, string tag) =>
        Directory.Delete(_scene.Store.FullPath(StoreLayout.Tag(RepositoryName.Parse(repository), Tag.Parse(tag))), recursive: true);

    private void StoreAge()
    {
        foreach (var directory in Directory.GetDirectories(_scene.Store.FullPath(StoreLayout.Repositories), "_*", SearchOption.AllDirectories).Where(directory => !directory.EndsWith("tags", StringComparison.Ordinal)))
            TestKit.StoreBuilder.Age(directory, TimeSpan.FromDays(90));
    }

    private JsonNode Read() => JsonNode.Parse(File.ReadAllText(Plan))!;

    private void Change(string member, JsonNode? value)
    {
        var plan = Read();
        plan[member] = value;
        File.WriteAllText(Plan, plan.ToJsonString());
    }

    private async Task ShouldBeRefusedAsync(string reason, params string[] words)
    {
        var before = _scene.Oracle.Content();
        var (exitCode, _, error) = await _scene.RunAsync(words);

        exitCode.ShouldBe(4);
        error.ShouldContain(reason);
        _scene.Oracle.Content().ShouldBe(before);
    }
}
