namespace RegistryCleaner.Tests.Selection;

/// <summary>The story of one tag.</summary>
public sealed class ExplainTests : IDisposable
{
    private readonly SelectionScene _scene = new();

    public ExplainTests()
    {
        var old = _scene.Push("team/app", "1.4.0", 30);
        _scene.Store.Tag("team/app", "stable", old);
        _scene.Push("team/app", "1.4.1", 20);
        _scene.Push("team/app", "1.4.2", 1);
    }

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task It_says_what_is_decided_who_shares_what_and_what_it_would_free_and_touches_nothing()
    {
        var before = _scene.Oracle.Content(withWorkDirectory: true);

        var (exitCode, output, _) = await _scene.RunAsync("--superseded-by", "team/app:1.4.2", "--explain", "team/app:1.4.0");

        exitCode.ShouldBe(0);
        output.ShouldContain("team/app:1.4.0 points to sha256:");
        output.ShouldContain("With what was asked for: it goes: superseded by 1.4.2.");
        output.ShouldContain("The same image: team/app:stable (it stays: it is not a version).");
        output.ShouldContain("It is the release 1.4.0 of the line 1.4, with 2 newer ones in it.");
        output.ShouldContain("Alone it would free 0 bytes");
        output.ShouldContain("1000 bytes: its image stays, under stable.");
        _scene.Oracle.Content(withWorkDirectory: true).ShouldBe(before);
    }

    [Theory]
    [InlineData("it would go: older than 10d", "it stays: the newest version of 1", "--older-than", "10d")]
    [InlineData("it would go: older than 10d", "it stays: protected by ':1.9.0'", "--older-than", "10d", "--protect", ":1.9.0")]
    [InlineData("it would stay: 1st of the last 9", "it stays: protected by ':1.9.0'", "--keep-last", "9", "--protect", ":1.9.0")]
    public async Task It_says_what_the_rules_said_where_something_else_keeps_the_tag(string rules, string decision, params string[] words)
    {
        _scene.Push("other", "1.9.0", 30);

        var (_, output, _) = await _scene.RunAsync(["--images", "other", .. words, "--explain", "other:1.9.0"]);

        output.ShouldContain($"By the rules {rules}");
        output.ShouldContain($"With what was asked for: {decision}");
    }

    [Fact]
    public async Task It_names_the_repositories_that_hold_what_it_holds()
    {
        for (var i = 0; i < 7; i++)
            _scene.Store.Layer($"team/copy{i}", "team/app 1.4.1", 1000);

        var (_, output, _) = await _scene.RunAsync("--images", "team/app:1.4.1", "--explain", "team/app:1.4.1");

        output.ShouldContain("1000 bytes: another repository holds it too; held in team/copy0, team/copy1, team/copy2, team/copy3, team/copy4 and 2 more repositories, too.");
        output.ShouldContain("All that goes with what was asked for frees ");
    }

    [Fact]
    public async Task It_needs_no_rule()
    {
        var (exitCode, output, _) = await _scene.RunAsync("--explain", "team/app:1.4.1");

        exitCode.ShouldBe(0);
        output.ShouldContain("it stays, out of scope");
        output.ShouldContain("only this tag leads to it");
        output.ShouldContain("Dry run: nothing was touched.");
    }

    [Theory]
    [InlineData("team/app")]
    [InlineData("team/app:1~2")]
    public async Task What_is_no_tag_ends_it_with_2(string image) => (await _scene.RunAsync("--explain", image)).ExitCode.ShouldBe(2);

    [Fact]
    public async Task What_is_not_there_is_said() => (await _scene.RunAsync("--explain", "team/app:9.9.9")).Output.ShouldContain("team/app:9.9.9 is not there.");
}
