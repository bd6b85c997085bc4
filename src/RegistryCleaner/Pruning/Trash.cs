using System.Globalization;
using System.Text;
using RegistryCleaner.Store;

namespace RegistryCleaner.Pruning;

/// <summary>
/// Where a run puts what it takes away, by rename, so that all of it can go back: the same paths below a directory of the run's own.
/// </summary>
internal sealed class Trash(IStoreFiles files, string runId)
{
    public const string RestName = "rest";

    public const string CompletedName = "completed";

    private string Base => StoreLayout.TrashOf(RunId);

    /// <summary>The run.</summary>
    public string RunId { get; } = runId;

    /// <summary>A second trash of the same run, for the directories of whole repositories.</summary>
    public Trash Rest => Aside(RestName);

    /// <summary>Where it is written that the run has done all that it set out to do.</summary>
    public string CompletedFile => $"{Base}/{CompletedName}";

    /// <summary>Where it is written that nobody who began a request before the run's end can need anything of it any more.</summary>
    public string JudgedFile => $"{Base}/judged";

    /// <summary>Another trash of the same run.</summary>
    public Trash Aside(string name) => new(files, $"{RunId}/{name}");

    /// <summary>Where a path of the store lies in the trash.</summary>
    public string Of(string path) => $"{Base}/{path}";

    /// <summary>Takes paths of the store away, in the order given.</summary>
    public Task<IReadOnlyList<MoveOutcome>> TakeAsync(IReadOnlyList<string> paths) => MoveAsync(StoreLayout.Version2, $"{Base}/{StoreLayout.Version2}", paths);

    /// <summary>
    /// Puts paths of the store back, never over what is there by now. A blob's data and a link that are there by now are the same, unless
    /// whoever wrote them broke off: then they are put aside for those in the trash.
    /// </summary>
    public async Task<IReadOnlyList<MoveOutcome>> PutBackAsync(IReadOnlyList<string> paths)
    {
        var outcomes = (await MoveBackAsync(paths)).ToArray();
        List<string> there = [.. outcomes.Where(outcome => outcome.Result == MoveResult.TargetExists).Select(outcome => outcome.Path)];
        List<string> damaged = [.. await DamagedAsync([.. there.Where(StoreLayout.IsBlobData)]), .. await DamagedLinksAsync([.. there.Where(path => StoreLayout.IsLinkOfDigest(path, out _))])];
        if (damaged.Count == 0)
            return outcomes;
        await Aside($"damaged-{Guid.NewGuid():n}").TakeAsync(damaged);
        var back = (await MoveBackAsync(damaged)).ToDictionary(outcome => outcome.Path, StringComparer.Ordinal);
        return [.. outcomes.Select(outcome => back.GetValueOrDefault(outcome.Path, outcome))];
    }

    private Task<IReadOnlyList<MoveOutcome>> MoveBackAsync(IReadOnlyList<string> paths) => MoveAsync($"{Base}/{StoreLayout.Version2}", StoreLayout.Version2, paths);

    // Of another length than that in the trash, which is what its name says, as the one in the store is not.
    private async Task<IReadOnlyList<string>> DamagedAsync(IReadOnlyList<string> paths)
    {
        if (paths.Count == 0)
            return [];
        var entries = await files.StatAsync([.. paths, .. paths.Select(Of)], CancellationToken.None);
        List<string> other = [.. paths.Where(path => entries.TryGetValue(path, out var here) && entries.TryGetValue(Of(path), out var trashed) && here.Size != trashed.Size)];
        if (other.Count == 0)
            return [];
        var whole = await new StoreReader(files).FindWholeDataAsync([.. other, .. other.Select(Of)], CancellationToken.None);
        return [.. other.Where(path => !whole.Contains(path) && whole.Contains(Of(path)))];
    }

    // Empty, or saying something else than it has to, as the one in the trash does not.
    private async Task<IReadOnlyList<string>> DamagedLinksAsync(IReadOnlyList<string> paths)
    {
        if (paths.Count == 0)
            return [];
        var whole = await new StoreReader(files).FindWholeLinksAsync([.. paths, .. paths.Select(Of)], CancellationToken.None);
        return [.. paths.Where(path => !whole.Contains(path) && whole.Contains(Of(path)))];
    }

