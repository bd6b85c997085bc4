using System.Collections.Immutable;
using RegistryCleaner.Store;

namespace RegistryCleaner.Pruning;

/// <summary>What became of a run.</summary>
public enum RunState
{
    /// <summary>What it removed lies in the trash, and can be put back.</summary>
    InTrash,

    /// <summary>It was killed or cancelled; the next run finishes it or rolls it back.</summary>
    Interrupted,

    /// <summary>The space of what it removed was freed.</summary>
    Freed,

    /// <summary>What it removed was put back.</summary>
    Restored,
}

/// <summary>A run that removed something.</summary>
/// <param name="Run">Its name.</param>
/// <param name="Began">When it began; null where its name does not say so.</param>
/// <param name="Verb">CleanImages, GarbageCollect or CheckRegistry --repair; empty where its journal cannot be read.</param>
/// <param name="State">What became of it.</param>
/// <param name="Tags">The tags that it set out to remove, <c>repo:tag</c>.</param>
/// <param name="Manifests">How many manifests.</param>
/// <param name="Blobs">How many blobs.</param>
/// <param name="Completed">When it had done its work and left the rest to the trash; null where there is none any more.</param>
/// <param name="KeptUntil">Until when the trash is kept at least, unless EmptyTrash deletes it; null where there is none any more, or the run was interrupted.</param>
/// <param name="BytesInTrash">What lies in the trash.</param>
public sealed record RunSummary(
    string Run, DateTimeOffset? Began, string Verb, RunState State, ImmutableArray<string> Tags, int Manifests, int Blobs, DateTimeOffset? Completed, DateTimeOffset? KeptUntil, long BytesInTrash);

/// <summary>The runs that removed something, as their journals tell.</summary>
internal sealed class RunHistory(IStoreFiles files)
{
    private readonly EarlierRuns _earlier = new(files);

    /// <summary>All that are known, the latest first.</summary>
    public async Task<IReadOnlyList<RunSummary>> ReadAsync(CancellationToken cancellationToken)
    {
        var runs = new List<RunSummary>();
        foreach (var run in await _earlier.ReadEndedAsync(cancellationToken))
            runs.Add(Summary(run.RunId, await _earlier.ReadJournalAsync(run, cancellationToken), run.End == RunEnd.Freed ? RunState.Freed : RunState.Restored));
        var inTrash = (await _earlier.ReadFilesAsync(cancellationToken)).ToLookup(file => file.RunId, file => file.File.Size);
        foreach (var run in await _earlier.ReadAsync(cancellationToken))
        {
            runs.Add(Summary(run.RunId, await _earlier.ReadJournalAsync(run.RunId, cancellationToken), run.Completed is null ? RunState.Interrupted : RunState.InTrash) with
            {
                Completed = run.Completed,
                KeptUntil = run.KeptUntil,
                BytesInTrash = inTrash[run.RunId].Sum(),
            });
        }

        return [.. runs.OrderByDescending(run => run.Run, StringComparer.Ordinal)];
    }

    private static RunSummary Summary(string runId, PruneJournal? journal, RunState state) => new(
        runId,
        PruneJournal.TimeOf(runId),
        journal?.Verb ?? "",
        state,
        [.. journal?.Repositories.SelectMany(repository => repository.Tags.Concat(repository.ReferrerTags).Select(tag => $"{repository.Name}:{tag.Tag}")) ?? []],
        journal?.Repositories.Sum(repository => repository.Manifests.Count) ?? 0,
        journal?.Blobs.Count ?? 0,
        null,
        null,
        0);
}
