namespace RegistryCleaner.Store;

/// <summary>
/// The files under one directory, wherever they are, through verbs that take many files at a time: a call into a container
/// costs as much as looking at hundreds of files, a store has up to millions.
/// </summary>
/// <remarks>
/// Paths are relative to <see cref="Root"/>, with '/' between components, without a leading '/'. What does not exist is
/// left out of an answer; what exists but cannot be read is in it, with the reason. A failure of the way to the files
/// themselves (no container, no permission on the socket) is a <see cref="StoreAccessException"/>.
/// </remarks>
public interface IStoreFiles
{
    /// <summary>The absolute path of the directory, where the files are.</summary>
    string Root { get; }

    /// <summary>Lists what is below the directories. A directory that does not exist has nothing below it.</summary>
    Task<StoreListing> ListAsync(IReadOnlyCollection<string> directories, ListDepth depth, CancellationToken cancellationToken);

    /// <summary>
    /// Names what directories hold, and nothing else about it: the cheapest way to see much. A directory that does not exist holds
    /// nothing; a symbolic link to one is followed, and one that leads nowhere is a problem, also on the way.
    /// </summary>
    /// <param name="directories">The directories.</param>
    /// <param name="onName">
    /// Takes a directory's index and a name, which is valid during the call alone. Called from several threads, but for one directory
    /// from one at a time.
    /// </param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <returns>What could not be listed.</returns>
    Task<IReadOnlyList<StoreProblem>> ListNamesAsync(
        IReadOnlyList<string> directories, Action<int, ReadOnlySpan<char>> onName, CancellationToken cancellationToken);

    /// <summary>Finds all files below the directories whose name has the given ending.</summary>
    Task<StoreListing> FindAsync(IReadOnlyCollection<string> directories, string nameEnding, CancellationToken cancellationToken);

    /// <summary>Kind, size and times of each path that exists; symbolic links are not followed.</summary>
    /// <param name="paths">The paths.</param>
    /// <param name="onEntry">
    /// Takes a path's index and what is there; for one that cannot be looked at an entry of the kind
    /// <see cref="EntryKind.Unreadable"/>. Called from several threads.
    /// </param>
    /// <param name="cancellationToken">Cancels the looking.</param>
    /// <returns>What could not be looked at.</returns>
    Task<IReadOnlyList<StoreProblem>> StatEachAsync(IReadOnlyList<string> paths, Action<int, StoreEntry> onEntry, CancellationToken cancellationToken);

    /// <summary>The content of each file that exists, or why it cannot be read.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="maxLength">A longer file counts as unreadable.</param>
    /// <param name="onContent">
    /// Takes a path's index and its content, which is valid during the call alone. Called from several threads; where reading fails
    /// half-way it may be called twice for a path, and the last call counts.
    /// </param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    Task ReadEachAsync(IReadOnlyList<string> paths, int maxLength, Action<int, FileContent> onContent, CancellationToken cancellationToken);

    /// <summary>The digest, by sha256, of each file's content. A file that is not there, or cannot be read, has none.</summary>
    /// <param name="paths">The files; nothing in their paths needs quoting, as in those of blobs.</param>
    /// <param name="onDigest">Takes a path's index and the digest in hexadecimal. Called from several threads.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    Task HashEachAsync(IReadOnlyList<string> paths, Action<int, string> onDigest, CancellationToken cancellationToken);

    /// <summary>The time where the files are, by which their times are to be judged.</summary>
    Task<DateTimeOffset> GetTimeAsync(CancellationToken cancellationToken);

    /// <summary>Writes a file that is there whole or not at all (a temporary file, flushed, then renamed), with its directories.</summary>
    /// <exception cref="StoreAccessException">
    /// It cannot be written, or lies behind a symbolic link: only v2 and what lies directly in it may be one.
    /// </exception>
    Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>
    /// Renames each path below <paramref name="fromBase"/> to the same path below <paramref name="toBase"/>, in the order given,
    /// never over something that exists, and never through a symbolic link: only v2 and what lies
    /// directly in it may be one. Directories of the target are made as needed.
    /// </summary>
    /// <returns>An outcome for each path, in the same order.</returns>
    Task<IReadOnlyList<MoveOutcome>> MoveAsync(
        string fromBase, string toBase, IReadOnlyList<string> paths, CancellationToken cancellationToken);

    /// <summary>Deletes directory trees. Symbolic links are deleted, not followed.</summary>
    /// <exception cref="StoreAccessException">One cannot be deleted, or lies behind a symbolic link.</exception>
    /// <exception cref="InvalidOperationException">A path lies outside <see cref="StoreLayout.WorkDirectory"/>: nothing else is ever deleted in one go.</exception>
    Task DeleteTreesAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken);

    /// <summary>Removes those of the directories that are empty, in the order given (children first).</summary>
    Task RemoveEmptyDirectoriesAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken);

    /// <summary>
    /// Locks a file against other cleaners, on this machine and in containers, until disposed or until this process ends, however it ends.
    /// </summary>
    /// <returns>The lock, or null when another process holds it.</returns>
    Task<IAsyncDisposable?> TryLockAsync(string path, CancellationToken cancellationToken);
}