    /// <summary>
    /// Puts tags back, never over a link that is there. Where a push has made a tag's directory again and has not written its link, or
    /// never will, the tag's files go back into that directory: a link that comes later is written over this one.
    /// </summary>
    /// <param name="tags">The tags' directories.</param>
    public async Task<IReadOnlyList<MoveOutcome>> PutTagsBackAsync(IReadOnlyList<string> tags)
    {
        var outcomes = (await PutBackAsync(tags)).ToArray();
        foreach (var index in Enumerable.Range(0, tags.Count).Where(index => outcomes[index].Result == MoveResult.TargetExists))
        {
            // The link decides whether the tag goes back. Its past would be somebody else's beside a link that is there by now.
            var link = StoreLayout.LinkOfTag(tags[index]);
            outcomes[index] = (await PutBackAsync([link]))[0] with { Path = tags[index] };
            if (outcomes[index].Result is not (MoveResult.Moved or MoveResult.Missing))
                continue;
            List<string> past = [.. (await FilesAsync(tags[index], CancellationToken.None)).Select(file => file.Path).Where(path => path != link)];
            await PutBackAsync(past);
            // What is left of it would be taken for the tag itself.
            await files.RemoveEmptyDirectoriesAsync([.. past.Append(link).SelectMany(path => DirectoriesOf(path, tags[index])).Distinct(StringComparer.Ordinal).OrderByDescending(path => path.Length).Select(Of)], CancellationToken.None);
        }

        return outcomes;
    }

    private static IEnumerable<string> DirectoriesOf(string path, string uppermost)
    {
        for (var directory = StoreLayout.ParentOf(path); directory.Length >= uppermost.Length; directory = StoreLayout.ParentOf(directory))
            yield return directory;
    }

    /// <summary>The files in the trash of this run, by their path in the store.</summary>
    public Task<IReadOnlyList<StoreEntry>> FilesAsync(CancellationToken cancellationToken) => FilesAsync(StoreLayout.Version2, cancellationToken);

    private async Task<IReadOnlyList<StoreEntry>> FilesAsync(string below, CancellationToken cancellationToken)
    {
        var listing = await files.ListOwnAsync([Of(below)], ListDepth.Tree, $"The trash of run {RunId} cannot be listed", cancellationToken);
        return [.. listing.Where(entry => entry.Kind != EntryKind.Directory).Select(entry => entry with { Path = entry.Path[(Base.Length + 1)..] })];
    }

    /// <summary>Those of the paths of the store that lie in the trash.</summary>
    public async Task<IReadOnlySet<string>> ExistingAsync(IReadOnlyCollection<string> paths)
    {
        var entries = await files.StatAsync([.. paths.Select(Of)], CancellationToken.None);
        return paths.Where(path => entries.ContainsKey(Of(path))).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Leaves the trash to a later run, as one of which nothing is left to be done but to look once more.</summary>
    /// <param name="retention">For how long it is kept, in seconds from now.</param>
    public Task CompleteAsync(long retention) =>
        files.WriteAsync(CompletedFile, Encoding.ASCII.GetBytes(retention.ToString(CultureInfo.InvariantCulture)), CancellationToken.None);

    /// <summary>Writes down that the run was looked at again long enough after it, so that only its space is left to be freed.</summary>
    public Task JudgeAsync() => files.WriteAsync(JudgedFile, ReadOnlyMemory<byte>.Empty, CancellationToken.None);

    // A rename that was begun is ended: cancelling happens between the steps.
    private async Task<IReadOnlyList<MoveOutcome>> MoveAsync(string from, string to, IReadOnlyList<string> paths)
    {
        var prefix = StoreLayout.Version2.Length + 1;
        var outcomes = await files.MoveAsync(from, to, [.. paths.Select(path => path[prefix..])], CancellationToken.None);
        return [.. outcomes.Zip(paths, (outcome, path) => outcome with { Path = path })];
    }
}
