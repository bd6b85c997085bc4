using System.Collections.Immutable;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;

namespace RegistryCleaner.Selection;

/// <summary>All that a selection is made by.</summary>
/// <param name="Scopes">Scopes with their rules; a tag belongs to the first that it fits, and one that fits none stays.</param>
/// <param name="Protection">What no rule takes.</param>
/// <param name="Now">The time by which ages are judged.</param>
internal sealed record SelectionRequest(IReadOnlyList<ScopedRules> Scopes, Protection Protection, DateTimeOffset Now);

/// <summary>Turns rules and what is known of repositories into a selection. Pure: the same input gives the same selection, in any order.</summary>
internal sealed class ImageSelecting
{
    private readonly SelectionRequest _request;
    private readonly ProtectedImages _protected;

    private ImageSelecting(SelectionRequest request, IReadOnlyList<RepositoryFacts> repositories)
    {
        _request = request;
        _protected = new ProtectedImages(request.Protection, repositories);
    }

    /// <summary>Selects.</summary>
    public static ImageSelection Select(SelectionRequest request, IReadOnlyCollection<RepositoryFacts> repositories)
    {
        var sorted = repositories.OrderBy(repository => repository.Name).ToList();
        var selecting = new ImageSelecting(request, sorted);
        var selections = sorted.Select(selecting.Select).Where(selection => selection is not { Tags: [], Untagged: [] }).ToImmutableArray();
        return new ImageSelection
        {
            Repositories = selections,
            Unmatched = [.. selecting.Unmatched(sorted)],
            Remarks =
            [
                .. sorted.Where(repository => repository.Problem is not null && selections.Any(selection => selection.Name == repository.Name))
                    .Select(repository => $"{repository.Name}: no rule takes anything, because not everything in it can be read: {repository.Problem}"),
                .. selecting.Releases(inScope: false).Select(release => $"'{release}' is outside of the scope, so that it supersedes nothing"),
            ],
        };
    }

    private RepositorySelection Select(RepositoryFacts repository)
    {
        var scopes = _request.Scopes.Select(scope => scope.In(repository.Name)).OfType<RepositoryScope>().ToList();
        var byScope = repository.Tags.Select(tag => (Tag: tag, Scope: scopes.Find(scope => scope.Fits(tag)))).Where(item => item.Scope is not null).GroupBy(item => item.Scope!);
        var decisions = byScope.SelectMany(group => Decide(repository, group.Key, [.. group.Select(item => item.Tag)])).ToDictionary(decision => decision.Facts.Tag);
        GuardRails.Apply(repository, decisions);
        var expiries = ExpiriesOfParts(repository);
        return new RepositorySelection
        {
            Name = repository.Name,
            Tags = [.. decisions.Values.OrderBy(decision => decision.Facts.Tag).Select(decision => new TagPlan(decision.Facts.Tag, decision.Facts.Digest, decision.Removed, decision.Reason) { RulesSaid = decision.RulesSaid })],
            Staying = repository.Tags.Where(tag => tag.IsReferrer).Select(tag => (tag.Tag, Why: _protected.WhyTag(repository, tag))).Where(item => item.Why is not null).ToDictionary(item => item.Tag, item => item.Why!),
            Untagged = [.. KeepWithParts(repository, [.. repository.Untagged.OrderBy(manifest => manifest.Digest).Select(manifest => DecideUntagged(repository, scopes, manifest, expiries)).OfType<ManifestPlan>()])],
        };
    }

    private IEnumerable<TagDecision> Decide(RepositoryFacts repository, RepositoryScope scope, IReadOnlyList<TagFacts> tags)
    {
        var eligible = new List<TagFacts>();
        foreach (var tag in tags)
        {
            if (WhyNoRuleMay(repository, scope, tag) is { } reason)
                yield return new TagDecision(tag, scope, false, reason);
            else
                eligible.Add(tag);
        }

        var ruleScope = new RuleScope(repository, eligible, scope.Rules, _request.Now);
        var verdicts = scope.Rules.For(repository.Name).Select(rule => rule.Judge(ruleScope)).ToList();
        for (var i = 0; i < ruleScope.Tags.Count; i++)
        {
            var tag = ruleScope.Tags[i].Facts;
            var mine = verdicts.Select(each => each[i]).ToList();
            var decision = mine.Exists(verdict => verdict.Keeps)
                ? new TagDecision(tag, scope, false, string.Join("; ", mine.Where(verdict => verdict.Keeps).Select(verdict => verdict.Words)))
                : new TagDecision(tag, scope, true, mine.Count > 0 ? string.Join("; ", mine.Select(verdict => verdict.Words)) : scope.Asks(tag));
            yield return (_protected.WhyTag(repository, tag) ?? (scope.Names(tag) ? null : _protected.WhyLatest(tag))) is { } why ? decision.Kept(why) : decision;
        }
    }

