using RegistryCleaner.Checking;
using RegistryCleaner.Collecting;
using RegistryCleaner.Hosts;
using RegistryCleaner.Planning;
using RegistryCleaner.Pruning;

namespace RegistryCleaner;

/// <summary>What CleanImages is to do.</summary>
public sealed partial record CleanImagesOptions : RegistryOptions
{
    /// <summary>Makes options for a registry that is found by itself.</summary>
    public CleanImagesOptions()
    {
    }

    /// <summary>Makes options for a registry.</summary>
    public CleanImagesOptions(RegistryOptions registry)
        : base(registry)
    {
    }

    /// <summary>
    /// The images to remove: <c>repo</c>, <c>repo:tag</c>, <c>repo@digest</c>, <c>repo:tag@digest</c>, or patterns such as
    /// <c>team/*:pr-*</c>. With rules, what these decide about.
    /// </summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>Whether only the plan is made.</summary>
    public bool DryRun { get; init; }

    /// <summary>Whether an image that is not there ends the run before anything is touched.</summary>
    public bool Strict { get; init; }

    /// <summary>Whether a repository stays when its last tag goes.</summary>
    public bool KeepEmpty { get; init; }

    /// <summary>What reclaims the space afterwards.</summary>
    public CollectorKind Collector { get; init; } = CollectorKind.Targeted;

    /// <summary>
    /// How many of the tags in scope and of untagged manifests rules and patterns may remove, what share of their bytes may be freed, and
    /// how many of the store's blobs the full collector may free; null for half of the blobs, and no other limit.
    /// </summary>
    public DeletionLimit? MaxDelete { get; init; }

    /// <summary>How long what is removed stays in the trash, from where RestoreImages puts it back; its space is freed afterwards.</summary>
    public TimeSpan TrashRetention { get; init; } = DefaultTrashRetention;

    /// <summary>What becomes of a run that was killed or cancelled before this one.</summary>
    public InterruptedRunPolicy Interrupted { get; init; }

    /// <summary>How closely what remains in the pruned repositories is looked at afterwards.</summary>
    public VerifyKind Verify { get; init; }

    /// <summary>Whether the registry's container is restarted afterwards.</summary>
    public bool Restart { get; init; }

    internal PruningOptions Pruning => new() { TrashRetention = TrashRetention, Interrupted = Interrupted, Verify = Verify };
}
