using RegistryCleaner.Naming;
using RegistryCleaner.Tests.CommandLine;

namespace RegistryCleaner.Tests.Selection;

/// <summary>Signatures under cosign's tags go with their image, by a name, by rules and by a plan, and come back with it.</summary>
public sealed class AboutTagProgramTests : IDisposable
{
    private readonly SelectionScene _scene = new();
    private readonly string _signature;

    public AboutTagProgramTests()
    {
        var old = _scene.Push("team/app", "1.4.0", 30);
        _scene.Push("team/app", "1.4.1", 1);
        _signature = $"sha256-{old.Hex}.sig";
        _scene.Push("team/app", _signature, 30);
    }

    private string Plan => _scene.Path("plan.json");

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData("--images", "team/app:1.4.0")]
    [InlineData("--images", "team/app", "--older-than", "10d")]
    [InlineData("--superseded-by", "team/app:1.4.1")]
    public async Task A_signature_goes_with_its_image_and_comes_back_with_it(params string[] words)
    {
        var before = _scene.Oracle.Tags;
        (await _scene.RunAsync([.. words, "--dry-run"])).Output.ShouldContain("which goes");

        var (exitCode, output, _) = await _scene.RunAsync(words);

        exitCode.ShouldBe(0);
        output.ShouldContain("Removed 2 tags, 2 manifests");
        _scene.Left.ShouldBe(["team/app:1.4.1"]);
        (await ConsoleRun.RunAsync(["RestoreImages", "--images", "team/app:1.4.0", "--registry-root", _scene.Store.RootDirectory], CancellationToken.None)).ExitCode.ShouldBe(0);
        _scene.Oracle.Tags.ShouldBe(before, ignoreOrder: true);
        _scene.Oracle.BrokenTags.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_stays_while_another_tag_points_to_the_image()
    {
        _scene.Store.Tag("team/app", "stable", Digest.Parse(_scene.Oracle.Tags["team/app:1.4.0"]));

        (await _scene.RunAsync("--images", "team/app:1.4.0")).ExitCode.ShouldBe(0);

        _scene.Left.ShouldBe(["team/app:1.4.1", $"team/app:{_signature}", "team/app:stable"]);
    }

    [Theory]
    [InlineData("--protect", "team/app:sha256-*")]
    [InlineData("--in-use", "FILE")]
    public async Task It_stays_where_it_is_protected_itself(params string[] words)
    {
        var file = _scene.Written("compose.yml", $"services: {{ verify: {{ image: 'team/app:{_signature}' }} }}\n");

        var (exitCode, output, _) = await _scene.RunAsync(["--images", "team/app:1.4.0", .. words.Select(word => word == "FILE" ? file : word)]);

        exitCode.ShouldBe(0);
        output.ShouldContain(words[0] == "--protect" ? "protected by 'team/app:sha256-*'" : "in use");
        _scene.Left.ShouldBe(["team/app:1.4.1", $"team/app:{_signature}"]);
        _scene.Oracle.BrokenTags.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_repository_that_would_hold_nothing_but_signatures_goes()
    {
        (await _scene.RunAsync("--images", "team/app:1.4.0", "team/app:1.4.1")).Output.ShouldContain("1 repositories");

        _scene.Left.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_signature_is_not_counted_as_what_was_asked_for()
    {
        var (exitCode, output, _) = await _scene.RunAsync("--images", "team/app", "--older-than", "10d", "--max-delete", "1");

        exitCode.ShouldBe(0);
        output.ShouldContain("Rules and patterns chose 1 of 3 tags in scope");
    }

    [Fact]
    public async Task A_plan_pins_it()
    {
        await _scene.RunAsync("--images", "team/app", "--older-than", "10d", "--dry-run", "--plan-out", Plan);
        File.ReadAllText(Plan).ShouldContain(_signature);

        (await _scene.RunAsync("--plan", Plan)).ExitCode.ShouldBe(0);
        _scene.Left.ShouldBe(["team/app:1.4.1"]);
    }

    [Fact]
    public async Task A_signature_that_was_pushed_again_since_the_plan_stays_and_is_reported()
    {
        await _scene.RunAsync("--images", "team/app", "--older-than", "10d", "--dry-run", "--plan-out", Plan);
        _scene.Push("team/app", _signature, 30, size: 2000);

        var (exitCode, output, _) = await _scene.RunAsync("--plan", Plan);

        exitCode.ShouldBe(5);
        output.ShouldContain("was pushed to since the plan was made");
        _scene.Left.ShouldBe(["team/app:1.4.1", $"team/app:{_signature}"]);
        _scene.Oracle.BrokenTags.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_stays_with_an_image_that_was_tagged_since_the_plan()
    {
        await _scene.RunAsync("--images", "team/app", "--older-than", "10d", "--dry-run", "--plan-out", Plan);
        _scene.Store.Tag("team/app", "rescued", Digest.Parse(_scene.Oracle.Tags["team/app:1.4.0"]));

        (await _scene.RunAsync("--plan", Plan)).ExitCode.ShouldBe(0);

        _scene.Left.ShouldBe(["team/app:1.4.1", "team/app:rescued", $"team/app:{_signature}"]);
    }

    [Fact]
    public async Task Nothing_goes_where_a_signature_that_nobody_reviewed_would_go_too()
    {
        await _scene.RunAsync("--images", "team/app", "--older-than", "10d", "--dry-run", "--plan-out", Plan);
        _scene.Store.Tag("team/app", _signature[..^4] + ".att", Digest.Parse(_scene.Oracle.Tags["team/app:1.4.1"]));

        var (exitCode, _, error) = await _scene.RunAsync("--plan", Plan);

        exitCode.ShouldBe(5);
        error.ShouldContain(".att would go by now, too");
        _scene.Left.Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_plan_made_with_a_protected_signature_leaves_it()
    {
        await _scene.RunAsync("--images", "team/app", "--older-than", "10d", "--protect", "team/app:*.sig", "--dry-run", "--plan-out", Plan);

        (await _scene.RunAsync("--plan", Plan)).ExitCode.ShouldBe(0);

        _scene.Left.ShouldBe(["team/app:1.4.1", $"team/app:{_signature}"]);
    }
}
