using System.Collections.Concurrent;
using System.IO.Enumeration;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;

namespace RegistryCleaner.Store;

/// <summary>Files in this process's own file system: inside the registry's container, on a mounted volume, in a directory.</summary>
public sealed class LocalStoreFiles(string root) : IStoreFiles
{
    private const int RangesPerProcessor = 8;
    private const int MaxRange = 256;
    private const int MinBuffer = 4096;

    private const int MaxKeptBuffer = 64 << 10;

    // What stands for bytes that are not UTF-8.
    private const char Replaced = '\uFFFD';

    [ThreadStatic]
    private static byte[]? t_buffer;

    /// <inheritdoc/>
    public string Root { get; } = Path.GetFullPath(root);

    /// <inheritdoc/>
    public Task<StoreListing> ListAsync(IReadOnlyCollection<string> directories, ListDepth depth, CancellationToken cancellationToken) =>
        Task.Run(() => List(directories, depth, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StoreProblem>> ListNamesAsync(
        IReadOnlyList<string> directories, Action<int, ReadOnlySpan<char>> onName, CancellationToken cancellationToken)
    {
        var problems = new ConcurrentBag<StoreProblem>();
        await ForEachAsync(directories.Count, index => ListNames(directories[index], name => onName(index, name), problems), cancellationToken);
        return [.. problems];
    }

    /// <inheritdoc/>
    public Task<StoreListing> FindAsync(IReadOnlyCollection<string> directories, string nameEnding, CancellationToken cancellationToken) =>
        Task.Run(() => List(directories, ListDepth.Tree, cancellationToken, nameEnding), cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StoreProblem>> StatEachAsync(
        IReadOnlyList<string> paths, Action<int, StoreEntry> onEntry, CancellationToken cancellationToken)
    {
        var problems = new ConcurrentBag<StoreProblem>();
        await ForEachAsync(paths.Count, index =>
        {
            if (LookAt(paths[index], problems) is { } entry)
                onEntry(index, entry);
        }, cancellationToken);
        return [.. problems];
    }

    /// <inheritdoc/>
    public Task HashEachAsync(IReadOnlyList<string> paths, Action<int, string> onDigest, CancellationToken cancellationToken) =>
        ForEachAsync(paths.Count, index =>
        {
            try
            {
                // A pipe would be waited for, and a device may have no end. Both say that they are empty.
                var path = FullPath(paths[index]);
                if (new FileInfo(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path).Length == 0)
                {
                    onDigest(index, Convert.ToHexStringLower(SHA256.HashData([])));
                    return;
                }

                using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1 << 20);
                onDigest(index, Convert.ToHexStringLower(SHA256.HashData(stream)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return;
            }
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<DateTimeOffset> GetTimeAsync(CancellationToken cancellationToken) => Task.FromResult(DateTimeOffset.UtcNow);

    /// <inheritdoc/>
    public Task ReadEachAsync(IReadOnlyList<string> paths, int maxLength, Action<int, FileContent> onContent, CancellationToken cancellationToken) =>
        ForEachAsync(paths.Count, index =>
        {
            if (Read(paths[index], maxLength) is { } content)
                onContent(index, content);
        }, cancellationToken);

    /// <inheritdoc/>
    public async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        try
        {
            using var directory = HeldDirectory.OpenParentOf(Root, path, make: true);
            await WriteAtAsync(Path.Combine(directory.Place, Path.GetFileName(path)), content, cancellationToken);
        }
        catch (SymbolicLinkException e)
        {
            throw BehindLink(e, "written");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreAccessException($"'{FullPath(path)}' cannot be written: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<MoveOutcome>> MoveAsync(
        string fromBase, string toBase, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        if (paths.Count > 0 && !StoreMounts.AreOne(Root))
            throw new StoreAccessException($"The store at '{Root}' {StorePaths.SeveralFileSystems}");
        return Task.FromResult<IReadOnlyList<MoveOutcome>>(paths.Select(path => Move($"{fromBase}/{path}", $"{toBase}/{path}", path)).ToList());
    }

    /// <inheritdoc/>
    public Task DeleteTreesAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        foreach (var path in paths)
        {
            StorePaths.RequireWorkDirectory(path);
            try
            {
                if (Stat(StoreLayout.ParentOf(path)) is null)
                    continue;
                using var directory = HeldDirectory.OpenParentOf(Root, path);
                var place = Path.Combine(directory.Place, Path.GetFileName(path));
                var kind = Stat(place, path)?.Kind;
                if (kind == EntryKind.Directory)
                    directory.DeleteTree(Path.GetFileName(path));
                else if (kind == EntryKind.SymbolicLink)
                    File.Delete(place);
            }
            catch (SymbolicLinkException e)
            {
                throw BehindLink(e, "deleted");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new StoreAccessException($"'{FullPath(path)}' cannot be deleted: {e.Message}", e);
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task RemoveEmptyDirectoriesAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        foreach (var path in paths)
        {
            try
            {
                // Without recursion this is rmdir, which the system refuses for a directory that is not empty; but a symbolic link to
                // a directory, full or not, would be unlinked.
                using var directory = HeldDirectory.OpenParentOf(Root, path);
                var place = Path.Combine(directory.Place, Path.GetFileName(path));
                if (Stat(place, path) is { Kind: EntryKind.Directory })
                    Directory.Delete(place, recursive: false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<IAsyncDisposable?> TryLockAsync(string path, CancellationToken cancellationToken)
    {
        FileStream? taken = null;
        var isOurs = false;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(FullPath(path))!);
            RequireRegularFile(path);
            taken = FileLock.TryTake(FullPath(path));
            if (taken is null || await TakeFenceAsync(cancellationToken) is not { } seconds)
                return null;
            isOurs = true;
            return new LocalLock(taken, hasWaited: seconds > 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new StoreAccessException($"The store cannot be changed: {e.Message}", e);
        }
        finally
        {
            if (!isOurs && taken is not null)
                await taken.DisposeAsync();
        }
    }

    // What this process does ends with it. What one does in a container may go on: it is waited for, and what comes later finds
    // nothing in the fence that it knows. How many seconds that took; null where it took too many.
    private async Task<int?> TakeFenceAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FullPath(StoreLayout.Fence))!);
        RequireRegularFile(StoreLayout.Fence);
        for (var second = 0; ; second++)
        {
            await using var fence = FileLock.TryTake(FullPath(StoreLayout.Fence));
            fence?.SetLength(0);
            if (fence is not null || second >= FileLock.FencePatience)
                return fence is null ? null : second;
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }
    }

    // To open something else may wait for somebody, or set a device going.
    private void RequireRegularFile(string path)
    {
        if (Stat(path) is { Kind: not EntryKind.File })
            throw new StoreAccessException($"'{FullPath(path)}' {StorePaths.NoRegularFile}");
    }

    private static async Task WriteAtAsync(string target, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var temporary = StorePaths.TemporaryOf(target);
        var isWritten = false;
        try
        {
            await using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                await stream.WriteAsync(content, cancellationToken);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
            isWritten = true;
        }
        finally
        {
            if (!isWritten)
                TryDelete(temporary);
        }
    }

    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Why it was to go is told already.
        }
    }

    // In ranges, so that what a call costs is not the loop's own.
    private static Task ForEachAsync(int count, Action<int> body, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            if (count == 0)
                return;
            var ranges = Partitioner.Create(0, count, Math.Clamp(count / (Environment.ProcessorCount * RangesPerProcessor), 1, MaxRange));
            try
            {
                Parallel.ForEach(ranges, Parallelism(cancellationToken), range =>
                {
                    for (var i = range.Item1; i < range.Item2; i++)
                        body(i);
                });
            }
            catch (AggregateException e)
            {
                ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
            }
        },
        cancellationToken);

    private StoreListing List(
        IReadOnlyCollection<string> directories, ListDepth depth, CancellationToken cancellationToken, string nameEnding = "")
    {
        var entries = new ConcurrentBag<StoreEntry>();
        var problems = new ConcurrentBag<StoreProblem>();
        IReadOnlyCollection<string> level = directories;
        while (level.Count > 0)
        {
            var next = new ConcurrentBag<string>();
            Parallel.ForEach(level, Parallelism(cancellationToken), directory =>
            {
                foreach (var entry in ListOne(directory, problems))
                {
                    if (entry.Path.EndsWith(nameEnding, StringComparison.Ordinal))
                        entries.Add(entry);
                    if (entry.Kind == EntryKind.Directory && GoesInto(entry.Path, depth))
                        next.Add(entry.Path);
                }
            });
            level = next;
        }

        return new StoreListing([.. entries], [.. problems]);
    }

    private static bool GoesInto(string path, ListDepth depth) => depth switch
    {
        ListDepth.Tree => true,
        ListDepth.RepositoryTree => path[path.LastIndexOf('/') + 1] != '_',
        _ => false,
    };

    private void ListNames(string directory, Action<ReadOnlySpan<char>> onName, ConcurrentBag<StoreProblem> problems)
    {
        // To be told of it by an exception takes a hundred times as long.
        if (FileLook.IsNothing(Root, directory))
        {
            AddWhatIsInTheWay(directory, problems);
            return;
        }

        try
        {
            using var names = new NameEnumerator(FullPath(directory), onName);
            while (names.MoveNext())
                continue;
        }
        catch (DirectoryNotFoundException)
        {
            AddWhatIsInTheWay(directory, problems);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new StoreProblem(directory, e.Message));
        }
    }

    // A directory behind a file, or behind a link to a disk that is not mounted, is said not to be found, as one is that nothing was ever put in.
    private void AddWhatIsInTheWay(string directory, ConcurrentBag<StoreProblem> problems)
    {
        try
        {
            var path = directory;
            StoreEntry? found;
            while ((found = Stat(path)) is null && path.Contains('/', StringComparison.Ordinal))
                path = StoreLayout.ParentOf(path);
            if (found is { Kind: EntryKind.SymbolicLink } && !Directory.Exists(FullPath(path)))
                problems.Add(new StoreProblem(path, StorePaths.LeadsNowhere));
            else if (found is { Kind: not (EntryKind.Directory or EntryKind.SymbolicLink) })
                problems.Add(new StoreProblem(directory, "there is a file where a directory should be"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new StoreProblem(directory, e.Message));
        }
    }

    private List<StoreEntry> ListOne(string directory, ConcurrentBag<StoreProblem> problems)
    {
        var paths = new List<string>();
        try
        {
            using var names = new NameEnumerator(FullPath(directory), name => paths.Add($"{directory}/{name}"));
            while (names.MoveNext())
                continue;
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new StoreProblem(directory, e.Message));
        }

        // What went while it was listed is left out. What has a name that no text can be made of is there, and cannot be looked at.
        return [.. paths.Select(path => LookAt(path, problems) ?? (path.Contains(Replaced, StringComparison.Ordinal) ? StoreEntry.Unreadable(path) : null)).OfType<StoreEntry>()];
    }

    private StoreEntry? LookAt(string path, ConcurrentBag<StoreProblem> problems)
    {
        try
        {
            return Stat(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new StoreProblem(path, e.Message));
            return StoreEntry.Unreadable(path);
        }
    }

    private StoreEntry? Stat(string path) => FileLook.TryLook(Root, path, out var entry) ? entry : Stat(FullPath(path), path);

    private static StoreEntry? Stat(string place, string path)
    {
        try
        {
            var info = new FileInfo(place);
            if ((int)info.Attributes == -1)
                return null;
            var isFile = (info.Attributes & (FileAttributes.Directory | FileAttributes.ReparsePoint)) == 0;
            return EntryOf(path, info.Attributes, isFile ? info.Length : 0, info.LastWriteTimeUtc);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static StoreEntry EntryOf(string path, FileAttributes attributes, long length, DateTimeOffset modified)
    {
        // A link to a directory has both attributes.
        var kind = EntryKind.File;
        if ((attributes & FileAttributes.ReparsePoint) != 0)
            kind = EntryKind.SymbolicLink;
        else if ((attributes & FileAttributes.Directory) != 0)
            kind = EntryKind.Directory;
        else if ((attributes & FileAttributes.Device) != 0)
            kind = EntryKind.Other;
        return new StoreEntry(path, kind, kind == EntryKind.File ? length : 0, modified);
    }

    private FileContent? Read(string path, int maxLength)
    {
        try
        {
            var buffer = t_buffer ??= new byte[MinBuffer];
            var length = FileRead.Read(Root, path, maxLength, ref buffer);
            if (buffer.Length <= MaxKeptBuffer)
                t_buffer = buffer;
            if (length is not { } read)
                return null;
            return read > maxLength ? FileContent.LongerThan(maxLength) : new FileContent(buffer.AsMemory(0, read), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new FileContent(default, e.Message);
        }
    }

    private MoveOutcome Move(string source, string target, string path)
    {
        try
        {
            if (Stat(source) is not { } entry)
                return new MoveOutcome(path, MoveResult.Missing);
            if (Stat(target) is not null)
                return new MoveOutcome(path, MoveResult.TargetExists);
            using var from = HeldDirectory.OpenParentOf(Root, source);
            using var to = HeldDirectory.OpenParentOf(Root, target, make: true);
            var (here, there) = (Path.Combine(from.Place, Path.GetFileName(source)), Path.Combine(to.Place, Path.GetFileName(target)));
            if (StoreLayout.IsLinkOfTag(path))
                return new MoveOutcome(path, FileRename.TryMoveFile(here, there) ? MoveResult.Moved : MoveResult.TargetExists);
            FileRename.Rename(here, there, isDirectory: entry.Kind == EntryKind.Directory);
            return new MoveOutcome(path, MoveResult.Moved);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // The source is gone, or what was to hold the target is.
            return Path.Exists(FullPath(source)) ? new MoveOutcome(path, MoveResult.Failed, e.Message) : new MoveOutcome(path, MoveResult.Missing);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new MoveOutcome(path, MoveResult.Failed, e.Message);
        }
    }

    private StoreAccessException BehindLink(SymbolicLinkException link, string verb) => new($"'{FullPath(link.Path)}' is a symbolic link: nothing behind it is {verb}.", link);

    private static ParallelOptions Parallelism(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };

    private string FullPath(string path) => Path.Combine(Root, path);

    // Hands out names as they come, none of them a string.
    private sealed class NameEnumerator(string directory, Action<ReadOnlySpan<char>> onName)
        : FileSystemEnumerator<bool>(directory, s_everything)
    {
        private static readonly EnumerationOptions s_everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false, RecurseSubdirectories = false };

        protected override bool ShouldIncludeEntry(ref FileSystemEntry entry)
        {
            onName(entry.FileName);
            return false;
        }

        protected override bool TransformEntry(ref FileSystemEntry entry) => false;
    }
}
