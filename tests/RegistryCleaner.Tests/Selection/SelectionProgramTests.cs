using System.Text.Json;
using RegistryCleaner.Hosts;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;
using RegistryCleaner.Tests.CommandLine;

namespace RegistryCleaner.Tests.Selection;

/// <summary>Patterns and rules from the program's words to what is left in a real directory.</summary>
public sealed class SelectionProgramTests : IDisposable
{
    private readonly SelectionScene _scene = new();

    public SelectionProgramTests()
    {
        _scene.Push("team/app", "1.3.9", 60);
        _scene.Push("team/app", "1.4.0", 30);
        _scene.Push("team/app", "1.4.1", 20);
        _scene.Push("team/app", "1.4.2", 1);
        _scene.Push("team/app", "pr-1", 90);
        _scene.Push("team/tool", "pr-2", 90);
        _scene.Push("team/tool", "main", 1);
        _scene.Push("other", "pr-3", 90);
    }

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task A_release_supersedes_the_older_ones_of_its_line_and_the_last_can_be_rolled_back_to()
    {
        (await _scene.RunAsync("--superseded-by", "team/app:1.4.2", "--keep-last", "2")).ExitCode.ShouldBe(0);

        _scene.Left.ShouldBe(["other:pr-3", "team/app:1.3.9", "team/app:1.4.1", "team/app:1.4.2", "team/app:pr-1", "team/tool:main", "team/tool:pr-2"]);
        _scene.Oracle.BrokenTags.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_dry_run_says_of_every_tag_in_scope_why_and_what_the_real_run_removes()
    {
        var before = _scene.Oracle.Content(withWorkDirectory: true);

        var dry = await _scene.RunAsync("--images", "team/*", "--older-than", "25d", "--dry-run", "--output", "json");
        dry.ExitCode.ShouldBe(0);
        _scene.Oracle.Content(withWorkDirectory: true).ShouldBe(before);
        var real = await _scene.RunAsync("--images", "team/*", "--older-than", "25d", "--output", "json");

        Tags(real.Output, "removed").ShouldBe(Tags(dry.Output, "planned"));
        Tags(dry.Output, "planned").ShouldBe(["team/app:1.3.9", "team/app:1.4.0", "team/app:pr-1", "team/tool:pr-2"]);
        foreach (var repository in JsonDocument.Parse(dry.Output).RootElement.GetProperty("repositories").EnumerateArray())
            repository.GetProperty("tags").EnumerateArray().ShouldAllBe(tag => tag.GetProperty("reason").GetString()!.Contains("25d", StringComparison.Ordinal));
        (await _scene.RunAsync("--images", "team/*", "--older-than", "25d", "--dry-run")).Output.ShouldContain("Would remove 0 tags");
    }

    [Fact]
    public async Task A_repository_of_which_nothing_goes_is_in_the_report_all_the_same()
    {
        var (_, output, _) = await _scene.RunAsync("--images", "team/*", "--older-than", "80d", "--protect", "team/tool", "--dry-run");

        output.ShouldContain("protected by 'team/tool'");
        output.ShouldContain("chose 1 of 7 tags in scope");
    }

    [Fact]
    public async Task A_pattern_removes_what_it_fits()
    {
        (await _scene.RunAsync("--images", "team/*:pr-*")).ExitCode.ShouldBe(0);

        _scene.Left.ShouldBe(["other:pr-3", "team/app:1.3.9", "team/app:1.4.0", "team/app:1.4.1", "team/app:1.4.2", "team/tool:main"]);
    }

    [Fact]
    public async Task A_pattern_for_whole_repositories_ends_it_with_2_where_no_rule_says_which_tags()
    {
        var (exitCode, _, error) = await _scene.RunAsync("--images", "team/*");

        exitCode.ShouldBe(2);
        error.ShouldContain("'team/*:*'");
        _scene.Left.Count.ShouldBe(8);
    }

    [Theory]
    [InlineData("--images", ":pr-*")]
    [InlineData("--images", ":pr-*", "--older-than", "1d")]
    [InlineData("--images-from", "FILE")]
    public async Task A_pattern_without_a_repository_ends_it_with_2_for_a_variable_in_front_may_be_empty(params string[] words)
    {
        var (exitCode, _, error) = await _scene.RunAsync([.. words.Select(word => word == "FILE" ? _scene.Written("images", ":pr-*\n") : word)]);

        exitCode.ShouldBe(2);
        error.ShouldContain("'**:pr-*'");
        _scene.Left.Count.ShouldBe(8);
        (await _scene.RunAsync("--images", "**:pr-*", "--dry-run")).Output.ShouldContain("other:pr-3");
    }

    [Fact]
    public async Task A_limit_does_not_hold_for_what_is_named_and_the_report_says_so()
    {
        var (exitCode, _, error) = await _scene.RunAsync("--images", "team/app:1.4.0", "team/app:1.4.1", "--max-delete", "1");

        exitCode.ShouldBe(0);
        error.ShouldContain("what is named goes, whatever it says");
        _scene.Left.Count.ShouldBe(6);
        (await _scene.RunAsync("--images", "team/*:pr-*", "--max-delete", "9", "--dry-run")).Error.ShouldNotContain("what is named goes");
    }

    [Fact]
    public async Task A_manifest_without_a_tag_goes_by_expired_only_if_it_says_that_it_has_expired()
    {
        const string Expired = "\"quay.expires-after\":\"1w\"";
        var gone = _scene.Image("other", "expired", 30, labels: Expired);
        var silent = _scene.Image("other", "silent", 30);
        var later = _scene.Image("other", "later", 30, labels: "\"org.opencontainers.image.expires\":\"2999-01-01\"");
        var platform = _scene.Image("other", "platform", 30);
        var index = _scene.Store.Manifest("other", $$$"""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","annotations":{"quay.expires-after":"1w"},"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{{{platform}}}","size":1}]}
            """);
        foreach (var digest in new[] { gone, silent, later, platform, index })
            StoreBuilder.Age(_scene.Store.FullPath(StoreLayout.RevisionLink(RepositoryName.Parse("other"), digest)), TimeSpan.FromDays(30));

        var (exitCode, output, _) = await _scene.RunAsync("--images", "other", "--expired", "--untagged", "--output", "json");

        exitCode.ShouldBe(0);
        output.ShouldContain("no tag leads to it; expired on ");
        var left = _scene.Revisions("other").ToList();
        left.ShouldNotContain(gone);
        left.ShouldNotContain(index);
        left.ShouldNotContain(platform);
        left.ShouldContain(silent);
        left.ShouldContain(later);
        _scene.Left.ShouldContain("other:pr-3");
    }

    [Fact]
    public async Task A_list_of_images_is_read_from_a_file()
    {
        (await _scene.RunAsync("--images-from", _scene.Written("images", "# superseded\nteam/app:1.4.0\n\n  team/app:pr-*  # branches\n"))).ExitCode.ShouldBe(0);

        _scene.Left.ShouldNotContain("team/app:1.4.0");
        _scene.Left.ShouldNotContain("team/app:pr-1");
        _scene.Left.Count.ShouldBe(6);
    }

    [Fact]
    public async Task And_from_standard_input()
    {
        var (exitCode, _, _) = await _scene.RunAsync("team/app:1.4.0\nteam/app:1.4.1\n", ["--images-from", "-"]);

        exitCode.ShouldBe(0);
        _scene.Left.Count.ShouldBe(6);
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
    [InlineData("--images", "team/app", "--older-than", "6m")]
    [InlineData("--images", "team/app", "--keep-within", "0")]
    [InlineData("--images", "team/app", "--line", "major")]
    [InlineData("--images", "team/app", "--age-by", "pushed")]
    [InlineData("--images", "team/app", "--unknown-age-is-old")]
    [InlineData("--images", "team/app", "--expires-annotation", "until")]
    [InlineData("--superseded-by", "team/app")]
    [InlineData("--superseded-by", "team/app:latest")]
    [InlineData("--superseded-by", "team/app:1.4.2", "--line", "main")]
    [InlineData("--images", "team/app@sha256:aa11000000000000000000000000000000000000000000000000000000000000", "--older-than", "1d")]
    public async Task What_is_not_understood_or_cannot_be_read_ends_it_with_2_before_anything_is_touched(params string[] words)
    {
        var before = _scene.Oracle.Content(withWorkDirectory: true);

        (await _scene.RunAsync(words)).ExitCode.ShouldBe(2, string.Join(' ', words));

        _scene.Oracle.Content(withWorkDirectory: true).ShouldBe(before);
    }

    [Theory]
    [InlineData("services:\n  app:\n    image: registry.example.com/team/app:1.4.0\n  build: { build: . }\n")]
    [InlineData("app: &app { image: team/app:1.4.0 }\n---\nother: [ { containers: [ *app ] } ]", false)]
    [InlineData("""{"items":[{"spec":{"containers":[{"image":"localhost:5000/team/app:1.4.0"}]},"status":{"containerStatuses":[{"imageID":""}]}}]}""")]
    [InlineData("""{"items":[{"status":{"containerStatuses":[{"imageID":"docker-pullable://registry.example.com/team/app@DIGEST"}]}}]}""")]
    [InlineData("""{"items":[{"status":{"containerStatuses":[{"image":"CONFIG"}]}}]}""")]
    [InlineData("image:\n  registry: registry.example.com\n  repository: team/app\n  tag: 1.4.0\n")]
    [InlineData("""{"items":[{"spec":{"containers":[{"image":"x:1"}],"volumes":[{"image":{"reference":"team/app:1.4.0"}}]}}]}""")]
    [InlineData("spec:\n  volumes:\n    - image:\n        reference: registry.example.com/team/app:1.4.0\n")]
    public async Task What_is_in_use_stays(string inventory, bool isRead = true)
    {
        var digest = _scene.Oracle.Tags["team/app:1.4.0"];
        var config = Digest.OfContent(SelectionScene.Configuration("team/app", "1.4.0", 30));
        var file = _scene.Written("inventory", inventory.Replace("DIGEST", digest, StringComparison.Ordinal).Replace("CONFIG", config.ToString(), StringComparison.Ordinal));

        var (exitCode, _, error) = await _scene.RunAsync("--images", "team/app", "--older-than", "25d", "--in-use", file);

        exitCode.ShouldBe(isRead ? 0 : 2, error);
        _scene.Left.ShouldContain("team/app:1.4.0");
        _scene.Left.Contains("team/app:pr-1").ShouldBe(!isRead);
    }

    [Theory]
    [InlineData("--in-use", "INVENTORY")]
    [InlineData("--protect", "team/app@CHILD")]
    public async Task An_index_stays_of_which_a_platform_is_in_use_or_protected(string parameter, string value)
    {
        var child = _scene.Image("team/app", "amd64", 90);
        _scene.Store.Tag("team/app", "multi", _scene.Store.Index("team/app", child, _scene.Image("team/app", "arm64", 90)));
        StoreBuilder.Age(_scene.Store.FullPath(StoreLayout.TagLink(RepositoryName.Parse("team/app"), Tag.Parse("multi"))), TimeSpan.FromDays(90));
        var file = _scene.Written("inventory", $$$"""{"items":[{"status":{"containerStatuses":[{"imageID":"docker-pullable://registry.example.com/team/app@{{{child}}}"}]}}]}""");

        (await _scene.RunAsync("--images", "team/app", "--older-than", "25d", parameter, value.Replace("INVENTORY", file, StringComparison.Ordinal).Replace("CHILD", child.ToString(), StringComparison.Ordinal))).ExitCode.ShouldBe(0);

        _scene.Left.ShouldContain("team/app:multi");
        _scene.Left.ShouldNotContain("team/app:pr-1");
    }

    [Theory]
    [InlineData("--protect", "prod/app", true)]
    [InlineData("--protect", "prod/app:build-*", true)]
    [InlineData("--in-use", "INVENTORY", true)]
    // What a wildcard fits is not looked for.
    [InlineData("--protect", "prod/**", false)]
    public async Task A_copy_stays_of_what_is_protected_in_a_repository_that_is_named(string parameter, string value, bool stays)
    {
        foreach (var (repository, tag) in new[] { ("prod/app", "build-1"), ("staging/app", "build-1"), ("staging/app", "main") })
            _scene.Store.Tag(repository, tag, _scene.Store.Image(repository, tag, _scene.Store.Layer(repository, tag)));
        StoreBuilder.Age(_scene.Store.FullPath(StoreLayout.TagLink(RepositoryName.Parse("staging/app"), Tag.Parse("build-1"))), TimeSpan.FromDays(30));
        _scene.Oracle.Tags["staging/app:build-1"].ShouldBe(_scene.Oracle.Tags["prod/app:build-1"]);

        (await _scene.RunAsync("--images", "staging/*", "--older-than", "14d", parameter, value.Replace("INVENTORY", _scene.Written("inventory", "image: registry.example.com/prod/app:build-1"), StringComparison.Ordinal))).ExitCode.ShouldBe(0);

        _scene.Left.Contains("staging/app:build-1").ShouldBe(stays);
        _scene.Left.ShouldContain("prod/app:build-1");
    }

    [Theory]
    [InlineData("")]
    [InlineData("services: {}")]
    [InlineData("""{"items":[]}""")]
    [InlineData("""{"items":[{"spec":{"containers":[{"image":"team/app:1.4""")]
    [InlineData("services: { app: { image: 'team/app:${VERSION}' } }")]
    public async Task An_inventory_that_says_nothing_or_breaks_off_ends_it_with_2(string inventory)
    {
        (await _scene.RunAsync("--images", "team/app", "--older-than", "25d", "--in-use", _scene.Written("inventory", inventory))).ExitCode.ShouldBe(2);

        _scene.Left.Count.ShouldBe(8);
    }

    [Fact]
    public async Task What_a_file_protects_stays()
    {
        (await _scene.RunAsync("--images", "team/app", "--older-than", "25d", "--protect-file", _scene.Written("protected", "# customers\nteam/app:1.3.*\n"))).ExitCode.ShouldBe(0);

        _scene.Left.Where(tag => tag.StartsWith("team/app", StringComparison.Ordinal)).ShouldBe(["team/app:1.3.9", "team/app:1.4.1", "team/app:1.4.2"]);
    }

    [Fact]
    public async Task A_file_that_protects_nothing_may_be_one_that_was_not_made()
    {
        (await _scene.RunAsync("--images", "team/app", "--keep-last", "1", "--protect-file", _scene.Written("protected", "# nothing yet\n"))).ExitCode.ShouldBe(2);

        _scene.Left.Count.ShouldBe(8);
    }

    [Theory]
    [InlineData("--images", "team/*", "--protect", "team/app:1.3.9")]
    [InlineData("--images", "**", "--protect", "team/app:1.3.9")]
    [InlineData("--images-from", "EMPTY", "--superseded-by", "team/app:1.4.2")]
    public async Task What_would_take_more_than_was_said_is_refused(params string[] words)
    {
        (await _scene.RunAsync([.. words.Select(word => word == "EMPTY" ? _scene.Written("images", "# none\n") : word)])).ExitCode.ShouldBe(2);

        _scene.Left.Count.ShouldBe(8);
    }

    [Fact]
    public async Task A_protected_image_may_be_named_with_its_registry()
    {
        (await _scene.RunAsync("--images", "team/app", "--older-than", "25d", "--protect", "registry.example.com/team/app:1.3.9")).ExitCode.ShouldBe(0);

        _scene.Left.ShouldContain("team/app:1.3.9");
    }

    [Theory]
    [InlineData("40%", 4)]
    [InlineData("2", 4)]
    [InlineData("3", 0)]
    [InlineData("60%", 0)]
    public async Task More_than_may_go_is_refused(string limit, int exitCode)
    {
        var before = _scene.Oracle.Content();

        (await _scene.RunAsync("--images", "team/app", "--older-than", "25d", "--max-delete", limit)).ExitCode.ShouldBe(exitCode);

        (_scene.Oracle.Content().Count == before.Count).ShouldBe(exitCode == 4);
    }

    [Fact]
    public async Task A_share_is_one_of_the_bytes_too()
    {
        _scene.Push("big/app", "old", 90, size: 1 << 20);
        for (var i = 0; i < 8; i++)
            _scene.Push("big/app", $"new-{i}", 1, size: 100);

        var (exitCode, _, error) = await _scene.RunAsync("--images", "big/app", "--older-than", "25d", "--max-delete", "50%");

        exitCode.ShouldBe(4);
        error.ShouldContain("bytes in scope");
        (await _scene.RunAsync("--images", "big/app", "--older-than", "25d", "--max-delete", "50%", "--dry-run")).Error.ShouldContain("A real run would be refused");
    }

    [Fact]
    public async Task What_goes_with_an_image_is_no_part_of_its_scope()
    {
        _scene.Store.Image("team/app", "sbom", Digest.Parse(_scene.Oracle.Tags["team/app:pr-1"]), _scene.Store.Layer("team/app", "sbom", 1 << 20));
        _scene.Push("team/app", "big", 90, size: 1 << 20);

        (await _scene.RunAsync("--images", "team/app:pr-*", "team/app:big", "--max-delete", "100%")).ExitCode.ShouldBe(0);

        _scene.Left.ShouldNotContain("team/app:pr-1");
        _scene.Left.ShouldNotContain("team/app:big");
    }

    [Theory]
    [InlineData("registry.example.com/team/app", "--older-than", "30d")]
    [InlineData("registry.example.com/team/*:pr-*")]
    public async Task A_pattern_that_could_mean_two_repositories_ends_it_with_2(params string[] words)
    {
        _scene.Push("registry.example.com/team/app", "pr-1", 90);
        _scene.Push("registry.example.com/team/app", "main", 1);
        var before = _scene.Oracle.Content();

        var (exitCode, _, error) = await _scene.RunAsync(["--registry-hosts", "registry.example.com", "--images", .. words]);

        exitCode.ShouldBe(2);
        error.ShouldContain("could mean the repository 'registry.example.com/team/");
        _scene.Oracle.Content().ShouldBe(before);
    }

    [Fact]
    public async Task A_release_of_another_registry_ends_it_with_2()
    {
        var before = _scene.Oracle.Content();

        var (exitCode, _, error) = await _scene.RunAsync("--images", "team/app", "--superseded-by", "other:5000/team/app:1.4.2");

        exitCode.ShouldBe(2);
        error.ShouldContain("names the registry other:5000");
        _scene.Oracle.Content().ShouldBe(before);
    }

    [Fact]
    public async Task Of_two_meanings_of_a_pattern_the_one_that_is_there_counts()
    {
        _scene.Push("registry.example.com/app", "pr-1", 90);
        _scene.Push("registry.example.com/app", "main", 1);

        (await _scene.RunAsync("--registry-hosts", "registry.example.com", "--images", "registry.example.com/app", "registry.example.com/team/tool:pr-*", "--older-than", "30d")).ExitCode.ShouldBe(0);

        _scene.Left.Except(["other:pr-3"]).Where(tag => !tag.StartsWith("team/app", StringComparison.Ordinal)).ShouldBe(["registry.example.com/app:main", "team/tool:main"]);
    }

    [Fact]
    public async Task No_rule_takes_anything_from_a_repository_with_a_manifest_that_cannot_be_read()
    {
        var broken = _scene.Store.Manifest("team/app", "{\"schemaVersion\":2,\"broken\":");
        _scene.Store.Tag("team/app", "broken", broken);

        var (exitCode, _, error) = await _scene.RunAsync("--images", "team/*", "--older-than", "25d");

        exitCode.ShouldBe(0);
        error.ShouldContain($"team/app: no rule takes anything, because not everything in it can be read: manifest {broken}");
        _scene.Left.ShouldContain("team/app:pr-1");
        _scene.Left.ShouldNotContain("team/tool:pr-2");
    }

    [Fact]
    public async Task Manifests_that_no_tag_leads_to_go_if_they_are_not_of_a_push_in_progress()
    {
        var platform = _scene.Image("team/app", "platform", 3);
        _scene.Store.Tag("team/app", "multi", _scene.Store.Index("team/app", platform));
        var old = _scene.Image("team/app", "old", 3);
        var child = _scene.Image("team/app", "child", 3);
        var index = _scene.Store.Index("team/app", child);
        foreach (var digest in new[] { platform, old, child, index })
            StoreBuilder.Age(_scene.Store.FullPath(StoreLayout.RevisionLink(RepositoryName.Parse("team/app"), digest)), TimeSpan.FromDays(2));
        var young = _scene.Image("team/app", "young", 0);

        (await _scene.RunAsync("--images", "team/app", "--untagged")).ExitCode.ShouldBe(0);

        _scene.Revisions("team/app").Intersect([platform, old, child, index, young]).ShouldBe([platform, young], ignoreOrder: true);
        _scene.Left.Count.ShouldBe(9);
        _scene.Oracle.BrokenTags.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_manifest_without_a_tag_is_protected_with_its_repository()
    {
        var (app, tool) = (Untagged("team/app", TimeSpan.FromDays(3)), Untagged("team/tool", TimeSpan.FromDays(3)));

        (await _scene.RunAsync("--images", "team/*", "--untagged", "--protect", "team/app")).ExitCode.ShouldBe(0);

        _scene.Revisions("team/app").ShouldContain(app);
        _scene.Revisions("team/tool").ShouldNotContain(tool);
    }

    [Theory]
    [InlineData("--keep-within", 20, true)]
    [InlineData("--keep-within", 40, false)]
    [InlineData("--older-than", 20, true)]
    [InlineData("--older-than", 40, false)]
    public async Task A_manifest_without_a_tag_stays_while_the_rules_take_it_for_young(string rule, int days, bool stays)
    {
        var digest = Untagged("team/app", TimeSpan.FromDays(days));

        (await _scene.RunAsync("--images", "team/app", "--untagged", rule, "30d")).ExitCode.ShouldBe(0);

        _scene.Revisions("team/app").Contains(digest).ShouldBe(stays);
    }

    [Theory]
    [InlineData(true, "--older-than", "30d")]
    [InlineData(true, "--keep-within", "30d")]
    [InlineData(false, "--older-than", "30d", "--unknown-age-is-old")]
    [InlineData(false)]
    public async Task A_manifest_without_a_tag_of_which_nobody_knows_the_age_stays_where_that_is_asked_for(bool stays, params string[] rules)
    {
        var digest = Untagged("team/app", DateTime.UtcNow - DateTime.UnixEpoch);

        (await _scene.RunAsync(["--images", "team/app", "--untagged", .. rules])).ExitCode.ShouldBe(0);

        _scene.Revisions("team/app").Contains(digest).ShouldBe(stays);
    }

    [Fact]
    public async Task What_its_label_lets_expire_goes()
    {
        _scene.Push("ci", "short", 3, labels: "\"quay.expires-after\":\"2d\"");
        _scene.Push("ci", "long", 3, labels: "\"quay.expires-after\":\"2w\"");
        _scene.Push("ci", "date", 3, labels: "\"org.opencontainers.image.expires\":\"2026-01-01T00:00:00Z\"");
        _scene.Push("ci", "own", 3, labels: "\"com.example.until\":\"2026-01-01\"");
        _scene.Push("ci", "odd", 3, labels: "\"quay.expires-after\":\"soon\"");
        _scene.Push("ci", "main", 1);

        (await _scene.RunAsync("--images", "ci", "--expired", "--expires-annotation", "com.example.until", "--collector", "none")).ExitCode.ShouldBe(0);

        _scene.Left.Where(tag => tag.StartsWith("ci:", StringComparison.Ordinal)).ShouldBe(["ci:long", "ci:main", "ci:odd"]);
    }

    [Fact]
    public async Task An_index_is_as_young_as_its_newest_image()
    {
        var platforms = new[] { _scene.Image("multi", "amd64", 90), _scene.Image("multi", "arm64", 2) };
        _scene.Store.Tag("multi", "both", _scene.Store.Index("multi", platforms));
        _scene.Store.Tag("multi", "old", platforms[0]);
        _scene.Push("multi", "main", 0);

        await _scene.RunAsync("--images", "multi", "--older-than", "30d", "--age-by", "created");

        _scene.Left.Where(tag => tag.StartsWith("multi:", StringComparison.Ordinal)).ShouldBe(["multi:both", "multi:main"]);
    }

    [Fact]
    public async Task What_a_rule_names_and_is_not_there_ends_a_strict_run()
    {
        (await _scene.RunAsync("--superseded-by", "team/app:1.4.3", "--strict")).ExitCode.ShouldBe(3);
        (await _scene.RunAsync("--superseded-by", "team/app:1.4.3")).ExitCode.ShouldBe(0);

        _scene.Left.Count.ShouldBe(8);
    }

    [Fact]
    public async Task A_release_outside_of_the_scope_is_not_one_that_is_not_there()
    {
        var (exitCode, _, error) = await _scene.RunAsync("--images", "team/tool", "--superseded-by", "team/app:1.4.2", "--strict");

        exitCode.ShouldBe(0);
        error.ShouldContain("'team/app:1.4.2' is outside of the scope");
        error.ShouldNotContain("is not there");
        _scene.Left.Count.ShouldBe(8);
    }

    [Fact]
    public async Task Through_the_api_alone_there_are_no_rules()
    {
        var (exitCode, _, error) = await ConsoleRun.RunAsync(["CleanImages", "--images", "team/*:pr-*", "--registry-url", "http://localhost:1"], CancellationToken.None);

        exitCode.ShouldBe(2);
        error.ShouldContain("need the registry's files");
    }

    private Digest Untagged(string repository, TimeSpan age)
    {
        var digest = _scene.Image(repository, "untagged", 3);
        StoreBuilder.Age(_scene.Store.FullPath(StoreLayout.RevisionLink(RepositoryName.Parse(repository), digest)), age);
        return digest;
    }

    private static List<string> Tags(string json, string part) => [.. JsonDocument.Parse(json).RootElement.GetProperty(part).GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()!)];

    // Beside a release stage others start containers and throw them away.
    [Theory]
    [InlineData("[ -f $0.again ] || { touch $0.again; echo 'Error: No such object: b'; exit 1; } >&2; echo 'sha256:IMAGE team/app:1.4.0'", "echo '[\"localhost:5000/team/app@sha256:DIGEST\"]'", true)]
    [InlineData("echo 'sha256:IMAGE team/app:1.4.0'", "echo 'Error: No such image: x' >&2; exit 1", true)]
    [InlineData("echo 'Error: No such object: b' >&2; exit 1", "", false)]
    [InlineData("echo 'sha256:IMAGE team/app:1.4.0'", "echo 'Cannot connect to the Docker daemon' >&2; exit 1", false)]
    public async Task What_containers_use_is_known_or_nothing_is_done(string inspect, string images, bool isKnown)
    {
        var script = $"case $1 in ps) echo a; [ -f $0.again ] || echo b;; inspect) {inspect};; image) {images};; esac\n";
        ContainerEngine.TryParse(FakeProgram.Write(Path.GetDirectoryName(_scene.Path("x"))!, "docker", script.Replace("IMAGE", new string('1', 64), StringComparison.Ordinal).Replace("DIGEST", new string('2', 64), StringComparison.Ordinal)), out var engine, out _).ShouldBeTrue();

        if (!isKnown)
            (await Should.ThrowAsync<CleanerException>(() => ContainersInUse.ReadAsync(engine!, CancellationToken.None))).ExitCode.ShouldBe(ExitCode.BadInput);
        else
            (await ContainersInUse.ReadAsync(engine!, CancellationToken.None)).Images.Select(image => image.ToString()).ShouldContain("team/app:1.4.0");
    }
}
