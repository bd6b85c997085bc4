using RegistryCleaner.Checking;
using RegistryCleaner.Naming;
using RegistryCleaner.Pruning;
using RegistryCleaner.Store;

namespace RegistryCleaner.Restoring;

/// <summary>
/// Takes a run back: what it removed goes from the trash to where it was, data first and tags last, never over what is there by now.
/// </summary>
/// <remarks>
/// A registry that goes on serving needs not be told: it remembers what is there, never that something is not. Killed at any point,
/// the same call ends what was begun.
/// </remarks>
internal sealed class Restorer
{
    private readonly IStoreFiles _files;
    private readonly PruneJournal _journal;
    private readonly RestoreRequest _request;
    private readonly TrashIndex _trash;
    private readonly IReadOnlyList<RestoreCandidate> _candidates;
    private readonly List<string> _remarks = [];
    private readonly Dictionary<RestoreCandidate, RestoredImage> _decisions = [];
    private IReadOnlyList<string> _moves = [];

    private Restorer(IStoreFiles files, PruneJournal journal, RestoreRequest request, TrashIndex trash, IReadOnlyList<RestoreCandidate> candidates) =>
        (_files, _journal, _request, _trash, _candidates) = (files, journal, request, trash, candidates);

    /// <summary>What would be done, or was.</summary>
    public RestorePlan Plan { get; private set; } = null!;

    /// <summary>Finds out what would come back, and touches nothing.</summary>
    public static async Task<Restorer> PlanAsync(IStoreFiles files, PruneJournal journal, RestoreRequest request, CancellationToken cancellationToken)
    {
        var trash = await TrashIndex.ReadAsync(files, journal.RunId, cancellationToken);
        var candidates = await new RestoreScope(journal, request, new ImageNeeds(files, trash.PlacesOf, new Dictionary<Digest, ManifestState>())).FindAsync(cancellationToken);
        var restorer = new Restorer(files, journal, request, trash, candidates);
        await restorer.DecideAsync(cancellationToken);
        return restorer;
    }

    /// <summary>Does it. What was begun is ended: there is no cancelling in between.</summary>
    public async Task ApplyAsync()
    {
        foreach (var repository in _journal.Repositories.Where(repository => repository.Removed).Select(repository => RepositoryName.Parse(repository.Name)).Where(_request.TakesWhole))
            await _trash.Own.Rest.PutBackAsync([StoreLayout.Manifests(repository), StoreLayout.Layers(repository), StoreLayout.Uploads(repository)]);
        foreach (var rank in _moves.GroupBy(TrashOrder.RankOf))
        {
            foreach (var trash in rank.GroupBy(_trash.TrashOf))
                Note(await trash.Key.PutBackAsync([.. trash]));
        }

        // What was planned may have changed meanwhile, or have failed: a tag comes back only to what is there.
        var there = await ThereAsync(Coming.SelectMany(candidate => candidate.Needs).Select(need => need.Path), CancellationToken.None);
        foreach (var candidate in Coming.ToList())
        {
            if (FindLost(candidate, need => there.Contains(need.Path)) is { } reason)
                Decide(candidate, RestoreDecision.Lost, reason);
        }

        await PutTagsBackAsync();
        if ((await _trash.Own.FilesAsync(CancellationToken.None)).Count == 0 && (await _trash.Own.Rest.FilesAsync(CancellationToken.None)).Count == 0)
            await new EarlierRuns(_files).EndAsync(_journal.RunId, RunEnd.Restored);
        Plan = MakePlan();
    }

    private IEnumerable<RestoreCandidate> Coming => _candidates.Where(candidate => _decisions[candidate].Decision is RestoreDecision.Restore or RestoreDecision.Overwrite);

    private async Task DecideAsync(CancellationToken cancellationToken)
    {
        var tags = _candidates.Where(candidate => candidate.Tag is not null).ToList();
        var links = await new StoreReader(_files).ReadLinksAsync([.. tags.Select(TagLinkOf)], cancellationToken);
        // What lies among the tags and is none goes back with its repository's directories, or not at all.
        var own = _trash.Files.Concat(_trash.Rest).Where(path => !TrashOrder.IsTag(path)).Where(IsAskedFor).ToList();
        var there = await ThereAsync([.. own, .. _candidates.SelectMany(candidate => candidate.Needs).Select(need => need.Path)], cancellationToken);

        foreach (var candidate in _candidates)
        {
            // A directory without a link is what a push leaves that was broken off.
            var link = candidate.Tag is not null && links.TryGetValue(TagLinkOf(candidate), out var found) ? found : (Link?)null;
            var (decision, reason) = DecideTag(candidate, link);
            if (decision is RestoreDecision.Restore or RestoreDecision.Overwrite && FindLost(candidate, need => there.Contains(need.Path) || _trash.Has(need.Path)) is { } lost)
                (decision, reason) = (RestoreDecision.Lost, lost);
            Decide(candidate, decision, reason);
        }

        var needed = Coming.SelectMany(candidate => candidate.Needs).Select(need => need.Path).Where(_trash.Has);
        _moves = TrashOrder.Sort(own.Concat(needed).Where(path => !there.Contains(path)), _journal);
        Plan = MakePlan();
    }

