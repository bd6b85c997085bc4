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
