using RegistryCleaner.Checking;
using RegistryCleaner.Collecting;
using RegistryCleaner.Hosts;
using RegistryCleaner.Marking;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Pruning;

namespace RegistryCleaner;

/// <summary>What GarbageCollect is to do.</summary>
public sealed record GarbageCollectOptions : RegistryOptions
{
    /// <summary>Makes options for a registry that is found by itself.</summary>
    public GarbageCollectOptions()
    {
    }

    /// <summary>Makes options for a registry.</summary>
    public GarbageCollectOptions(RegistryOptions registry)
        : base(registry)
    {
    }

    /// <summary>Whether it is only found out what would go.</summary>
    public bool DryRun { get; init; }

    /// <summary>Whether manifests without a tag go, too.</summary>
    public bool DeleteUntagged { get; init; }

    /// <summary>Our own collector (<see cref="CollectorKind.Full"/>) or the registry's.</summary>
    public CollectorKind Collector { get; init; } = CollectorKind.Full;

    /// <summary>How old what nothing accounts for has to be before it goes: it may belong to a push in progress.</summary>
    public TimeSpan Grace { get; init; } = PrunePlanner.PushGrace;

    /// <summary>How many of the store's blobs may go.</summary>
    public DeletionLimit MaxDelete { get; init; } = DeletionLimit.Default;

    /// <summary>Whether blobs go even where there is no repository at all, as there is none on a volume that is not mounted.</summary>
    public bool AllowNoRepositories { get; init; }

    /// <summary>The age from which an upload that has not ended counts as abandoned and goes; null for never.</summary>
    public TimeSpan? UploadsOlderThan { get; init; }

    /// <summary>Whether temporary files that a killed registry left are looked for beside every file, which means listing every directory of the store.</summary>
    public bool Leftovers { get; init; }

    /// <summary>
    /// The report of a run of CleanImages before this one: in a dry run its plan counts as done, and what its images held goes
    /// whatever its age.
    /// </summary>
    public CleanerReport? After { get; init; }

    /// <summary>Whether <see cref="DeleteUntagged"/> may destroy multi-arch images, as the collector of a 2.x registry does.</summary>
    public bool AllowMultiArchLoss { get; init; }

    /// <summary>How long what is removed stays in the trash, from where RestoreImages puts it back; its space is freed afterwards.</summary>
    public TimeSpan TrashRetention { get; init; } = DefaultTrashRetention;

    /// <summary>What becomes of a run that was killed or cancelled before this one.</summary>
    public InterruptedRunPolicy Interrupted { get; init; }

    /// <summary>How closely what remains in the pruned repositories is looked at afterwards.</summary>
    public VerifyKind Verify { get; init; }

    /// <summary>Whether the registry's container is restarted afterwards.</summary>
    public bool Restart { get; init; }

    /// <summary>Whether a repository that holds nothing stays in the registry's list.</summary>
    public bool KeepEmpty { get; init; }

    internal PruningOptions Pruning => new() { TrashRetention = TrashRetention, Interrupted = Interrupted, Verify = Verify };

    internal CollectionQuestion Question(DateTimeOffset now) => new()
    {
        DeleteUntagged = DeleteUntagged,
        Now = now,
        Grace = Grace,
        UploadsOlderThan = UploadsOlderThan,
        Leftovers = Leftovers,
        KeepEmpty = KeepEmpty,
        Pruned = After?.Plan is { } plan ? new PrunedImages(plan, isDone: !After.DryRun) : null,
        Freed = After switch
        {
            { DryRun: true, CollectionPlan: { } collected } => collected.Blobs.Select(blob => blob.Digest).ToHashSet(),
            { DryRun: true, Plan: { } planned, Collector: CollectorKind.Targeted } => planned.Blobs.Where(blob => blob.Removed).Select(blob => blob.Digest).ToHashSet(),
            _ => new HashSet<Digest>(),
        },
        Released = After?.Plan?.ReleasedBlobs ?? new HashSet<Digest>(),
    };
}
