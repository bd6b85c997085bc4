using RegistryCleaner.Checking;
using RegistryCleaner.Collecting;
using RegistryCleaner.Marking;
using RegistryCleaner.Planning;
using RegistryCleaner.Pruning;
using RegistryCleaner.Restoring;
using RegistryCleaner.Selection;

namespace RegistryCleaner;

/// <summary>What a run found, decided and did.</summary>
public sealed record CleanerReport
{
    /// <summary>CleanImages, GarbageCollect, RestoreImages, EmptyTrash, History or CheckRegistry.</summary>
    public required string Verb { get; init; }

    /// <summary>Whether nothing was touched.</summary>
    public required bool DryRun { get; init; }

    /// <summary>Where it acted.</summary>
    public required string Where { get; init; }

    /// <summary>What frees the space.</summary>
    public required CollectorKind Collector { get; init; }

    /// <summary>What was decided; null for GarbageCollect.</summary>
    public PrunePlan? Plan { get; init; }

    /// <summary>What patterns and rules decided about everything in their scope; null where there were none.</summary>
    public ImageSelection? Selection { get; init; }

    /// <summary>The story of a tag, where it was asked for: sentences.</summary>
    public IReadOnlyList<string> Story { get; init; } = [];

    /// <summary>What our own full collector decided; null where it did not run.</summary>
    public CollectionPlan? CollectionPlan { get; init; }

    /// <summary>What was done; null in a dry run.</summary>
    public PruneOutcome? Outcome { get; init; }

    /// <summary>What the collector freed, or in a dry run of GarbageCollect would free; null where none ran.</summary>
    public CollectionReport? Collection { get; init; }

    /// <summary>What RestoreImages put back, or would; null for every other verb.</summary>
    public RestorePlan? Restoration { get; init; }

    /// <summary>The runs that removed something, the latest first: all of them for History, those that were freed for EmptyTrash; else empty.</summary>
    public IReadOnlyList<RunSummary> Runs { get; init; } = [];

    /// <summary>What CheckRegistry found, the worst first; after a repair, what is left. Empty for every other verb.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>What a person should know, one sentence each.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Whether the trash holds what an earlier run left there.</summary>
    internal bool HasEarlierRuns { get; init; }

    /// <summary>Whether a real run would leave everything as it is.</summary>
    internal bool HasNothingToDo => !HasEarlierRuns && Plan is null or { IsEmpty: true } && CollectionPlan is null or { IsEmpty: true }
        && Collection is null or { Blobs: 0, Manifests: 0, Layers: 0 };

    /// <summary>How the run ends.</summary>
    public required ExitCode ExitCode { get; init; }
}
