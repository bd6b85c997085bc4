using System.Globalization;
using System.Text.Json.Nodes;
using RegistryCleaner.Tests.CommandLine;
using YamlDotNet.RepresentationModel;

namespace RegistryCleaner.Tests.Selection;

/// <summary>A policy: rules for each pattern of images, by the words of the switches.</summary>
public sealed class PolicyTests : IDisposable
{
    private const string Whole = """
        # The first that fits counts.
        rules:
          - images: team/app:release-*
            keep: all
          - images: [team/app, team/tool]
            keep-last: 1
            keep-semver: { major: 1, minor: 1, patch: 2 }
            line: major
          - images: 'ci/**'
            older-than: 14d
            untagged: true
            age-by: created
            unknown-age-is-old: true
          - images: 'tmp/*:pr-?'
            expired: true
            keep-within: 2w
            keep-daily: 1
            keep-weekly: 2
            keep-monthly: 3
        protect: [':stable', team/app:1.0.0]
        default: keep
        """;

    private readonly SelectionScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task The_first_entry_that_a_tag_fits_counts_and_what_none_fits_stays()
    {
        _scene.Push("team/app", "release-1", 90);
        _scene.Push("team/app", "old", 90);
        _scene.Push("team/app", "stable", 90);
        _scene.Push("team/app", "new", 1);
        _scene.Push("ci/deep/app", "a", 90);
        _scene.Push("ci/deep/app", "b", 1);
        _scene.Push("other", "old", 900);
        _scene.Push("other", "new", 1);
        var policy = _scene.Written("policy.yml", """
            rules:
              - images: team/app:release-*
                keep: all
              - images: team/app
                keep-last: 1
              - images: 'ci/**'
                older-than: 14d
            protect: ':stable'
            """);

        var (exitCode, output, _) = await _scene.RunAsync("--policy", policy);

        exitCode.ShouldBe(0);
        _scene.Left.ShouldBe(["ci/deep/app:b", "other:new", "other:old", "team/app:new", "team/app:release-1", "team/app:stable"]);
        output.ShouldContain("the policy keeps all of these");
        output.ShouldContain("protected by ':stable'");
    }

    [Fact]
    public async Task What_keeps_all_reaches_as_far_as_what_protects()
    {
        _scene.Push("team", "old", 90);
        _scene.Push("team", "new", 1);
        var policy = _scene.Written("policy.yml", """
            rules:
              - images: 'team/**'
                keep: all
              - images: 'team'
                keep-last: 1
            """);

        (await _scene.RunAsync("--policy", policy)).ExitCode.ShouldBe(0);
        _scene.Left.ShouldBe(["team:new", "team:old"]);
    }

