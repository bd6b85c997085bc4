using CsCheck;
using RegistryCleaner.Naming;
using RegistryCleaner.Selection;

namespace RegistryCleaner.Tests.Selection;

/// <summary>What holds of every selection, whatever the tags and the rules.</summary>
public class SelectionProperties
{
    private static readonly string[] s_tags =
        ["1.0.0", "1.0.1", "1.1.0", "1.1.1-rc1", "1.1.1", "2.0.0", "2.0.0-alpine", "2.0.1-alpine", "v2.1.0", "latest", "main", "pr-1", "pr-2", "pr-3", "1.1", "sha256-aa11000000000000000000000000000000000000000000000000000000000000.sig"];

    private static readonly Gen<TagFacts> s_tag = Gen.Select(OneOf(s_tags), Gen.Int[0, 5], Gen.Int[-2, 60], Gen.Int[0, 9], Gen.Int[-30, 60])
        .Select((tag, image, days, unknown, expires) => new TagFacts(
            Tag.Parse(tag),
            unknown == 9 ? null : RetentionScene.Image($"image {image}"),
            unknown == 0 ? null : RetentionScene.Now - TimeSpan.FromHours(days * 7),
            unknown == 1 ? null : RetentionScene.Now - TimeSpan.FromHours(days * 11),
            expires < 0 ? default : new Expiry(RetentionScene.Now - TimeSpan.FromHours(expires - 30))));

    private static readonly Gen<UntaggedManifest> s_untagged = Gen.Select(Gen.Int[2, 12], Gen.Int[-2, 60], Gen.Int[-30, 60])
        .Select((image, days, expires) => new UntaggedManifest(
            RetentionScene.Image($"image {image}"),
            days == 60 ? DateTimeOffset.UnixEpoch : RetentionScene.Now - TimeSpan.FromHours(days * 7),
            expires < 0 ? default : new Expiry(RetentionScene.Now - TimeSpan.FromHours(expires - 30))));

    // Of each six tags one was named beside the patterns.
    private static readonly Gen<RepositoryFacts> s_repository = Gen.Select(s_tag.Array[0, 14], Gen.Int[0, 5].Array[14], s_untagged.Array[0, 4], Gen.Int[0, 15])
        .Select((tags, named, untagged, problem) => new RepositoryFacts
        {
            Name = RepositoryName.Parse("team/app"),
            Tags = [.. tags.Select((tag, index) => tag with { IsNamed = named[index] == 0 }).DistinctBy(tag => tag.Tag)],
            Untagged = [.. untagged.DistinctBy(manifest => manifest.Digest).Where(manifest => !tags.Any(tag => tag.Digest == manifest.Digest))],
            Problem = problem == 0 ? "broken" : null,
        });

    private static readonly Gen<IReadOnlyList<RepositoryFacts>> s_repositories = Gen.Select(s_repository, s_repository)
        .Select((app, tool) => (IReadOnlyList<RepositoryFacts>)[app with { Problem = null }, tool with { Name = RepositoryName.Parse("team/tool") }]);

    private static readonly Gen<RetentionRules> s_rules = Gen.Select(Gen.Int[0, 511], Gen.Int[1, 4], Gen.Int[1, 10], Gen.Int[0, 3], Gen.Int[0, 3])
        .Select((which, count, days, line, how) => new RetentionRules
        {
            KeepLast = Is(which, 1) ? count : null,
            KeepWithin = Is(which, 2) ? TimeSpan.FromDays(days) : null,
            KeepDaily = Is(which, 4) ? count : null,
            KeepWeekly = Is(which, 8) ? count : null,
            KeepMonthly = Is(which, 128) ? count : null,
            Untagged = Is(which, 256),
            OlderThan = Is(which, 16) ? TimeSpan.FromDays(days) : null,
            Expired = Is(which, 32),
            KeepVersions = Is(which, 64) ? new VersionCounts(count, how, null) : null,
            Line = line == 3 ? null : (VersionLine)line,
            AgeBy = how == 0 ? AgeBy.Created : AgeBy.Pushed,
            UnknownAgeIsOld = how == 1,
            SupersededBy = how == 2 ? [ImageSelector.Parse("team/app:1.1.1"), ImageSelector.Parse("team/tool:2.0.0")] : [],
        });

    private static readonly Gen<string> s_scope = OneOf("team/**", "team/app", "team/*:pr-*", "team/tool:*", "team/app:main", "team/*:1.*");

