namespace RegistryCleaner.Tests.Selection;

/// <summary>
/// What users of other tools complain of, each as a case with its answer written out by hand: the tags, the command line, what goes. It
/// is named after the issue that it answers, or the tool whose behaviour or rule it is about. "Superseded" alone is what none of them
/// knows; of clocks and calendars nobody complained yet.
/// </summary>
public class FieldTableTests
{
    private const string Releases = "1.3.9 m 60d, 1.4.0 a 30d, 1.4.1 b 20d, 1.4.2 c 1d, latest c 1d";

    [Theory]
    // Order: by time, never by name, never by chance.
    [InlineData("registry-cli #42: by name the newest would go", "9 a 3d, 10 b 1d, 11 c 2d", "--images team/app --keep-last 1", "11 9")]
    [InlineData("registry-cli PR #9: the same every time where two are pushed in one second", "b-1 a 1d, a-1 b 1d, c-1 c 1d", "--images team/app --keep-last 1", "a-1 b-1")]
    [InlineData("registry-cli PR #9: of two pushed in one second the higher version is the newer", "1.4.10 a 1d, 1.4.9 b 1d, x c 1d", "--images team/app:1.* team/app:x --keep-last 1", "1.4.9 x")]
    [InlineData("goharbor #22026: the age is that of the tag's push, not of the image", "new a 1d created=400d, old b 90d created=1d", "--images team/app --older-than 30d", "old")]
    [InlineData("acr-cli #284: with --age-by created, it is the image's", "new a 1d created=400d, old b 90d created=1d, main c 1h created=1h", "--images team/app --older-than 30d --age-by created", "new")]
    [InlineData("deckschrubber: the day itself is not older than itself", "a a 30d, b b 31d", "--images team/app --older-than 30d", "b")]
    // Ages that nobody knows.
    [InlineData("Quiq: zero-created images are kept", "old a 90d created=1970, newer b 1d created=1d", "--images team/app --older-than 30d --age-by created", "")]
    [InlineData("Quiq: an image that says nothing of its time is kept", "old a 90d, newer b 1d created=1d", "--images team/app --older-than 30d --age-by created", "")]
    [InlineData("Quiq, reproducible builds: 1970 is no age", "old a 1970, b b 1d", "--images team/app --older-than 30d", "")]
    [InlineData("Quiq, cosign: the year one is no age", "old a 0001, b b 1d", "--images team/app --older-than 30d", "")]
    [InlineData("clock skew: tomorrow is no age", "a a -1d, b b 1d, c c 2d", "--images team/app --keep-last 1", "c")]
    [InlineData("clock skew: tomorrow does not push the others out of keep-within", "a a -300d, b b 1d, c c 2d", "--images team/app --keep-within 5d", "")]
    [InlineData("Quiq, reproducible builds: 1970 counts as old where that is said", "old a 1970, b b 1d", "--images team/app --older-than 30d --unknown-age-is-old", "old")]
    [InlineData("Quiq, reproducible builds: unknown ages take no place among the last", "old a ?, b b 1d, c c 2d", "--images team/app --keep-last 1", "c")]
    [InlineData("Quiq, reproducible builds: unknown ages stay with keep-daily", "old a ?, b b 1d, c c 1d", "--images team/app --keep-daily 1", "b")]
    [InlineData("clock skew: what is pushed meanwhile is not old even then", "pr-1 a -1s, pr-2 b 40d, main c 1h", "--images team/app:pr-* --older-than 14d --unknown-age-is-old", "pr-2")]
    // One tag goes, its siblings stay; several tags are one image.
    [InlineData("distribution #1566: a sibling of the tag stays", "pr-1 a 40d, 1.0.0 a 40d, 2.0.0 b 1d", "--images team/app:pr-*", "pr-1")]
    [InlineData("distribution #2317: a kept tag's digest does not keep its siblings", "old a 40d, new a 1d, other b 1d", "--images team/app:old", null)]
    [InlineData("skopeo #1432: two tags of one image count as one", "1.0.0 a 3d, stable a 3d, 2.0.0 b 2d, 3.0.0 c 1d, edge c 1d", "--images team/app --keep-last 2 --line major", "stable")]
    [InlineData("Joxit #399: an alias of the newest does not push a release out", "1 a 1d, 2 a 1d, 3 a 1d, 4 b 5d, 5 c 9d", "--images team/app --keep-last 2", "5")]
    [InlineData("registry-cli #89: a tag whose image is kept can go", "pr-7 a 40d, keep a 40d, z b 1d", "--images team/app:pr-* --older-than 30d", "pr-7")]
    [InlineData("cleanreg #7: the same for a tag of an image in use under another name by default", "pr-7 a 40d, 1.0.0 a 1d", "--images team/app:pr-* --older-than 30d", "pr-7")]
    [InlineData("Harbor.Tagd #23: what is shared is untagged only", "ci-1 a 9d, ci-2 a 9d, v1.0.0 a 9d", "--images team/app:ci-*", "ci-1 ci-2")]
    // Keep and protect.
    [InlineData("registry-cli #92: what is protected by a pattern stays", "release-1 a 90d, pr-1 b 90d, pr-2 c 90d", "--images team/app --older-than 30d --protect team/app:release-*", "pr-1 pr-2")]
    [InlineData("registry-cli #80: kept though it is not among the last", "keep-me a 90d, x b 2d, y c 1d", "--images team/app --keep-last 1 --protect :keep-me", "x")]
    [InlineData("GitLab #377417: a regular expression's dot is a dot here", "1.0 a 9d, 1x0 b 9d, z c 1d", "--images team/app --keep-last 1 --protect team/app:1.0", "1x0")]
    [InlineData("GitLab #351538: upper and lower case differ", "Prod a 9d, prod b 9d, z c 1d", "--images team/app --keep-last 1 --protect team/app:prod", "Prod")]
    [InlineData("GitLab #325429: latest never goes by a rule", "latest a 90d, x b 1d, y c 60d", "--images team/app --older-than 30d", "y")]
    [InlineData("zot #3804: what latest points to stays under its version", "latest a 90d, 1.0 a 90d, x b 1d, y c 60d", "--images team/app --older-than 30d", "y")]
    [InlineData("goharbor #9642: a protected image is protected under every tag", "gold a 90d, copy a 90d, y c 60d, z d 1d", "--images team/app --older-than 30d --protect :gold", "y")]
    [InlineData("ghcr-cleanup #146: a word alone is a tag or a repository", "stable a 90d, y c 60d, z d 1d", "--images team/app --older-than 30d --protect stable", "y")]
    [InlineData("acr purge --include-locked: a whole repository can be protected", "team/app| a a 90d, b b 1d\nteam/tool| c c 90d, d d 1d", "--images team/* --older-than 30d --protect team/tool", "a")]
    [InlineData("snok skip-shas: a digest can be protected", "pin d 90d, y c 60d, z e 1d", "--images team/app --older-than 30d --protect @DIGEST-d", "y")]
    // Not everything.
    [InlineData("GitLab #325429: never all tags of a repository", "a a 90d, b b 80d, c c 70d", "--images team/app --older-than 30d", "a b")]
    [InlineData("GitLab #325429: not by a pattern either", "pr-1 a 90d, pr-2 b 80d", "--images team/app:*", "pr-1")]
    [InlineData("GitLab #325429: a tag that is out of scope is enough", "pr-1 a 90d, pr-2 b 80d, main c 500d", "--images team/app:pr-* --older-than 30d", "pr-1 pr-2")]
    [InlineData("GitLab #325429: a signature is no image to fall back to", "a a 90d, b b 80d, sha256-ad11000000000000000000000000000000000000000000000000000000000000.sig s 1d", "--images team/app --older-than 30d", "a")]
    [InlineData("GitLab #325429: nor by a pattern what a name leaves", "pr-1 a 90d, pr-2 b 80d, main c 1d", "--images team/app:pr-* team/app:main", "pr-1")]
    [InlineData("GitLab #325429: one in scope that is named is no reason to keep another", "pr-1 a 90d, pr-2 b 80d, main c 1d", "--images team/app:pr-* team/app:pr-2", "pr-1 pr-2")]
    [InlineData("GitLab #325429: by name even the last tag goes", "a a 90d", "--images team/app:a --protect :b", "a")]
    [InlineData("JFrog: the newest version of a line stays whatever its age", "1.0.0 a 900d, 1.1.0 b 800d, 2.0.0 c 700d, main d 1d", "--images team/app --older-than 30d", "1.0.0")]
    [InlineData("JFrog: of a finer line, too", "1.0.0 a 900d, 1.1.0 b 800d, 2.0.0 c 700d, main d 1d", "--images team/app --older-than 30d --line minor", "")]
    [InlineData("JFrog: a pattern without a rule means what it says, the newest of a line with the rest", "0.9.0 a 900d, 0.9.1 b 800d, 1.0.0 c 1d", "--images team/app:0.*", "0.9.0 0.9.1")]
    [InlineData("developmentseed: versions stay, branches go", "1.0.0 a 900d, pr-1 b 40d, pr-2 c 2d", "--images team/app:pr-* --older-than 30d", "pr-1")]
    // What cannot be read.
    [InlineData("snok: what cannot be read keeps its repository", "a x 90d, b b 90d, c c 1d", "--images team/app:b --protect :z", "b")]
    [InlineData("deckschrubber #43: a tag without a digest stays", "a x 90d, b b 90d, c c 1d", "--images team/app:a --protect :z", "")]
    // What is about another image.
    [InlineData("cosign #507: a signature's tag is not counted", "sha256-ad11000000000000000000000000000000000000000000000000000000000000.sig s 1d, a a 2d, b b 3d, c c 4d", "--images team/app --keep-last 2", "c")]
    [InlineData("goharbor #16418: nor taken away by a rule", "sha256-ad11000000000000000000000000000000000000000000000000000000000000 s 90d, a a 2d, b b 90d", "--images team/app --older-than 30d", "b")]
    [InlineData("teslamate PR #5622: nor by a pattern", "sha256-ad11000000000000000000000000000000000000000000000000000000000000.att s 90d, a a 2d", "--images team/app:sha256-*", "")]
    // Versions.
    [InlineData("glorpen: superseded are older patches of the line", Releases, "--superseded-by team/app:1.4.2", "1.4.0 1.4.1")]
    [InlineData("glorpen: superseded, but for some to roll back to, the new one being the first", Releases, "--superseded-by team/app:1.4.2 --keep-last 2", "1.4.0")]
    [InlineData("superseded: of the major line", Releases, "--superseded-by team/app:1.4.2 --line major", "1.3.9 1.4.0 1.4.1")]
    [InlineData("kbind PR #551: superseded by what is not there is nothing", "1.4.0 a 30d, 1.4.1 b 20d", "--superseded-by team/app:1.4.2", "")]
    [InlineData("superseded: what is newer stays", Releases, "--superseded-by team/app:1.4.1", "1.4.0")]
    [InlineData("registry-cli #42: superseded, 1.10 is newer than 1.9", "1.9.0 a 9d, 1.10.0 b 1d", "--superseded-by team/app:1.10.0 --line major", "1.9.0")]
    [InlineData("superseded: its own pre-releases", "1.4.2-rc1 a 9d, 1.4.2-rc.2 b 8d, 1.4.2 c 1d, 1.4.3-rc1 d 1d", "--superseded-by team/app:1.4.2", "1.4.2-rc.2 1.4.2-rc1")]
    [InlineData("superseded: only its own pre-releases", "1.4.1 z 9d, 1.4.2-rc1 a 9d, 1.4.2 c 1d", "--superseded-by team/app:1.4.2 --line patch", "1.4.2-rc1")]
    [InlineData("superseded: a pre-release supersedes no release", "1.4.1 z 9d, 1.4.2-rc1 a 9d, 1.4.2-rc10 b 2d, 1.4.2-rc2 c 3d", "--superseded-by team/app:1.4.2-rc10", "1.4.2-rc1 1.4.2-rc2")]
    [InlineData("superseded: another variant is another line", "1.4.1 a 9d, 1.4.1-alpine b 9d, 1.4.2-alpine c 1d", "--superseded-by team/app:1.4.2-alpine", "1.4.1-alpine")]
    [InlineData("superseded: the plain one leaves variants alone", "1.4.1 a 9d, 1.4.1-alpine b 9d, 1.4.2 c 1d", "--superseded-by team/app:1.4.2", "1.4.1")]
    [InlineData("superseded: a number behind is a variant, neither older nor newer", "1.4.1-1 a 9d, 1.4.2-2 b 9d, 1.4.2 c 1d", "--superseded-by team/app:1.4.2", "")]
    [InlineData("Chainguard: -dev is the variant with a shell", "1.4.1-dev a 9d, 1.4.2-dev b 9d, 1.4.2 c 1d", "--superseded-by team/app:1.4.2", "")]
    [InlineData("Chainguard: -dev with a number is a pre-release", "1.4.2-dev.7 a 9d, 1.4.2-dev8 b 9d, 1.4.2 c 1d", "--superseded-by team/app:1.4.2", "1.4.2-dev.7 1.4.2-dev8")]
    [InlineData("superseded: a build number and an architecture are variants", "1.4.2-b345 a 9d, 1.4.2-m1 b 9d, 1.4.2-a1 c 9d, 1.4.2 d 1d", "--superseded-by team/app:1.4.2", "")]
    [InlineData("superseded: what git describe makes of an older release is left alone", "1.4.1-17-gabc1234 a 9d, v1.4.1-3-g0123abc b 9d, 1.4.1 c 9d, 1.4.2 d 1d", "--superseded-by team/app:1.4.2", "1.4.1")]
    [InlineData("superseded: what git describe makes is left alone by that, too", "1.4.1-17-gabc1234 a 9d, 1.4.2-3-g0123abc b 1d", "--superseded-by team/app:1.4.2-3-g0123abc", "")]
    [InlineData("superseded: a build's number alone is no version", "build-122 a 9d, build-123 b 9d, 122 c 9d, 1.4.2 d 1d", "--superseded-by team/app:1.4.2", "")]
    [InlineData("superseded: each that git describe makes is the newest of its own line", "1.4.1-17-gabc1234 a 90d, 1.4.1-18-gabc1235 b 80d, main c 1d", "--images team/app --older-than 30d", "")]
    [InlineData("superseded: and goes by a pattern", "1.4.1-17-gabc1234 a 90d, 1.4.1-18-gabc1235 b 80d, main c 1d", "--images team/app:*-g*", "1.4.1-17-gabc1234 1.4.1-18-gabc1235")]
    [InlineData("registry-cli #42: superseded, numbers are numbers however long", "1.4.2-rc.9999999998 a 9d, 1.4.2-rc.9999999999 b 2d, 1.4.2-rc.10000000000 c 1d, main d 1h", "--superseded-by team/app:1.4.2-rc.9999999999", "1.4.2-rc.9999999998")]
    [InlineData("superseded: a number may begin with zeros", "1.4.2-rc.09 a 9d, 1.4.02-rc.8 b 9d, 1.4.2-rc.10 c 1d", "--superseded-by team/app:1.4.2-rc.10", "1.4.02-rc.8 1.4.2-rc.09")]
    [InlineData("glorpen: superseded, unknown tags stay", "1.4 a 9d, v1 b 9d, 2024.01.02 c 9d, main d 9d, 1.4.1.7 e 9d, 1.4.2 f 1d", "--superseded-by team/app:1.4.2 --line major", "")]
    [InlineData("superseded: with a v or without", "v1.4.0 a 9d, 1.4.1 b 8d, v1.4.2 c 1d", "--superseded-by team/app:v1.4.2", "1.4.1 v1.4.0")]
    [InlineData("superseded: of its own repository", "team/app| 1.4.1 a 9d, 1.4.2 b 1d\nteam/tool| 1.4.1 a 9d, 1.4.2 b 1d", "--superseded-by team/app:1.4.2", "1.4.1")]
    [InlineData("superseded: of several repositories", "team/app| 1.4.1 a 9d, 1.4.2 b 1d\nteam/tool| 1.4.1 a 9d, 1.4.2 b 1d", "--superseded-by team/app:1.4.2 team/tool:1.4.2", "1.4.1 team/tool:1.4.1")]
    [InlineData("superseded: two releases of one line, each stays", "1.3.0 a 9d, 1.3.1 b 3d, 1.4.0 c 3d, 1.4.1 d 1d", "--superseded-by team/app:1.3.1 team/app:1.4.1 --line major", "1.3.0 1.4.0")]
    [InlineData("acr purge --ago: superseded and old enough, both have to be so", Releases, "--superseded-by team/app:1.4.2 --older-than 25d", "1.4.0")]
    [InlineData("glorpen: two majors, two minors in each, one patch in those; of older majors the newest", "1.0.0 a 9d, 2.0.0 b 8d, 2.1.0 c 7d, 2.2.0 d 6d, 2.2.1 e 5d, 3.0.0 f 4d, main g 9d", "--images team/app --keep-semver major:2,minor:2,patch:1", "2.0.0 2.2.0")]
    [InlineData("glorpen: patches alone", "1.0.0 a 9d, 1.0.1 b 8d, 1.0.2 c 7d, 2.0.0 d 6d", "--images team/app --keep-semver patch:2", "1.0.0")]
    [InlineData("glorpen: each variant by itself", "1.0.0 a 9d, 1.0.1 b 8d, 1.0.0-alpine c 7d, 1.0.1-alpine d 6d", "--images team/app --keep-semver patch:1", "1.0.0 1.0.0-alpine")]
    [InlineData("glorpen: a pre-release goes when something newer is released", "1.0.0-rc1 a 9d, 1.0.0 b 8d, 1.1.0-rc1 c 7d", "--images team/app --keep-semver patch:5", "1.0.0-rc1")]
    [InlineData("glorpen: a pre-release of a major that is maintained stays", "2.0.0 a 9d, 1.4.9 b 8d, 1.5.0-rc.1 c 1h, main d 1m", "--images team/app --keep-semver major:2,minor:3,patch:5", "")]
    [InlineData("glorpen: one of a major that is not goes", "2.0.0 a 9d, 1.4.9 b 8d, 1.5.0-rc.1 c 1h, main d 1m", "--images team/app --keep-semver major:1", "1.5.0-rc.1")]
    [InlineData("glorpen: so does one that its own major has released", "2.0.0 a 9d, 1.5.0 b 8d, 1.5.0-rc.1 c 1h, main d 1m", "--images team/app --keep-semver major:2", "1.5.0-rc.1")]
    [InlineData("calendar versions: one kind of tag in every month", "2025.09.30 a 400d, 2025.12.31 b 330d, 2026.01.05 c 320d, main d 1d", "--images team/app:2* --older-than 30d", "2025.09.30")]
    [InlineData("calendar versions: a line is year and month", "2025.12.09 a 400d, 2025.12.31 b 330d, 2026.01.05 c 320d, main d 1d", "--images team/app:2* --older-than 30d --line minor", "2025.12.09")]
    // Expiry.
    [InlineData("Quay: what has expired goes", "pr-1 a 9d expires=1d, pr-2 b 9d expires=-1d, main c 9d", "--images team/app --expired", "pr-1")]
    [InlineData("Quay: even so, not the last", "pr-1 a 9d expires=1d", "--images team/app --expired", "")]
    // Scope.
    [InlineData("acr purge --filter: other tags stay", "pr-1 a 90d, main b 90d", "--images team/app:pr-* --older-than 30d", "pr-1")]
    [InlineData("deckschrubber: other repositories stay", "team/app| a a 90d, b b 1d\nteam/app/nested| a a 90d, b b 1d", "--images team/app --older-than 30d", "a")]
    [InlineData("seed D1: a star does not reach into nested repositories", "team/app| pr-1 a 90d, b b 1d\nteam/app/nested| pr-1 a 90d, b b 1d", "--images team/*:pr-*", "pr-1")]
    [InlineData("seed D1: two stars do", "team/app| pr-1 a 90d, b b 1d\nteam/app/nested| pr-1 a 90d, b b 1d", "--images team/**:pr-*", "pr-1 team/app/nested:pr-1")]
    [InlineData("Harbor doublestar: two stars at the end are what is below", "team| pr-1 a 90d, b b 1d\nteam/app| pr-1 c 90d, b d 1d", "--images team/**:pr-*", "pr-1")]
    [InlineData("Harbor doublestar: two stars before a name may be nothing", "app| pr-1 a 90d, b b 1d\nteam/app| pr-1 c 90d, b d 1d", "--images **/app:pr-*", "app:pr-1 pr-1")]
    [InlineData("registry-cli #92: protected, two stars at the end are what is in front of them, too", "team| pr-1 a 90d, b b 1d\nteam/app| pr-1 c 90d, b d 1d", "--images **:pr-* --protect team/**", "")]
    [InlineData("registry-cli #92: protected, that is so for one tag", "team| pr-1 a 90d, pr-2 b 90d, b e 1d", "--images **:pr-* --protect team/**:pr-1", "team:pr-2")]
    [InlineData("distribution #2370: a digest that is not the tag's removes nothing", "a a 90d, b b 1d", "--images team/app:a@DIGEST-b --protect :z", "")]
    [InlineData("crane #1862: what is gone already is no failure", "b b 1d", "--images team/app:pr-*", "")]
    [InlineData("Harbor doublestar: a question mark is one character", "pr-1 a 9d, pr-12 b 9d, main c 1d", "--images team/app:pr-?", "pr-1")]
    // Combinations, as with restic's forget.
    [InlineData("restic: any rule keeps", "a a 1d, b b 10d, c c 40d, d d 50d", "--images team/app --keep-last 1 --keep-within 45d", "d")]
    [InlineData("acr purge --ago --keep: old, but not the last ones", "a a 40d, b b 50d, c c 60d", "--images team/app --older-than 30d --keep-last 2", "c")]
    [InlineData("snok keep-n-most-recent: of each repository by itself", "team/app| a a 1d, b b 2d\nteam/tool| c c 40d, d d 50d", "--images team/* --keep-last 1", "b team/tool:d")]
    [InlineData("zot pushedWithin: an abandoned repository is left alone", "a a 400d, b b 401d", "--images team/app --keep-within 30d", "")]
    [InlineData("acr purge --untagged-only: untagged alone touches no tag", "a a 90d, b b 1d", "--images team/app --untagged", "")]
    public async Task Exactly_this_goes(string issue, string tags, string words, string? expected)
    {
        foreach (var image in "abcde")
            words = words.Replace($"DIGEST-{image}", RetentionScene.Image($"{image}").ToString(), StringComparison.Ordinal);
        var request = await RetentionScene.RequestAsync(words);
        if (expected is null)
        {
            request.Selects.ShouldBeFalse(issue);
            return;
        }

        RetentionScene.Select(RetentionScene.Facts(tags), request).Removed().ShouldBe(expected, issue);
    }