    [Fact]
    public async Task A_policy_is_checked_without_a_registry()
    {
        var (exitCode, output, _) = await ConsoleRun.RunAsync(["policy", "check", _scene.Written("policy.yml", Whole)], CancellationToken.None);

        exitCode.ShouldBe(0);
        output.ShouldContain("4 entries");
        Schemas.Errors("policy", Json(Whole)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData]
    [InlineData("FILE", "FILE")]
    [InlineData("--offline")]
    [InlineData("FILE", "--offline")]
    public async Task Whatever_begins_with_policy_check_removes_nothing(params string[] words)
    {
        _scene.Push("policy", "1", 1);
        _scene.Push("check", "1", 1);
        var file = _scene.Written("policy.yml", Whole);

        var (exitCode, _, error) = await ConsoleRun.RunAsync(
            ["policy", "check", .. words.Select(word => word == "FILE" ? file : word), "--registry-root", _scene.Store.RootDirectory], CancellationToken.None);

        exitCode.ShouldBe(2, error);
        error.ShouldContain("registry-cleaner policy check FILE");
        _scene.Left.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("--log", "debug", "policy", "check", "FILE")]
    [InlineData("--offline", "policy", "check", "FILE")]
    [InlineData("policy", "--offline", "check")]
    public async Task Nor_does_what_has_an_option_before_it(params string[] words)
    {
        _scene.Push("policy", "1", 1);
        _scene.Push("check", "1", 1);

        var (exitCode, _, error) = await ConsoleRun.RunAsync(
            [.. words.Select(word => word == "FILE" ? "policy.yml" : word), "--registry-root", _scene.Store.RootDirectory], CancellationToken.None);

        exitCode.ShouldBe(2, error);
        error.ShouldContain("registry-cleaner policy check FILE");
        _scene.Left.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("policy")]
    [InlineData("policy:1", "check")]
    [InlineData("check", "policy")]
    public async Task Repositories_of_these_names_can_be_named_otherwise(params string[] words)
    {
        _scene.Push("policy", "1", 1);

        (await ConsoleRun.RunAsync([.. words, "--registry-root", _scene.Store.RootDirectory], CancellationToken.None)).ExitCode.ShouldBe(0);

        _scene.Left.ShouldBeEmpty();
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_said_with_its_line()
    {
        var policy = _scene.Written("policy.yml", """
            rules:
              - images: team/app
                keep-lasst: 3
              - images: Team/app
                keep-last: 0
              - images: team/tool
            surprise: 1
            """);

        var (exitCode, _, error) = await ConsoleRun.RunAsync(["policy", "check", policy], CancellationToken.None);

        exitCode.ShouldBe(2);
        foreach (var line in (int[])[3, 4, 6, 7])
            error.ShouldContain($"policy.yml:{line}: ");
        error.ShouldContain("'keep-lasst' is not understood");
    }

    [Theory]
    [InlineData("")]
    [InlineData("rules: []")]
    [InlineData("rules: { images: a }")]
    [InlineData("protect: a")]
    [InlineData("rules: [ { images: a } ]")]
    [InlineData("rules: [ { keep-last: 1 } ]")]
    [InlineData("rules: [ { images: a, keep: some } ]")]
    [InlineData("rules: [ { images: a, keep-last: -1 } ]")]
    [InlineData("rules: [ { images: a, keep-last: 0 } ]")]
    [InlineData("rules: [ { images: a, older-than: soon } ]")]
    [InlineData("rules: [ { images: a, older-than: 1y } ]")]
    [InlineData("rules: [ { images: a, expired: yes } ]")]
    [InlineData("rules: [ { images: a, line: main } ]")]
    [InlineData("rules: [ { images: a, keep-semver: { major: 0 } } ]")]
    [InlineData("rules: [ { images: a, keep-semver: { micro: 1 } } ]")]
    [InlineData("rules: [ { images: a, superseded-by: b } ]")]
    [InlineData("rules: [ { images: a, keep-last: 1 } ]\ndefault: remove")]
    public async Task What_is_no_policy_removes_nothing_and_does_not_fit_the_schema(string yaml)
    {
        _scene.Push("a", "old", 90);
        _scene.Push("a", "new", 1);

        (await _scene.RunAsync("--policy", _scene.Written("policy.yml", yaml))).ExitCode.ShouldBe(2, yaml);

        _scene.Left.Count.ShouldBe(2);
        Schemas.Errors("policy", Json(yaml)).ShouldNotBeEmpty(yaml);
    }

    [Theory]
    [InlineData("rules: [ { images: a, keep-last: 1 } ] [")]
    [InlineData("rules: [ { images: 'a~b', keep-last: 1 } ]")]
    [InlineData("rules: [ { images: ':pr-*', keep-last: 1 } ]")]
    [InlineData("rules: [ { images: a, keep-last: 1, keep-last: 2 } ]")]
    [InlineData("rules: [ { images: a, keep-last: 1 } ]\n---\nrules: [ { images: b, keep-last: 1 } ]")]
    public async Task Nor_what_only_a_reader_finds(string yaml) =>
        (await _scene.RunAsync("--policy", _scene.Written("policy.yml", yaml))).ExitCode.ShouldBe(2, yaml);

    [Fact]
    public void The_schema_has_every_word_of_an_entry()
    {
        var properties = JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "schemas", "policy.schema.json")))!["$defs"]!["entry"]!["properties"]!.AsObject().Select(pair => pair.Key);

        properties.ShouldBe(["images", "keep", .. PolicyWords.All], ignoreOrder: true);
        PolicyWords.All.ShouldAllBe(word => CleanerParameter.All.Any(parameter => parameter.Name == word));
    }

    [Fact]
    public async Task Beside_a_policy_no_rule_is_taken()
    {
        var policy = _scene.Written("policy.yml", Whole);

        (await _scene.RunAsync("--policy", policy, "--images", "team/app")).ExitCode.ShouldBe(2);
        (await _scene.RunAsync("--policy", policy, "--keep-last", "2")).ExitCode.ShouldBe(2);
        (await _scene.RunAsync("--policy", "/nowhere")).ExitCode.ShouldBe(2);
    }

    private static JsonNode? Json(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return stream.Documents.Count == 0 ? null : Json(stream.Documents[0].RootNode);
    }

    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Select(pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value!, Json(pair.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Select(Json)]),
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain } scalar when int.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: "true" or "false" } scalar => JsonValue.Create(scalar.Value == "true"),
        _ => JsonValue.Create(((YamlScalarNode)node).Value),
    };
}