    [Fact]
    public void Another_rule_never_removes_more() => Gen.Select(s_repositories, s_scope, s_rules, s_rules).Sample((repositories, scope, rules, more) =>
    {
        // About untagged manifests alone is no rule about tags: another is the first.
        if (!rules.AreAboutTags)
            rules = rules with { Untagged = false };
        // What rules have in common stays the same; those that are not there yet are added.
        var both = rules with
        {
            KeepLast = rules.KeepLast ?? more.KeepLast,
            KeepWithin = rules.KeepWithin ?? more.KeepWithin,
            KeepDaily = rules.KeepDaily ?? more.KeepDaily,
            KeepWeekly = rules.KeepWeekly ?? more.KeepWeekly,
            KeepMonthly = rules.KeepMonthly ?? more.KeepMonthly,
            OlderThan = rules.OlderThan ?? more.OlderThan,
            Expired = rules.Expired || more.Expired,
            KeepVersions = rules.KeepVersions ?? more.KeepVersions,
            // It says what is counted, too: beside a count that is there already, it is another rule.
            SupersededBy = rules is { SupersededBy.Count: 0, KeepLast: null } ? more.SupersededBy : rules.SupersededBy,
        };

        var before = Removed(Select(repositories, scope, rules));
        var after = Removed(Select(repositories, scope, both));

        after.Except(before).ShouldBeEmpty();
    }, iter: 3000);

    [Fact]
    public void What_is_protected_goes_under_no_tag() => Gen.Select(s_repositories, s_scope, s_rules, OneOf("team/app:main", ":pr-1", "team/tool", ":1.*", $"@{RetentionScene.Image("image 3")}")).Sample((repositories, scope, rules, protect) =>
    {
        var pattern = ImagePattern.Parse(protect);
        var digests = repositories.SelectMany(repository => repository.Tags.Where(tag => pattern.Fits(repository.Name) && pattern.Fits(tag.Tag, tag.Digest)).Select(tag => tag.Digest)).OfType<Digest>().ToHashSet();

        var selection = Select(repositories, scope, rules, new Protection([pattern], ImageInventory.Empty));

        selection.Repositories.SelectMany(repository => repository.Tags).ShouldNotContain(tag => tag.Removed && digests.Contains(tag.Digest!.Value));
        selection.Repositories.SelectMany(repository => repository.Untagged).ShouldNotContain(manifest => manifest.Removed && (digests.Contains(manifest.Digest) || pattern.Digest == manifest.Digest));
    }, iter: 3000);

    [Fact]
    public void A_selection_does_not_depend_on_the_order_of_what_it_is_made_from() => Gen.Select(s_repositories, s_scope, s_rules, Gen.Int).Sample((repositories, scope, rules, seed) =>
    {
        var random = new Random(seed);
        var shuffled = repositories.Select(repository =>
        {
            var tags = repository.Tags.ToArray();
            random.Shuffle(tags);
            var untagged = repository.Untagged.ToArray();
            random.Shuffle(untagged);
            return repository with { Tags = [.. tags], Untagged = [.. untagged] };
        }).Reverse().ToList();

        Text(Select(shuffled, scope, rules)).ShouldBe(Text(Select(repositories, scope, rules)));
    }, iter: 3000);

    [Fact]
    public void What_was_selected_and_is_gone_selects_nothing_more() => Gen.Select(s_repositories, s_scope, s_rules).Sample((repositories, scope, rules) =>
    {
        var first = Select(repositories, scope, rules);
        var left = repositories.Select(repository => repository with
        {
            Tags = [.. repository.Tags.Where(tag => !first.Repositories.Any(each => each.Name == repository.Name && each.Tags.Any(gone => gone.Removed && gone.Tag == tag.Tag)))],
            Untagged = [.. repository.Untagged.Where(manifest => !first.Repositories.Any(each => each.Name == repository.Name && each.Untagged.Any(gone => gone.Removed && gone.Digest == manifest.Digest)))],
        }).ToList();

        Removed(Select(left, scope, rules)).ShouldBeEmpty();
    }, iter: 3000);

