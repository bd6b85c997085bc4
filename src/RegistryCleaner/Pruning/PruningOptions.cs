using RegistryCleaner.Checking;

namespace RegistryCleaner.Pruning;

/// <summary>How much of a run can be taken back, and what becomes of runs before it.</summary>
internal sealed record PruningOptions
{
    /// <summary>Nothing is kept longer than it has to be.</summary>
    public static PruningOptions None { get; } = new();

    /// <summary>How long what a run removed stays in the trash, from where RestoreImages puts it back.</summary>
    public TimeSpan TrashRetention { get; init; }

    /// <summary>What becomes of a run that was killed or cancelled.</summary>
    public InterruptedRunPolicy Interrupted { get; init; }

    /// <summary>How closely what remains is looked at afterwards.</summary>
    public VerifyKind Verify { get; init; }

    /// <summary>Whether the trash is kept at all.</summary>
    public bool KeepsTrash => TrashRetention > TimeSpan.Zero;
}