    private (RestoreDecision Decision, string Reason) DecideTag(RestoreCandidate candidate, Link? now)
    {
        if (candidate.Tag is null)
            return (RestoreDecision.Restore, "the run had removed it");
        if (now is { } link)
        {
            if (link.Target == candidate.Digest && candidate.Digest is not null)
                return (RestoreDecision.Present, "it is there and points where it did");
            var where = link.Target is { } target ? $"it points to {target} now" : "it is there and cannot be read";
            return _request.Overwrite && candidate.Digest is not null
                ? (RestoreDecision.Overwrite, $"{where}; that manifest stays without this tag")
                : (RestoreDecision.PushedAnew, $"{where}; --overwrite makes it point to {candidate.Digest} again");
        }

        return _trash.Files.Any(path => path.StartsWith(TagPathOf(candidate) + "/", StringComparison.Ordinal))
            ? (RestoreDecision.Restore, "the run had removed it")
            : (RestoreDecision.Lost, "its link is not in the trash any more");
    }

    // An index may name platforms that were never pushed: one that no run took away is none that could come back.
    private string? FindLost(RestoreCandidate candidate, Func<ImageNeed, bool> isThere)
    {
        var removed = _journal.Repositories.First(repository => repository.Name == candidate.Repository.Value).Manifests.Select(manifest => manifest.Name).ToHashSet(StringComparer.Ordinal);
        return candidate.Needs
            .Where(need => !isThere(need) && (need.Kind == NeedKind.Child ? removed.Contains(need.Digest.ToString()) : !need.MayBeElsewhere))
            .Select(need => $"{need.Path} is neither whole in the store nor in the trash of any run")
            .FirstOrDefault();
    }

    private async Task PutTagsBackAsync()
    {
        var tags = Coming.Where(candidate => candidate.Tag is not null && _decisions[candidate].Decision == RestoreDecision.Restore).ToList();
        foreach (var (tag, moved) in tags.Zip(await _trash.Own.PutTagsBackAsync([.. tags.Select(TagPathOf)])))
        {
            if (moved.Result == MoveResult.TargetExists)
                Decide(tag, RestoreDecision.PushedAnew, "it was pushed a moment ago");
            else if (moved.Result != MoveResult.Moved)
                Decide(tag, RestoreDecision.Lost, $"it could not be put back: {moved.Why}");
        }

        // One file, written at once: the tag is never away, and what it pointed to stays.
        foreach (var tag in Coming.Where(candidate => _decisions[candidate].Decision == RestoreDecision.Overwrite).ToList())
            await _files.WriteAsync(TagLinkOf(tag), System.Text.Encoding.ASCII.GetBytes(tag.Digest.ToString()!), CancellationToken.None);
    }

    // What is there by now is as good: data is the same under the same digest, and a link as well.
    private void Note(IEnumerable<MoveOutcome> outcomes)
    {
        foreach (var outcome in outcomes.Where(outcome => outcome.Result == MoveResult.Failed))
            _remarks.Add($"{outcome.Path} could not be put back: {outcome.Problem}");
    }

    private bool IsAskedFor(string path) =>
        _request.IsWhole || _request.Images.Where(image => _request.TakesWhole(image.Repository)).Any(image => path.StartsWith(StoreLayout.Repository(image.Repository) + "/_", StringComparison.Ordinal));

    private void Decide(RestoreCandidate candidate, RestoreDecision decision, string reason) => _decisions[candidate] = new RestoredImage(candidate.Image, candidate.Digest, decision, reason);

    private RestorePlan MakePlan()
    {
        var blobs = _moves.Where(path => TrashOrder.RankOf(path) == 0).ToList();
        return new RestorePlan
        {
            Run = _journal.RunId,
            // Those without a tag are named where they were asked for by name, and where one cannot come back.
            Images = [.. _candidates.Select(candidate => (Candidate: candidate, Image: _decisions[candidate]))
                .Where(item => item.Candidate.Tag is not null || item.Image.Decision == RestoreDecision.Lost || !_request.TakesWhole(item.Candidate.Repository))
                .Select(item => item.Image).OrderBy(image => image.Image, StringComparer.Ordinal)],
            Manifests = _moves.Count(path => TrashOrder.RankOf(path) == TrashOrder.RevisionRank),
            Layers = _moves.Count(path => path.Contains($"/{StoreLayout.LayersName}/", StringComparison.Ordinal)),
            Blobs = blobs.Count,
            Bytes = blobs.Sum(_trash.SizeOf),
            Remarks = [.. _remarks],
        };
    }

    // Data that is shorter than it was, and a link that does not say what it has to, are what a push left that broke off: they are no
    // better than none. Nor is a longer copy in a trash any better than data that is what its name says.
    private async Task<IReadOnlySet<string>> ThereAsync(IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        var entries = (await _files.StatAsync([.. paths.Distinct(StringComparer.Ordinal)], cancellationToken)).Values.ToList();
        List<string> shorter = [.. entries.Where(entry => StoreLayout.IsBlobData(entry.Path) && entry.Size < _trash.SizeOf(entry.Path)).Select(entry => entry.Path)];
        var reader = new StoreReader(_files);
        var cutOff = shorter.Except(await reader.FindWholeDataAsync(shorter, cancellationToken)).ToHashSet(StringComparer.Ordinal);
        var whole = await reader.FindWholeLinksAsync(entries.Select(entry => entry.Path), cancellationToken);
        return entries.Select(entry => entry.Path).Where(path => !cutOff.Contains(path) && (whole.Contains(path) || !StoreLayout.IsLinkOfDigest(path, out _))).ToHashSet(StringComparer.Ordinal);
    }

    private static string TagPathOf(RestoreCandidate candidate) => StoreLayout.Tag(candidate.Repository, candidate.Tag!);

    private static string TagLinkOf(RestoreCandidate candidate) => StoreLayout.TagLink(candidate.Repository, candidate.Tag!);
}
