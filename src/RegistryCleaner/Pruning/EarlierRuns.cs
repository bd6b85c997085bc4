using System.Globalization;
using System.Text;
using RegistryCleaner.Hosts;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Pruning;

/// <summary>How a run's trash came to its end.</summary>
internal enum RunEnd
{
    /// <summary>Its space was freed.</summary>
    Freed,

    /// <summary>All of it was put back.</summary>
    Restored,
}

/// <summary>A run whose trash is there.</summary>
/// <param name="RunId">Its name, which sorts by time.</param>
/// <param name="Completed">When it had done all that it set out to do; null where it was killed or cancelled before.</param>
/// <param name="Retention">For how long after that its trash is to be kept.</param>
/// <param name="IsJudged">Whether it was looked at again after requests of that time had certainly ended.</param>
internal sealed record EarlierRun(string RunId, DateTimeOffset? Completed, TimeSpan Retention, bool IsJudged)
{
    /// <summary>Until when its trash is to be kept; null where it was killed or cancelled.</summary>
    public DateTimeOffset? KeptUntil => Retention < DateTimeOffset.MaxValue - Completed ? Completed + Retention : Completed is null ? null : DateTimeOffset.MaxValue;
}

/// <summary>A run whose trash is gone.</summary>
/// <param name="RunId">Its name.</param>
/// <param name="End">How its trash went.</param>
internal sealed record EndedRun(string RunId, RunEnd End);

/// <summary>A file that lies in a run's trash.</summary>
/// <param name="RunId">The run.</param>
/// <param name="IsRest">Whether it is part of what was left of a whole repository.</param>
/// <param name="File">The file, by its path in the store.</param>
internal readonly record struct TrashedFile(string RunId, bool IsRest, StoreEntry File);

/// <summary>What earlier runs left, and what is known of those that left nothing.</summary>
internal sealed class EarlierRuns(IStoreFiles files)
{
    /// <summary>How many journals of runs are kept whose trash is gone.</summary>
    public const int MaxHistory = 200;

    /// <summary>How long a journal may be, in bytes: that of about two million links.</summary>
    public const int MaxJournalLength = 512 << 20;

    private const int MaxMarkLength = 32;

    private static readonly TimeSpan s_clockDifference = TimeSpan.FromMinutes(1);

    private static readonly RunEnd[] s_ends = Enum.GetValues<RunEnd>();

    /// <summary>The directories in which runs lie, each named for what became of them.</summary>
    public static IReadOnlyList<string> Directories { get; } = [StoreLayout.Trash, .. s_ends.Select(DiscardedOf), .. s_ends.Select(HistoryOf)];

    /// <summary>The names of the runs whose trash is there, oldest first.</summary>
    public async Task<IReadOnlyList<string>> FindAsync(CancellationToken cancellationToken) => NamesIn(await ListAsync([StoreLayout.Trash], cancellationToken), StoreLayout.Trash);

    /// <summary>The runs whose trash is there, oldest first.</summary>
    public async Task<IReadOnlyList<EarlierRun>> ReadAsync(CancellationToken cancellationToken)
    {
        var runs = await FindAsync(cancellationToken);
        var marks = await files.StatAsync([.. runs.SelectMany(run => new[] { TrashOf(run).CompletedFile, TrashOf(run).JudgedFile })], cancellationToken);
        var retentions = await files.ReadAsync([.. marks.Keys.Where(path => path.EndsWith(Trash.CompletedName, StringComparison.Ordinal))], MaxMarkLength, cancellationToken);
        return
        [
            .. runs.Select(run => new EarlierRun(
                run,
                marks.TryGetValue(TrashOf(run).CompletedFile, out var completed) ? completed.Modified : null,
                retentions.TryGetValue(TrashOf(run).CompletedFile, out var content) ? RetentionIn(content) : RegistryOptions.DefaultTrashRetention,
                marks.ContainsKey(TrashOf(run).JudgedFile))),
        ];
    }