    private string? WhyNoRuleMay(RepositoryFacts repository, RepositoryScope scope, TagFacts tag)
    {
        if (scope.Rules is { Untagged: true, AreAboutTags: false })
            return "only manifests without a tag were asked for";
        if (tag.IsReferrer)
            return _protected.WhyTag(repository, tag) ?? "it is about another image: no rule takes it";
        if (tag.Digest is null)
            return "where it points cannot be read";
        return repository.WhyNothingGoes;
    }

    // A platform that says nothing of its own expires with the index that it is part of, with the last of them.
    private static Dictionary<Digest, Expiry> ExpiriesOfParts(RepositoryFacts repository)
    {
        var silent = repository.Untagged.Where(manifest => manifest.Expiry == default).Select(manifest => manifest.Digest).ToHashSet();
        return repository.Untagged.Where(manifest => manifest.Expiry.At is not null)
            .SelectMany(manifest => repository.PartsOf(manifest.Digest).Where(silent.Contains).Select(part => (Part: part, manifest.Expiry)))
            .GroupBy(item => item.Part)
            .ToDictionary(group => group.Key, group => group.MaxBy(item => item.Expiry.At).Expiry);
    }

    private ManifestPlan? DecideUntagged(RepositoryFacts repository, List<RepositoryScope> scopes, UntaggedManifest manifest, Dictionary<Digest, Expiry> expiries)
    {
        // The first scope that they are in decides, whether its rules take any or not.
        if (scopes.Find(scope => scope.IsOfUntagged) is not { Rules.Untagged: true } found)
            return null;
        TimeSpan?[] asked = [found.Rules.OlderThan, found.Rules.KeepWithin];
        var age = asked.Append(PrunePlanner.PushGrace).Max()!.Value;
        var isUnknown = asked.Any(each => each is not null) && !found.Rules.UnknownAgeIsOld && RuleScope.Known(manifest.Linked) is null;
        Verdict? expired = found.Rules.Expired ? ExpiredRule.Judge(expiries.TryGetValue(manifest.Digest, out var inherited) ? inherited : manifest.Expiry, _request.Now) : null;
        var (removed, reason) = repository.WhyNothingGoes is { } unread ? (false, unread)
            : _protected.WhyUntagged(repository, manifest.Digest) is { } why ? (false, why)
            : expired is { Keeps: true, Words: var words } ? (false, $"no tag leads to it, but {words}")
            : isUnknown ? (false, "no tag leads to it, but its age is not known")
            : manifest.Linked > _request.Now - age ? (false, $"no tag leads to it, but it was pushed within {Words.Age(age)}")
            : (true, expired is null ? "no tag leads to it" : $"no tag leads to it; {expired.Value.Words}");
        return new ManifestPlan(manifest.Digest, "", removed, reason, manifest.Linked);
    }

    // An index goes with its platforms: where one of these is to stay, so is the index.
    private static IEnumerable<ManifestPlan> KeepWithParts(RepositoryFacts repository, IReadOnlyList<ManifestPlan> manifests)
    {
        var kept = manifests.Where(manifest => !manifest.Removed).Select(manifest => manifest.Digest).ToHashSet();
        return manifests.Select(manifest => manifest.Removed && kept.Count > 0 && repository.PartsOf(manifest.Digest).Any(kept.Contains)
            ? manifest with { Removed = false, Reason = "no tag leads to it, but a part of it stays" }
            : manifest);
    }

    // Of what is outside of its scope nobody looked whether it is there.
    private IEnumerable<ImageSelector> Releases(bool inScope) =>
        _request.Scopes.SelectMany(scope => scope.Rules.SupersededBy.Where(release => scope.In(release.Repository) is not null == inScope));

    private IEnumerable<string> Unmatched(IReadOnlyList<RepositoryFacts> repositories)
    {
        foreach (var image in _request.Scopes.SelectMany(scope => scope.Images))
        {
            var fitting = repositories.Where(repository => image.Fits(repository.Name)).ToList();
            if (fitting.Count == 0)
                yield return $"'{image.Text}' fits no repository";
            else if (image.Tag is not null && !fitting.Exists(repository => repository.Tags.Any(tag => image.Fits(tag.Tag, tag.Digest))))
                yield return $"'{image.Text}' fits no tag";
        }

        foreach (var release in Releases(inScope: true))
        {
            if (!repositories.Any(repository => repository.Name == release.Repository && repository.Tags.Any(tag => tag.Tag == release.Tag && tag.Digest is not null)))
                yield return $"'{release}' is not there, so that it supersedes nothing";
        }
    }
}
