using System.Collections.Immutable;
using RegistryCleaner.Checking;
using RegistryCleaner.Marking;
using RegistryCleaner.Pruning;
using RegistryCleaner.Store;

namespace RegistryCleaner.Restoring;

/// <summary>
/// Repairs what can be repaired without harm: what is missing and lies in a trash goes back, and links that lead nowhere and that
/// nothing needs go, through a journal like everything that goes. What only goes back has none: it is in that of the run that removed it.
/// </summary>
internal sealed class StoreRepair(IStoreFiles files, Pruner pruner)
{
    // As History names it.
    private const string Verb = "CheckRegistry --repair";

    /// <summary>Does it.</summary>
    /// <param name="checkAsync">Looks at the store.</param>
    /// <param name="outcome">What is told.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    /// <returns>What is not as it should be at the end.</returns>
    public async Task<IReadOnlyList<Finding>> RunAsync(
        Func<Task<(StoreChecker Checker, IReadOnlyList<Finding> Findings)>> checkAsync, PruneOutcome outcome, CancellationToken cancellationToken)
    {
        var (checker, findings) = await checkAsync();
        // What is there again shows what else it needs.
        while (await PutBackAsync(findings.Select(finding => finding.Repair).OfType<string>().Concat(checker.OfChildren), outcome, cancellationToken))
            (checker, findings) = await checkAsync();
        await UnlinkDanglingAsync(checker, outcome, cancellationToken);
        return (await checkAsync()).Findings;
    }

    private async Task<bool> PutBackAsync(IEnumerable<string> missing, PruneOutcome outcome, CancellationToken cancellationToken)
    {
        var isAnyBack = false;
        var trash = await TrashIndex.ReadAsync(files, "", cancellationToken);
        var back = TrashOrder.Sort(missing.Where(trash.Has), null);
        foreach (var rank in back.GroupBy(TrashOrder.RankOf))
        {
            foreach (var run in rank.GroupBy(trash.TrashOf))
            {
                foreach (var moved in await run.Key.PutBackAsync([.. run]))
                {
                    isAnyBack |= moved.Result == MoveResult.Moved;
                    outcome.Note(moved.Result == MoveResult.Moved ? $"{moved.Path} went back from the trash of the run {run.Key.RunId}" : $"{moved.Path} could not be put back: {moved.Why}");
                }
            }
        }

        return isAnyBack;
    }

    private async Task UnlinkDanglingAsync(StoreChecker checker, PruneOutcome outcome, CancellationToken cancellationToken)
    {
        List<RepositoryGarbage> dangling =
        [
            .. checker.Dangling.Where(item => item.Link.Path == StoreLayout.LayerLink(item.Repository, item.Link.Link.Target!.Value)).GroupBy(item => item.Repository)
                .Select(group => new RepositoryGarbage(group.Key, [], [], [.. group.Select(item => new CollectedLink(item.Link.Link.Target!.Value, item.Link.Modified)).Order(Comparer<CollectedLink>.Create((a, b) => a.Digest.CompareTo(b.Digest)))])),
        ];
        await pruner.ApplyAsync(
            new CollectionPlan
            {
                Repositories = [.. dangling],
                Blobs = [],
                Uploads = [],
                Leftovers = [],
                Directories = [],
                AllBlobs = 0,
                RecentBlobs = 0,
                RecentBytes = 0,
                Remarks = ImmutableArray<string>.Empty,
            },
            Verb,
            outcome,
            cancellationToken);
    }
}