    // Where it cannot be told, it is kept as long as where nobody says anything.
    private static TimeSpan RetentionIn(FileContent content) =>
        content.Problem is null && long.TryParse(Encoding.ASCII.GetString(content.Bytes.Span), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= TimeSpan.MaxValue.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : RegistryOptions.DefaultTrashRetention;

    /// <summary>The files in the trash of all runs, by one look.</summary>
    public async Task<IReadOnlyList<TrashedFile>> ReadFilesAsync(CancellationToken cancellationToken)
    {
        var listing = await ListAsync([StoreLayout.Trash], cancellationToken, ListDepth.Tree);
        return [.. listing.Where(entry => entry.Kind != EntryKind.Directory).Select(Place).OfType<TrashedFile>()];
    }

    // RUN/v2/... and RUN/rest/v2/...; anything else is the run's own.
    private static TrashedFile? Place(StoreEntry entry)
    {
        var inside = entry.Path[(StoreLayout.Trash.Length + 1)..];
        var parts = inside.Split('/', 3);
        return parts switch
        {
            [var run, StoreLayout.Version2, var path] => new TrashedFile(run, false, entry with { Path = $"{StoreLayout.Version2}/{path}" }),
            [var run, Trash.RestName, var path] when path.StartsWith(StoreLayout.Version2 + "/", StringComparison.Ordinal) => new TrashedFile(run, true, entry with { Path = path }),
            _ => null,
        };
    }

    /// <summary>The journal of a run whose trash is there; null where it is none that can be read.</summary>
    public Task<PruneJournal?> ReadJournalAsync(string runId, CancellationToken cancellationToken) => ReadJournalAsync(StoreLayout.Journal(runId), runId, cancellationToken);

    /// <summary>
    /// The blobs that runs may need to be taken back, of those whose trash is kept longer than that of a run which ends now, each with such
    /// a run; and the runs of which nobody can know.
    /// </summary>
    /// <param name="now">The time where the files are.</param>
    /// <param name="retention">How long the trash of the run is kept that ends now.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async Task<(IReadOnlyDictionary<Digest, string> Blobs, IReadOnlyList<string> Unknown)> FindKeptAsync(DateTimeOffset now, TimeSpan retention, CancellationToken cancellationToken)
    {
        var (blobs, unknown) = (new Dictionary<Digest, string>(), new List<string>());
        // Clocks differ by a little.
        foreach (var run in (await ReadAsync(cancellationToken)).Where(run => run.KeptUntil - now - s_clockDifference > retention))
        {
            if (await ReadJournalAsync(run.RunId, cancellationToken) is not { } journal)
                unknown.Add(run.RunId);
            else
                journal.AllBlobs().ToList().ForEach(blob => blobs[blob] = run.RunId);
        }

        return (blobs, unknown);
    }

    /// <summary>The runs whose trash is gone, oldest first.</summary>
    public async Task<IReadOnlyList<EndedRun>> ReadEndedAsync(CancellationToken cancellationToken)
    {
        var listing = await ListAsync([.. s_ends.Select(HistoryOf)], cancellationToken);
        return [.. s_ends.SelectMany(end => NamesIn(listing, HistoryOf(end)).Select(run => new EndedRun(run, end))).OrderBy(run => run.RunId, StringComparer.Ordinal)];
    }

    /// <summary>The journal of a run whose trash is gone.</summary>
    public Task<PruneJournal?> ReadJournalAsync(EndedRun run, CancellationToken cancellationToken) =>
        ReadJournalAsync($"{HistoryOf(run.End)}/{run.RunId}/{StoreLayout.JournalName}", run.RunId, cancellationToken);

    /// <summary>Ends what runs were about to do when they were killed at their very end: their trash was given up already.</summary>
    public async Task TidyAsync(CancellationToken cancellationToken)
    {
        var listing = await ListAsync([.. s_ends.Select(DiscardedOf), .. s_ends.Select(HistoryOf)], cancellationToken);
        foreach (var end in s_ends)
        {
            foreach (var run in NamesIn(listing, DiscardedOf(end)))
                await EndDiscardedAsync(run, end);
        }

        var ended = s_ends.SelectMany(end => NamesIn(listing, HistoryOf(end)).Select(run => (Run: run, Path: $"{HistoryOf(end)}/{run}")));
        List<string> old = [.. ended.OrderByDescending(item => item.Run, StringComparer.Ordinal).Skip(MaxHistory).Select(item => item.Path)];
        if (old.Count > 0)
            await files.DeleteTreesAsync(old, cancellationToken);
    }

    /// <summary>Deletes a run's trash, for nothing in it is needed any more, and keeps its journal.</summary>
    /// <remarks>
    /// By one rename first: half of a trash whose journal was deleted already would look like a run about which nothing is known,
    /// and go back, tags without their manifests.
    /// </remarks>
    public async Task EndAsync(string runId, RunEnd end)
    {
        var outcome = (await files.MoveAsync(StoreLayout.Trash, DiscardedOf(end), [runId], CancellationToken.None))[0];
        if (outcome.Result is MoveResult.Failed or MoveResult.TargetExists)
            throw new StoreAccessException($"The trash of run {runId} could not be discarded: {outcome.Why}");
        await EndDiscardedAsync(runId, end);
    }

    private async Task EndDiscardedAsync(string runId, RunEnd end)
    {
        // Where it cannot be kept, it is no reason to keep the trash.
        await files.MoveAsync(DiscardedOf(end), HistoryOf(end), [$"{runId}/{StoreLayout.JournalName}"], CancellationToken.None);
        await files.DeleteTreesAsync([$"{DiscardedOf(end)}/{runId}"], CancellationToken.None);
    }

    private async Task<PruneJournal?> ReadJournalAsync(string path, string runId, CancellationToken cancellationToken)
    {
        var contents = await files.ReadAsync([path], MaxJournalLength, cancellationToken);
        return contents.TryGetValue(path, out var content) ? PruneJournal.FromJson(content.Bytes.Span, runId) : null;
    }

    private Task<IReadOnlyList<StoreEntry>> ListAsync(IReadOnlyCollection<string> directories, CancellationToken cancellationToken, ListDepth depth = ListDepth.Children) =>
        files.ListOwnAsync(directories, depth, "What earlier runs left cannot be listed", cancellationToken);

    private static List<string> NamesIn(IReadOnlyList<StoreEntry> listing, string directory) =>
    [
        .. listing.Where(entry => entry.Kind == EntryKind.Directory && StoreLayout.ParentOf(entry.Path) == directory)
            .Select(entry => entry.Path[(directory.Length + 1)..]).Order(StringComparer.Ordinal),
    ];

    private Trash TrashOf(string runId) => new(files, runId);

    private static string DiscardedOf(RunEnd end) => $"{StoreLayout.Discarded}/{end.ToString().ToLowerInvariant()}";

    private static string HistoryOf(RunEnd end) => $"{StoreLayout.History}/{end.ToString().ToLowerInvariant()}";
}
