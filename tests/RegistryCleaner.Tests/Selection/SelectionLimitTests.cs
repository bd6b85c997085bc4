using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Selection;

namespace RegistryCleaner.Tests.Selection;

/// <summary>What <c>--max-delete</c> counts.</summary>
public class SelectionLimitTests
{
    private static readonly string s_signatures = string.Join(", ", Enumerable.Range(0, 9).Select(i => $"sha256-{new string('a', 63)}{i}.sig s{i} 1d"));

    [Theory]
    [InlineData("pr-1 a 90d, pr-2 b 90d, main c 1d", 0, "66%", "2 of 3 tags in scope would go")]
    [InlineData("pr-1 a 90d, pr-2 b 90d, main c 1d", 0, "67%", null)]
    [InlineData("pr-1 a 90d, pr-2 b 90d, main c 1d, SIGNATURES", 0, "66%", "2 of 3 tags in scope would go")]
    [InlineData("main c 1d", 11, "10", "11 of 12 tags and untagged manifests in scope would go")]
    [InlineData("main c 1d", 11, "90%", "11 of 12 tags and untagged manifests in scope would go")]
    [InlineData("main c 1d", 10, "10", null)]
    public async Task These_are_counted(string tags, int untagged, string limit, string? reason)
    {
        var facts = RetentionScene.Facts(tags.Replace("SIGNATURES", s_signatures, StringComparison.Ordinal)).Select(repository => repository with
        {
            Untagged = [.. Enumerable.Range(0, untagged).Select(i => new UntaggedManifest(RetentionScene.Image($"untagged {i}"), RetentionScene.Now - TimeSpan.FromDays(90)))],
        });
        var selection = RetentionScene.Select([.. facts], await RetentionScene.RequestAsync("--images team/app --older-than 30d --untagged"));

        (Why(limit, selection) ?? "nothing").ShouldStartWith(reason ?? "nothing");
    }

    [Fact]
    public async Task Of_the_bytes_only_those_in_scope_are()
    {
        var selection = await RetentionScene.SelectAsync("pr-1 a 90d, main c 1d", "--images team/app:pr-*");
        BlobPlan[] freed = [new(RetentionScene.Image("a"), 60, true, ""), new(RetentionScene.Image("signature"), 1000, true, ""), new(RetentionScene.Image("shared"), 40, false, "")];
        var inScope = new Dictionary<Digest, long> { [RetentionScene.Image("a")] = 60, [RetentionScene.Image("shared")] = 40 };

        Why("100%", selection, freed, inScope).ShouldBeNull();
        Why("1", selection, freed).ShouldBeNull();
        SelectionLimit.WhyTooMuch(Limit("59%"), selection with { Repositories = [] }, Plan(freed), inScope).ShouldNotBeNull().ShouldStartWith("60 of 100 bytes in scope would be freed");
    }

    private static string? Why(string limit, ImageSelection selection, BlobPlan[]? freed = null, IReadOnlyDictionary<Digest, long>? inScope = null) =>
        SelectionLimit.WhyTooMuch(Limit(limit), selection, Plan(freed ?? []), inScope);

    private static PrunePlan Plan(BlobPlan[] blobs) => new() { Repositories = [], Missing = [], Blobs = [.. blobs] };

    private static DeletionLimit Limit(string text)
    {
        DeletionLimit.TryParse(text, out var limit).ShouldBeTrue();
        return limit;
    }
}