    [Fact]
    public void Nothing_goes_that_is_unknown_out_of_scope_or_all_that_there_is() => Gen.Select(s_repositories, s_scope, s_rules).Sample((repositories, scope, rules) =>
    {
        var pattern = ImagePattern.Parse(scope);
        var selection = Select(repositories, scope, rules);

        foreach (var repository in repositories)
        {
            var gone = selection.Repositories.FirstOrDefault(each => each.Name == repository.Name)?.Tags.Where(tag => tag.Removed).Select(tag => tag.Tag).ToHashSet() ?? [];
            if (repository.Problem is not null)
                gone.ShouldBeEmpty();
            foreach (var tag in repository.Tags.Where(tag => gone.Contains(tag.Tag)))
            {
                (pattern.Fits(repository.Name) && pattern.Fits(tag.Tag, tag.Digest)).ShouldBeTrue();
                tag.Digest.ShouldNotBeNull();
                tag.IsReferrer.ShouldBeFalse();
                tag.Tag.Value.ShouldNotBe("latest");
            }

            // What is named goes in any case.
            if (!pattern.IsExact && repository.Tags.Any(tag => tag is { IsReferrer: false, IsNamed: false }))
                repository.Tags.ShouldContain(tag => !tag.IsReferrer && !tag.IsNamed && !gone.Contains(tag.Tag));
        }
    }, iter: 3000);

    [Fact]
    public void What_is_of_the_future_goes_by_no_rule_about_ages() => Gen.Select(s_repositories, s_scope, s_rules).Sample((repositories, scope, rules) =>
    {
        var aboutAges = rules with { KeepLast = rules.KeepLast ?? 1, KeepVersions = null, Expired = false, SupersededBy = [], AgeBy = AgeBy.Pushed, UnknownAgeIsOld = true };
        var future = repositories.SelectMany(repository => repository.Tags.Where(tag => tag.Pushed > RetentionScene.Now).Select(tag => $"{repository.Name}:{tag.Tag}@{tag.Digest}"));

        Removed(Select(repositories, scope, aboutAges)).Intersect(future).ShouldBeEmpty();
    }, iter: 3000);

    [Fact]
    public void What_an_entry_keeps_no_other_takes() => Gen.Select(s_repositories, s_scope, s_scope, s_rules).Sample((repositories, first, second, rules) =>
    {
        var kept = ImagePattern.Parse(first);
        var selection = ImageSelecting.Select(
            new SelectionRequest([new ScopedRules([kept], new RetentionRules { KeepAll = true }), new ScopedRules([ImagePattern.Parse(second)], rules)], Protection.Default, RetentionScene.Now), repositories);

        foreach (var repository in selection.Repositories.Where(repository => kept.Fits(repository.Name)))
        {
            repository.Tags.ShouldNotContain(tag => tag.Removed && kept.Fits(tag.Tag, tag.Digest));
            if (kept.Tag is null or "*")
                repository.Untagged.ShouldBeEmpty();
        }
    }, iter: 3000);

    [Fact]
    public void A_manifest_without_a_tag_goes_only_if_it_is_asked_for_and_old_enough() => Gen.Select(s_repositories, s_scope, s_rules).Sample((repositories, scope, rules) =>
    {
        foreach (var gone in Select(repositories, scope, rules).Repositories.SelectMany(repository => repository.Untagged.Where(manifest => manifest.Removed)))
        {
            rules.Untagged.ShouldBeTrue();
            if (rules.Expired)
                repositories.SelectMany(repository => repository.Untagged).ShouldContain(manifest => manifest.Digest == gone.Digest && manifest.Expiry.At <= RetentionScene.Now);
            (ImagePattern.Parse(scope).Tag ?? "*").ShouldBe("*");
            (RetentionScene.Now - gone.Modified).ShouldBeGreaterThanOrEqualTo(new[] { rules.OlderThan, rules.KeepWithin, TimeSpan.FromHours(1) }.Max()!.Value);
            (gone.Modified == DateTimeOffset.UnixEpoch && !rules.UnknownAgeIsOld && (rules.OlderThan ?? rules.KeepWithin) is not null).ShouldBeFalse();
        }
    }, iter: 3000);

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(index => texts[index]);

    private static bool Is(int which, int bit) => (which & bit) != 0;

    private static ImageSelection Select(IReadOnlyList<RepositoryFacts> repositories, string scope, RetentionRules rules, Protection? protection = null) =>
        ImageSelecting.Select(new SelectionRequest([new ScopedRules([ImagePattern.Parse(scope)], rules)], protection ?? Protection.Default, RetentionScene.Now), repositories);

    private static HashSet<string> Removed(ImageSelection selection) => [.. selection.Images.Select(image => image.ToString())];

    private static string Text(ImageSelection selection) => string.Join('\n', selection.Repositories.SelectMany(repository => repository.Tags.Select(tag => $"{repository.Name} {tag}").Concat(repository.Untagged.Select(manifest => $"{repository.Name} {manifest}"))).Concat(selection.Unmatched).Concat(selection.Remarks));
}