    [Theory]
    [InlineData("kept as one to roll back to", "--superseded-by team/app:1.4.2 --keep-last 2", "1.4.1", "2nd of the last 2 patches of 1.4")]
    [InlineData("removed as superseded", "--superseded-by team/app:1.4.2", "1.4.0", "superseded by 1.4.2")]
    [InlineData("kept as it is of another line", "--superseded-by team/app:1.4.2", "1.3.9", "not of the line 1.4 of 1.4.2")]
    [InlineData("kept as the release itself", "--superseded-by team/app:1.4.2", "1.4.2", "the same image as team/app:latest")]
    [InlineData("kept as latest", "--images team/app --older-than 1h", "latest", "'latest' is protected")]
    [InlineData("removed as too old", "--images team/app --older-than 25d", "1.4.0", "older than 25d (pushed 2026-10-25)")]
    [InlineData("kept as young", "--images team/app --older-than 25d", "1.4.1", "not older than 25d (pushed 2026-11-04)")]
    [InlineData("kept as protected", "--images team/app --older-than 1h --protect team/app:1.3.*", "1.3.9", "protected by 'team/app:1.3.*'")]
    [InlineData("kept as the newest of its line", "--images team/app:1.4.0 team/app:1.3.* --older-than 1h --line minor", "1.3.9", "the newest version of 1.3: no rule takes it")]
    [InlineData("removed by a pattern", "--images team/app:1.3.*", "1.3.9", "asked for by 'team/app:1.3.*'")]
    [InlineData("kept by the number of versions", "--images team/app --keep-semver major:1,minor:2,patch:2", "1.4.1", "2nd of the last 2 patches of 1.4, 1st of the last 2 minors of 1, 1st of the last 1 majors")]
    [InlineData("removed by the number of versions", "--images team/app --keep-semver minor:1", "1.3.9", "1.3 is not among the last 1 minors of 1")]
    [InlineData("kept by the calendar", "--images team/app --keep-daily 2", "1.4.1", "the newest pushed in 2026-11-04, one of the last 2 days")]
    [InlineData("removed, with what each rule says", "--images team/app --keep-last 1 --older-than 25d", "1.4.0", "not among the last 1; older than 25d (pushed 2026-10-25)")]
    public async Task Every_tag_says_why(string what, string words, string tag, string reason) =>
        (await RetentionScene.SelectAsync(Releases, words)).ReasonOf(tag).ShouldBe(reason, what);

