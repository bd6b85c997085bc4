using System.Text.Json;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;
using RegistryCleaner.Tests.Pruning;
using RegistryCleaner.Tool;

namespace RegistryCleaner.Tests.CommandLine;

/// <summary>The program from its words to its exit code, on a real directory.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly PruneScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task It_removes_what_it_is_asked_to_and_exits_with_0()
    {
        (await RunAsync(PruneScene.Images)).ExitCode.ShouldBe(0);

        _scene.Oracle.Tags.Keys.ShouldNotContain("team/app:1.0");
        _scene.Oracle.BrokenTags.ShouldBeEmpty();
        Directory.Exists(_scene.Store.FullPath("v2/repositories/team/last")).ShouldBeFalse();
    }

    [Fact]
    public async Task What_was_done_is_reported_although_the_next_target_is_refused()
    {
        var (exitCode, output, error) = await RunAsync("CleanImages", "GarbageCollect", "--images", "team/app:1.0", "--delete-untagged", "--grace", "0s", "--max-delete", "1%");

        exitCode.ShouldBe(4, error);
        error.ShouldContain("--max-delete");
        output.ShouldContain("team/app:1.0");
        output.ShouldContain("RestoreImages --run");
        _scene.Oracle.Tags.Keys.ShouldNotContain("team/app:1.0");
    }

    [Fact]
    public async Task What_is_not_there_is_a_warning()
    {
        var before = _scene.Oracle.Content();

        (await RunAsync("team/app:none", "team", "nobody/nothing")).ExitCode.ShouldBe(0);

        _scene.Oracle.Content().ShouldBe(before);
    }

    [Fact]
    public async Task What_is_not_there_ends_a_strict_run_before_anything_is_touched()
    {
        var before = _scene.Oracle.Content();

        var (exitCode, _, error) = await RunAsync(["team/app:1.0", "team/app:none", "team", "--strict"]);

        exitCode.ShouldBe(3);
        error.ShouldContain("team/app:none");
        error.ShouldContain("only the name in front of other repositories");
        _scene.Oracle.Content().ShouldBe(before);
    }

    [Fact]
    public async Task One_bad_reference_in_fifty_and_nothing_happens()
    {
        var before = _scene.Oracle.Content(withWorkDirectory: true);
        var images = Enumerable.Range(0, 50).Select(i => i switch { 7 => "team/App:1.0", 31 => "team/app:bad~tag", _ => i % 2 == 0 ? "team/app:1.0" : $"team/app:{i}" });

        var (exitCode, _, error) = await RunAsync([.. images]);

        exitCode.ShouldBe(2);
        error.ShouldContain("team/App:1.0");
        error.ShouldContain("team/app:bad~tag");
        error.ReplaceLineEndings("\n").Trim().Split('\n').Length.ShouldBe(2);
        _scene.Oracle.Content(withWorkDirectory: true).ShouldBe(before);
    }

    [Theory]
    [InlineData("--dry-rum")]
    [InlineData("--collector", "both")]
    [InlineData("--registry-container", "")]
    [InlineData("--registry-config", "/nowhere/config.yml")]
    [InlineData("--registry-binary", "/nowhere/registry")]
    [InlineData("--restart")]
    public async Task A_bad_parameter_ends_it_with_2_before_anything_is_touched(params string[] words)
    {
        var before = _scene.Oracle.Content(withWorkDirectory: true);

        (await RunAsync(["team/app:1.0", .. words])).ExitCode.ShouldBe(2);

        _scene.Oracle.Content(withWorkDirectory: true).ShouldBe(before);
    }

    [Fact]
    public async Task An_error_points_at_the_word_and_says_what_may_have_been_meant()
    {
        var error = (await RunAsync("team/app:1.0", "--dry-rum")).Error.ReplaceLineEndings("\n");

        error.ShouldContain("Did you mean --dry-run?");
        error.ShouldContain("  team/app:1.0 --dry-rum");
        error.ShouldContain("\n               ^^^^^^^^^\n");
    }

    [Fact]
    public async Task Help_names_every_parameter_under_the_targets_that_take_it()
    {
        var help = (await ConsoleRun.RunAsync(["--help"], CancellationToken.None)).Output;

        foreach (var verb in new[] { CleanerVerbs.CleanImages, CleanerVerbs.GarbageCollect })
            help.ShouldContain($"\n{verb}:");
        CleanerParameter.All.ShouldAllBe(parameter => help.Contains($"  --{parameter.Name} ", StringComparison.Ordinal));
        help.ShouldContain("Examples:");
    }

    [Theory]
    [InlineData("-h")]
    [InlineData("CleanImages --help --images a:b")]
    [InlineData("CleanImages --images --help")]
    [InlineData("CleanImages --images team/app:1.0 --help=true")]
    [InlineData("team/app:1.0 -h=false")]
    public async Task Help_is_all_that_happens_where_it_is_asked_for(string line)
    {
        var before = _scene.Oracle.Content();

        var (exitCode, output, error) = await RunAsync(line.Split(' '));

        (exitCode, error).ShouldBe((0, ""));
        output.ShouldContain("Usage:");
        _scene.Oracle.Content().ShouldBe(before);
    }

    [Fact]
    public async Task The_version_stands_alone()
    {
        (await ConsoleRun.RunAsync(["--version"], CancellationToken.None)).ShouldSatisfyAllConditions(run => run.ExitCode.ShouldBe(0), run => run.Output.ShouldMatch(@"^\d+\.\d+\.\d+"));

        foreach (var word in new[] { "--version", "--version=true", "--version=false" })
            (await RunAsync(word, "team/app:1.0")).ShouldSatisfyAllConditions(run => run.ExitCode.ShouldBe(2), run => run.Error.ShouldContain("--version stands alone"));
        (await RunAsync("/h:true", "team/app:1.0")).ExitCode.ShouldBe(2);
        _scene.Oracle.Tags.Keys.ShouldContain("team/app:1.0");
    }

    [Fact]
    public async Task A_host_that_is_not_known_to_be_this_registry_s_ends_it_with_2()
    {
        var before = _scene.Oracle.Content();

        (await RunAsync("localhost:5000/team/app:1.0")).ExitCode.ShouldBe(2);
        _scene.Oracle.Content().ShouldBe(before);

        (await RunAsync("localhost:5000/team/app:1.0", "--registry-hosts", "localhost:5000")).ExitCode.ShouldBe(0);
        _scene.Oracle.Tags.Keys.ShouldNotContain("team/app:1.0");
    }

    [Fact]
    public async Task A_dry_run_touches_nothing_and_says_exactly_what_the_real_run_removes()
    {
        var before = _scene.Oracle.Content(withWorkDirectory: true);

        var dry = await RunAsync([.. PruneScene.Images, "--dry-run", "--output", "json"]);
        dry.ExitCode.ShouldBe(0);
        _scene.Oracle.Content(withWorkDirectory: true).ShouldBe(before);

        var real = await RunAsync([.. PruneScene.Images, "--output", "json"]);
        real.ExitCode.ShouldBe(0);
        Parts(real.Output, "removed").ShouldBe(Parts(dry.Output, "planned"));
        Parts(dry.Output, "planned").Count.ShouldBeGreaterThan(10);
        JsonDocument.Parse(dry.Output).RootElement.GetProperty("dryRun").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task A_store_that_is_not_there_ends_it_with_2()
    {
        Directory.Delete(_scene.Store.FullPath("v2"), recursive: true);

        (await RunAsync("team/app:1.0")).ExitCode.ShouldBe(2);
        Directory.Exists(_scene.Store.FullPath(StoreLayout.WorkDirectory)).ShouldBeFalse();
    }

    [Fact]
    public async Task Another_cleaner_at_work_ends_it_with_4()
    {
        await using var theLock = await _scene.Files.TryLockAsync(StoreLayout.LockFile, CancellationToken.None);
        var before = _scene.Oracle.Content();

        (await RunAsync("team/app:1.0")).ExitCode.ShouldBe(4);

        _scene.Oracle.Content().ShouldBe(before);
    }

    [Fact]
    public async Task What_cannot_be_read_keeps_all_but_the_tag()
    {
        _scene.Store.Write(StoreLayout.TagLink(RepositoryName.Parse("team/app"), Tag.Parse("broken")), ""u8);
        var revisions = _scene.Oracle.Content().Keys.Where(path => path.Contains("revisions", StringComparison.Ordinal)).ToList();

        var (exitCode, output, _) = await RunAsync("team/app:1.0", "--output", "json");

        exitCode.ShouldBe(0);
        output.ShouldContain("all manifests and layers of team/app are kept");
        _scene.Oracle.Tags.Keys.ShouldNotContain("team/app:1.0");
        _scene.Oracle.Content().Keys.Where(path => path.Contains("revisions", StringComparison.Ordinal)).ShouldBe(revisions);
    }

    [Fact]
    public async Task Cancelled_before_its_first_step_it_exits_with_130_and_has_touched_nothing()
    {
        var before = _scene.Oracle.Content();

        (await ConsoleRun.RunAsync([.. PruneScene.Images, .. Where()], new CancellationToken(canceled: true))).ExitCode.ShouldBe(130);

        _scene.Oracle.Content().ShouldBe(before);
    }

    private static List<string> Parts(string json, string name) => [.. JsonDocument.Parse(json).RootElement.GetProperty(name).EnumerateObject()
        .SelectMany(list => list.Value.EnumerateArray().Select(item => $"{list.Name} {item.GetString()}")).Order(StringComparer.Ordinal)];

    private string[] Where() => ["--registry-root", _scene.Store.RootDirectory, "--collector", "none"];

    private Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] words) =>
        ConsoleRun.RunAsync(words.Contains("--collector") ? [.. words, .. Where()[..2]] : [.. words, .. Where()], CancellationToken.None);
}

/// <summary>Runs the program in this process; the console is one for all tests, so they take turns.</summary>
internal static class ConsoleRun
{
    private static readonly SemaphoreSlim s_turn = new(1);

    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(string[] words, CancellationToken cancellationToken, string input = "")
    {
        await s_turn.WaitAsync(CancellationToken.None);
        var (oldOutput, oldError, oldInput) = (Console.Out, Console.Error, Console.In);
        using var reader = new StringReader(input);
        using var output = new StringWriter();
        using var error = new StringWriter();
        try
        {
            Console.SetOut(output);
            Console.SetError(error);
            Console.SetIn(reader);
            var exitCode = await CleanerProgram.RunAsync(words, cancellationToken);
            return (exitCode, output.ToString(), error.ToString());
        }
        finally
        {
            Console.SetOut(oldOutput);
            Console.SetError(oldError);
            Console.SetIn(oldInput);
            s_turn.Release();
        }
    }
}
