using System.Text.Json;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;
using RegistryCleaner.Tests.CommandLine;

namespace RegistryCleaner.Tests.Selection;

/// <summary>Patterns and rules from the program's words to what is left in a real directory.</summary>
public sealed class SelectionProgramTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    private readonly string _directory = Directory.CreateTempSubdirectory("registry-cleaner-").FullName;

    public SelectionProgramTests()
    {
        Push("team/app", "1.3.9", 60);
        Push("team/app", "1.4.0", 30);
        Push("team/app", "1.4.1", 20);
        Push("team/app", "1.4.2", 1);
        Push("team/app", "pr-1", 90);
        Push("team/tool", "pr-2", 90);
        Push("team/tool", "main", 1);
        Push("other", "pr-3", 90);
    }

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_release_supersedes_the_older_ones_of_its_line_and_the_last_can_be_rolled_back_to()
    {
        (await RunAsync("--superseded-by", "team/app:1.4.2", "--keep-last", "2")).ExitCode.ShouldBe(0);

        Left().ShouldBe(["other:pr-3", "team/app:1.3.9", "team/app:1.4.1", "team/app:1.4.2", "team/app:pr-1", "team/tool:main", "team/tool:pr-2"]);
        _store.Oracle.BrokenTags.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_dry_run_says_of_every_tag_in_scope_why_and_what_the_real_run_removes()
    {
        var before = _store.Oracle.Content(withWorkDirectory: true);

        var dry = await RunAsync("--images", "team/*", "--older-than", "25d", "--dry-run", "--output", "json");
        dry.ExitCode.ShouldBe(0);
        _store.Oracle.Content(withWorkDirectory: true).ShouldBe(before);
        var real = await RunAsync("--images", "team/*", "--older-than", "25d", "--output", "json");

        Tags(real.Output, "removed").ShouldBe(Tags(dry.Output, "planned"));
        Tags(dry.Output, "planned").ShouldBe(["team/app:1.3.9", "team/app:1.4.0", "team/app:pr-1", "team/tool:pr-2"]);
        foreach (var repository in JsonDocument.Parse(dry.Output).RootElement.GetProperty("repositories").EnumerateArray())
            repository.GetProperty("tags").EnumerateArray().ShouldAllBe(tag => tag.GetProperty("reason").GetString()!.Contains("25d", StringComparison.Ordinal));
        (await RunAsync("--images", "team/*", "--older-than", "25d", "--dry-run")).Output.ShouldContain("Would remove 0 tags");
    }

    [Fact]
    public async Task A_repository_of_which_nothing_goes_is_in_the_report_all_the_same()
    {
        var (_, output, _) = await RunAsync("--images", "team/*", "--older-than", "80d", "--protect", "team/tool", "--dry-run");

        output.ShouldContain("protected by 'team/tool'");
        output.ShouldContain("chose 1 of 7 tags in scope");
    }

    [Fact]
    public async Task A_pattern_removes_what_it_fits()
    {
        (await RunAsync("--images", "team/*:pr-*")).ExitCode.ShouldBe(0);

        Left().ShouldBe(["other:pr-3", "team/app:1.3.9", "team/app:1.4.0", "team/app:1.4.1", "team/app:1.4.2", "team/tool:main"]);
    }

    [Fact]
    public async Task A_pattern_for_whole_repositories_ends_it_with_2_where_no_rule_says_which_tags()
    {
        var (exitCode, _, error) = await RunAsync("--images", "team/*");

        exitCode.ShouldBe(2);
        error.ShouldContain("'team/*:*'");
        Left().Count.ShouldBe(8);
    }

    [Fact]
    public async Task A_list_of_images_is_read_from_a_file()
    {
        (await RunAsync("--images-from", Written("images", "# superseded\nteam/app:1.4.0\n\n  team/app:pr-*  # branches\n"))).ExitCode.ShouldBe(0);

        Left().ShouldNotContain("team/app:1.4.0");
        Left().ShouldNotContain("team/app:pr-1");
        Left().Count.ShouldBe(6);
    }

    [Fact]
    public async Task And_from_standard_input()
    {
        var (exitCode, _, _) = await ConsoleRun.RunAsync(["CleanImages", "--images-from", "-", .. Where()], CancellationToken.None, "team/app:1.4.0\nteam/app:1.4.1\n");

        exitCode.ShouldBe(0);
        Left().Count.ShouldBe(6);
    }

    [Theory]
    [InlineData("--images-from", "/nowhere")]
    [InlineData("--images", "team/app", "--older-than", "1d", "--protect-file", "/nowhere")]
    [InlineData("--images", "team/app", "--older-than", "1d", "--in-use", "/nowhere")]
    [InlineData("--older-than", "1d")]
    [InlineData("--images", "team/app", "--keep-last", "0")]
    [InlineData("--images", "team/app", "--keep-last", "three")]
    [InlineData("--images", "team/app", "--keep-semver", "major:2,major:3")]
    [InlineData("--images", "team/app", "--keep-semver", "major")]
    [InlineData("--images", "team/app", "--older-than", "soon")]
    [InlineData("--images", "team/app", "--older-than", "1d", "--age-by", "name")]
    [InlineData("--images", "team/app", "--older-than", "1d", "--protect", "a~b")]
    [InlineData("--images", "team/***", "--older-than", "1d")]
    [InlineData("--superseded-by", "team/app")]
    [InlineData("--superseded-by", "team/app:latest")]
    [InlineData("--superseded-by", "team/app:1.4.2", "--line", "main")]
    [InlineData("--images", "team/app@sha256:aa11000000000000000000000000000000000000000000000000000000000000", "--older-than", "1d")]
    public async Task What_is_not_understood_or_cannot_be_read_ends_it_with_2_before_anything_is_touched(params string[] words)
    {
        var before = _store.Oracle.Content(withWorkDirectory: true);

        (await RunAsync(words)).ExitCode.ShouldBe(2, string.Join(' ', words));

        _store.Oracle.Content(withWorkDirectory: true).ShouldBe(before);
    }

    [Theory]
    [InlineData("services:\n  app:\n    image: registry.example.com/team/app:1.4.0\n  build: { build: . }\n")]
    [InlineData("app: &app { image: team/app:1.4.0 }\n---\nother: [ { containers: [ *app ] } ]", false)]
    [InlineData("""{"items":[{"spec":{"containers":[{"image":"localhost:5000/team/app:1.4.0"}]},"status":{"containerStatuses":[{"imageID":""}]}}]}""")]
    [InlineData("""{"items":[{"status":{"containerStatuses":[{"imageID":"docker-pullable://registry.example.com/team/app@DIGEST"}]}}]}""")]
    [InlineData("""{"items":[{"status":{"containerStatuses":[{"image":"CONFIG"}]}}]}""")]
    [InlineData("image:\n  registry: registry.example.com\n  repository: team/app\n  tag: 1.4.0\n")]
    public async Task What_is_in_use_stays(string inventory, bool isRead = true)
    {
        var digest = _store.Oracle.Tags["team/app:1.4.0"];
        var config = Digest.OfContent(Configuration("team/app", "1.4.0", 30));
        var file = Written("inventory", inventory.Replace("DIGEST", digest, StringComparison.Ordinal).Replace("CONFIG", config.ToString(), StringComparison.Ordinal));

        var (exitCode, _, error) = await RunAsync("--images", "team/app", "--older-than", "25d", "--in-use", file);

        exitCode.ShouldBe(isRead ? 0 : 2, error);
        Left().ShouldContain("team/app:1.4.0");
        Left().Contains("team/app:pr-1").ShouldBe(!isRead);
    }

    [Theory]
    [InlineData("")]
    [InlineData("services: {}")]
    [InlineData("""{"items":[]}""")]
    [InlineData("""{"items":[{"spec":{"containers":[{"image":"team/app:1.4""")]
    [InlineData("services: { app: { image: 'team/app:${VERSION}' } }")]
    public async Task An_inventory_that_says_nothing_or_breaks_off_ends_it_with_2(string inventory)
    {
        (await RunAsync("--images", "team/app", "--older-than", "25d", "--in-use", Written("inventory", inventory))).ExitCode.ShouldBe(2);

        Left().Count.ShouldBe(8);
    }

    [Fact]
    public async Task What_a_file_protects_stays()
    {
        (await RunAsync("--images", "team/app", "--older-than", "25d", "--protect-file", Written("protected", "# customers\nteam/app:1.3.*\n"))).ExitCode.ShouldBe(0);

        Left().Where(tag => tag.StartsWith("team/app", StringComparison.Ordinal)).ShouldBe(["team/app:1.3.9", "team/app:1.4.1", "team/app:1.4.2"]);
    }

    [Theory]
    [InlineData("40%", 4)]
    [InlineData("2", 4)]
    [InlineData("3", 0)]
    [InlineData("60%", 0)]
    public async Task More_than_may_go_is_refused(string limit, int exitCode)
    {
        var before = _store.Oracle.Content();

        (await RunAsync("--images", "team/app", "--older-than", "25d", "--max-delete", limit)).ExitCode.ShouldBe(exitCode);

        (_store.Oracle.Content().Count == before.Count).ShouldBe(exitCode == 4);
    }

    [Fact]
    public async Task A_share_is_one_of_the_bytes_too()
    {
        Push("big/app", "old", 90, size: 1 << 20);
        for (var i = 0; i < 8; i++)
            Push("big/app", $"new-{i}", 1, size: 100);

        var (exitCode, _, error) = await RunAsync("--images", "big/app", "--older-than", "25d", "--max-delete", "50%");

        exitCode.ShouldBe(4);
        error.ShouldContain("bytes in scope");
        (await RunAsync("--images", "big/app", "--older-than", "25d", "--max-delete", "50%", "--dry-run")).Error.ShouldContain("A real run would be refused");
    }

    [Fact]
    public async Task No_rule_takes_anything_from_a_repository_with_a_manifest_that_cannot_be_read()
    {
        var broken = _store.Builder.Manifest("team/app", "{\"schemaVersion\":2,\"broken\":");
        _store.Builder.Tag("team/app", "broken", broken);

        var (exitCode, _, error) = await RunAsync("--images", "team/*", "--older-than", "25d");

        exitCode.ShouldBe(0);
        error.ShouldContain($"team/app: no rule takes anything, because not everything in it can be read: manifest {broken}");
        Left().ShouldContain("team/app:pr-1");
        Left().ShouldNotContain("team/tool:pr-2");
    }

    [Fact]
    public async Task Manifests_that_no_tag_leads_to_go_if_they_are_not_of_a_push_in_progress()
    {
        var platform = Image("team/app", "platform", 3);
        _store.Builder.Tag("team/app", "multi", _store.Builder.Index("team/app", platform));
        var old = Image("team/app", "old", 3);
        var child = Image("team/app", "child", 3);
        var index = _store.Builder.Index("team/app", child);
        foreach (var digest in new[] { platform, old, child, index })
            StoreBuilder.Age(_store.Builder.FullPath(StoreLayout.RevisionLink(RepositoryName.Parse("team/app"), digest)), TimeSpan.FromDays(2));
        var young = Image("team/app", "young", 0);

        (await RunAsync("--images", "team/app", "--untagged")).ExitCode.ShouldBe(0);

        Revisions("team/app").Intersect([platform, old, child, index, young]).ShouldBe([platform, young], ignoreOrder: true);
        Left().Count.ShouldBe(9);
        _store.Oracle.BrokenTags.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_its_label_lets_expire_goes()
    {
        Push("ci", "short", 3, labels: "\"quay.expires-after\":\"2d\"");
        Push("ci", "long", 3, labels: "\"quay.expires-after\":\"2w\"");
        Push("ci", "date", 3, labels: "\"org.opencontainers.image.expires\":\"2026-01-01T00:00:00Z\"");
        Push("ci", "own", 3, labels: "\"com.example.until\":\"2026-01-01\"");
        Push("ci", "odd", 3, labels: "\"quay.expires-after\":\"soon\"");
        Push("ci", "main", 1);

        (await RunAsync("--images", "ci", "--expired", "--expires-annotation", "com.example.until", "--collector", "none")).ExitCode.ShouldBe(0);

        Left().Where(tag => tag.StartsWith("ci:", StringComparison.Ordinal)).ShouldBe(["ci:long", "ci:main", "ci:odd"]);
    }

    [Fact]
    public async Task An_index_is_as_young_as_its_newest_image()
    {
        var platforms = new[] { Image("multi", "amd64", 90), Image("multi", "arm64", 2) };
        _store.Builder.Tag("multi", "both", _store.Builder.Index("multi", platforms));
        _store.Builder.Tag("multi", "old", platforms[0]);
        Push("multi", "main", 0);

        await RunAsync("--images", "multi", "--older-than", "30d", "--age-by", "created");

        Left().Where(tag => tag.StartsWith("multi:", StringComparison.Ordinal)).ShouldBe(["multi:both", "multi:main"]);
    }

    [Fact]
    public async Task What_a_rule_names_and_is_not_there_ends_a_strict_run()
    {
        (await RunAsync("--superseded-by", "team/app:1.4.3", "--strict")).ExitCode.ShouldBe(3);
        (await RunAsync("--superseded-by", "team/app:1.4.3")).ExitCode.ShouldBe(0);

        Left().Count.ShouldBe(8);
    }

    [Fact]
    public async Task Through_the_api_alone_there_are_no_rules()
    {
        var (exitCode, _, error) = await ConsoleRun.RunAsync(["CleanImages", "--images", "team/*:pr-*", "--registry-url", "http://localhost:1"], CancellationToken.None);

        exitCode.ShouldBe(2);
        error.ShouldContain("need the registry's files");
    }

    private void Push(string repository, string tag, int days, int size = 1000, string labels = "")
    {
        var name = RepositoryName.Parse(repository);
        _store.Builder.Tag(repository, tag, Image(repository, tag, days, size, labels));
        StoreBuilder.Age(_store.Builder.FullPath(StoreLayout.TagLink(name, Tag.Parse(tag))), TimeSpan.FromDays(days));
    }

    private Digest Image(string repository, string seed, int days, int size = 1000, string labels = "")
    {
        var layer = _store.Builder.Layer(repository, $"{repository} {seed}", size);
        var config = _store.Builder.Layer(repository, Configuration(repository, seed, days, labels));
        return _store.Builder.Manifest(repository, $$"""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{config}}","size":1},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{{layer}}","size":{{size}}}]}
            """);
    }

    private static byte[] Configuration(string repository, string seed, int days, string labels = "")
    {
        var all = $"\"seed\":\"{repository} {seed}\"" + (labels.Length > 0 ? "," + labels : "");
        return System.Text.Encoding.UTF8.GetBytes($$"""{"created":"{{DateTime.UtcNow.Date.AddDays(-days):yyyy-MM-dd}}T00:00:00Z","architecture":"amd64","os":"linux","config":{"Labels":{ {{all}} } } }""");
    }

    private List<string> Left() => [.. _store.Oracle.Tags.Keys.Order(StringComparer.Ordinal)];

    private IEnumerable<Digest> Revisions(string repository) => Directory.GetDirectories(_store.Builder.FullPath($"v2/repositories/{repository}/_manifests/revisions/sha256"))
        .Where(directory => File.Exists(Path.Combine(directory, "link"))).Select(directory => Digest.Parse($"sha256:{Path.GetFileName(directory)}"));

    private static List<string> Tags(string json, string part) => [.. JsonDocument.Parse(json).RootElement.GetProperty(part).GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()!)];

    private string Written(string name, string content)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, content);
        return path;
    }

    private string[] Where() => ["--registry-root", _store.Builder.RootDirectory];

    private Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] words) => ConsoleRun.RunAsync(["CleanImages", .. words, .. Where()], CancellationToken.None);
}
