using RegistryCleaner.Checking;

namespace RegistryCleaner.Pruning;

/// <summary>What becomes of the trash of runs before this one.</summary>
internal enum EarlierTrash
{
    /// <summary>It is deleted when the time has passed for which its own run wanted it kept.</summary>
    UntilItsTime,

    /// <summary>It is deleted as soon as nobody can need it any more.</summary>
    Empty,

    /// <summary>It stays.</summary>
    Keep,
}

/// <summary>How much of a run can be taken back, and what becomes of runs before it.</summary>
internal sealed record PruningOptions
{
    /// <summary>Nothing is kept longer than it has to be.</summary>
    public static PruningOptions None { get; } = new();

    /// <summary>How long what a run removed stays in the trash, from where RestoreImages puts it back.</summary>
    public TimeSpan TrashRetention { get; init; }

    /// <summary>What becomes of the trash of runs before this one.</summary>
    public EarlierTrash Earlier { get; init; }

    /// <summary>What becomes of a run that was killed or cancelled.</summary>
    public InterruptedRunPolicy Interrupted { get; init; }

    /// <summary>How closely what remains is looked at afterwards.</summary>
    public VerifyKind Verify { get; init; }
}
