namespace RegistryCleaner.Store;

/// <summary>How far a listing goes down.</summary>
public enum ListDepth
{
    /// <summary>The directory's own entries.</summary>
    Children,

    /// <summary>Everything below.</summary>
    Tree,

    /// <summary>Everything below, but nothing inside an entry whose name starts with '_': repositories, not their content.</summary>
    RepositoryTree,
}

/// <summary>What an entry of a directory is.</summary>
public enum EntryKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link: never followed, never ignored.</summary>
    SymbolicLink,

    /// <summary>A device, socket or pipe.</summary>
    Other,

    /// <summary>Something that cannot be looked at.</summary>
    Unreadable,
}

/// <summary>An entry of a directory.</summary>
/// <param name="Path">Relative to the root of its <see cref="IStoreFiles"/>.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Modified">When its content was last written (mtime), in whole seconds or finer.</param>
public readonly record struct StoreEntry(string Path, EntryKind Kind, long Size, DateTimeOffset Modified)
{
    // By the type in a mode as stat gives it, the same on all systems (<sys/stat.h>).
    internal static EntryKind KindOf(int mode) => (mode & 0xF000) switch
    {
        0x8000 => EntryKind.File,
        0x4000 => EntryKind.Directory,
        0xA000 => EntryKind.SymbolicLink,
        _ => EntryKind.Other,
    };

    // Nothing that cannot be looked at counts as old.
    internal static StoreEntry Unreadable(string path) => new(path, EntryKind.Unreadable, 0, DateTimeOffset.MaxValue);
}

/// <summary>What a listing found.</summary>
/// <param name="Entries">Everything found, in no particular order.</param>
/// <param name="Problems">What could not be listed. A path is empty where it is not known.</param>
public sealed record StoreListing(IReadOnlyList<StoreEntry> Entries, IReadOnlyList<StoreProblem> Problems);

/// <summary>Something in the store that could not be read or understood.</summary>
/// <param name="Path">Where, or empty.</param>
/// <param name="Reason">What is wrong.</param>
public readonly record struct StoreProblem(string Path, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => Path.Length == 0 ? StorePaths.Shortened(Reason) : $"{StorePaths.Shortened(Path)}: {StorePaths.Shortened(Reason)}";
}

/// <summary>The content of a file, or why there is none.</summary>
/// <param name="Bytes">The content; empty where there is a problem.</param>
/// <param name="Problem">Why it cannot be read, or null.</param>
/// <param name="IsTooLong">Whether the problem is only its length.</param>
public readonly record struct FileContent(ReadOnlyMemory<byte> Bytes, string? Problem, bool IsTooLong = false)
{
    internal static FileContent LongerThan(int maxLength) => new(default, $"the file is longer than {maxLength} bytes", IsTooLong: true);
}

/// <summary>How a rename ended.</summary>
public enum MoveResult
{
    /// <summary>Renamed.</summary>
    Moved,

    /// <summary>There was nothing to rename.</summary>
    Missing,

    /// <summary>Something is at the target already; nothing was renamed.</summary>
    TargetExists,

    /// <summary>The system refused.</summary>
    Failed,
}

/// <summary>How the rename of one path ended.</summary>
/// <param name="Path">The path, as given.</param>
/// <param name="Result">How it ended.</param>
/// <param name="Problem">The system's words, where it refused.</param>
public readonly record struct MoveOutcome(string Path, MoveResult Result, string? Problem = null)
{
    /// <summary>Why it was not renamed, in words.</summary>
    internal string Why => Result == MoveResult.TargetExists ? "something else is in its place there" : Problem ?? Result.ToString();
}