    [Fact]
    public async Task Nothing_goes_from_a_repository_in_which_something_cannot_be_read()
    {
        // dataaxiom f5e37e7, rotki PR #12849: a read that fails is no permission.
        var facts = RetentionScene.Facts("a a 90d, b b 1d").Select(repository => repository with { Problem = "a manifest is broken" });

        var selection = RetentionScene.Select([.. facts, .. RetentionScene.Facts("team/tool| a a 90d, b b 1d")], await RetentionScene.RequestAsync("--images team/* --older-than 30d"));

        selection.Removed().ShouldBe("team/tool:a");
        selection.Remarks.ShouldHaveSingleItem().ShouldContain("a manifest is broken");
    }

    [Fact]
    public async Task What_is_selected_is_pinned_to_where_it_points()
    {
        // positron PR #15764: what moved between looking and deleting is not what was looked at.
        var selection = await RetentionScene.SelectAsync("pr-1 a 90d, main b 1d", "--images team/app:pr-*");

        selection.Images.Select(image => image.ToString()).ShouldBe([$"team/app:pr-1@{RetentionScene.Image("a")}"]);
    }

    [Fact]
    public async Task What_fits_nothing_is_said()
    {
        var selection = await RetentionScene.SelectAsync("main b 1d", "--images team/app:pr-* team/none*:x --superseded-by team/app:1.0.0");

        selection.Unmatched.ShouldBe(["'team/app:pr-*' fits no tag", "'team/none*:x' fits no repository", "'team/app:1.0.0' is not there, so that it supersedes nothing"]);
    }
}
