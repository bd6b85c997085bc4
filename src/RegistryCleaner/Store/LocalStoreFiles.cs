using System.Collections.Concurrent;
using System.IO.Enumeration;

namespace RegistryCleaner.Store;

/// <summary>Files in this process's own file system: inside the registry's container, on a mounted volume, in a directory.</summary>
public sealed class LocalStoreFiles(string root) : IStoreFiles
{
    /// <inheritdoc/>
    public string Root { get; } = Path.GetFullPath(root);

    /// <inheritdoc/>
    public Task<StoreListing> ListAsync(IReadOnlyCollection<string> directories, ListDepth depth, CancellationToken cancellationToken) =>
        Task.Run(() => List(directories, depth, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, StoreEntry>> StatAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken) =>
        ForEachAsync<StoreEntry>(paths, Stat, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, FileContent>> ReadAsync(
        IReadOnlyCollection<string> paths, int maxLength, CancellationToken cancellationToken) =>
        ForEachAsync<FileContent>(paths, path => Read(path, maxLength), cancellationToken);

    /// <inheritdoc/>
    public async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var target = FullPath(path);
        var temporary = $"{target}.{Guid.NewGuid():n}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                await stream.WriteAsync(content, cancellationToken);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreAccessException($"'{target}' cannot be written: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<MoveOutcome>> MoveAsync(
        string fromBase, string toBase, IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<MoveOutcome>>(paths.Select(path => Move($"{fromBase}/{path}", $"{toBase}/{path}", path)).ToList());

    /// <inheritdoc/>
    public Task DeleteTreesAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        foreach (var path in paths)
        {
            StorePaths.RequireWorkDirectory(path);
            try
            {
                if (Directory.Exists(FullPath(path)))
                    Directory.Delete(FullPath(path), recursive: true);
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
                // Without recursion this is rmdir, which the system refuses for a directory that is not empty.
                if (Directory.Exists(FullPath(path)))
                    Directory.Delete(FullPath(path), recursive: false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IAsyncDisposable?> TryLockAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(FullPath(path))!);
            // FileShare.None is flock(LOCK_EX) on Unix, the same lock that util-linux's and busybox's flock take.
            return Task.FromResult<IAsyncDisposable?>(new FileStream(FullPath(path), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StoreAccessException($"the store cannot be changed: {e.Message}", e);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            return Directory.Exists(Path.GetDirectoryName(FullPath(path)))
                ? Task.FromResult<IAsyncDisposable?>(null)
                : throw new StoreAccessException($"the store cannot be changed: {e.Message}", e);
        }
    }

    private static async Task<IReadOnlyDictionary<string, T>> ForEachAsync<T>(
        IReadOnlyCollection<string> paths, Func<string, T?> read, CancellationToken cancellationToken)
        where T : struct
    {
        var results = new ConcurrentDictionary<string, T>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(paths, Parallelism(cancellationToken), (path, _) =>
        {
            if (read(path) is { } result)
                results[path] = result;
            return ValueTask.CompletedTask;
        });
        return results;
    }

    private StoreListing List(IReadOnlyCollection<string> directories, ListDepth depth, CancellationToken cancellationToken)
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

    private List<StoreEntry> ListOne(string directory, ConcurrentBag<StoreProblem> problems)
    {
        try
        {
            return [.. new FileSystemEnumerable<StoreEntry>(
                FullPath(directory),
                (ref FileSystemEntry entry) => EntryOf($"{directory}/{entry.FileName}", entry.Attributes, entry.Length, entry.LastWriteTimeUtc),
                new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false, RecurseSubdirectories = false })];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new StoreProblem(directory, e.Message));
            return [];
        }
    }

    private StoreEntry? Stat(string path)
    {
        var info = new FileInfo(FullPath(path));
        if ((int)info.Attributes == -1)
            return null;
        var isFile = (info.Attributes & (FileAttributes.Directory | FileAttributes.ReparsePoint)) == 0;
        return EntryOf(path, info.Attributes, isFile ? info.Length : 0, info.LastWriteTimeUtc);
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
            using var stream = new FileStream(FullPath(path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var buffer = new byte[Math.Clamp(stream.CanSeek ? stream.Length + 1 : 4096, Math.Min(256, maxLength + 1), maxLength + 1)];
            var length = 0;
            int read;
            while ((read = stream.Read(buffer, length, buffer.Length - length)) > 0)
            {
                length += read;
                if (length > maxLength)
                    return new FileContent(default, $"the file is longer than {maxLength} bytes");
                if (length == buffer.Length)
                    Array.Resize(ref buffer, Math.Min(buffer.Length * 2, maxLength + 1));
            }

            return new FileContent(buffer.AsMemory(0, length), null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
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

            Directory.CreateDirectory(Path.GetDirectoryName(FullPath(target))!);
            if (entry.Kind == EntryKind.Directory)
                Directory.Move(FullPath(source), FullPath(target));
            else
                File.Move(FullPath(source), FullPath(target), overwrite: false);
            return new MoveOutcome(path, MoveResult.Moved);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new MoveOutcome(path, MoveResult.Missing);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new MoveOutcome(path, MoveResult.Failed, e.Message);
        }
    }

    private static ParallelOptions Parallelism(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };

    private string FullPath(string path) => Path.Combine(Root, path);
}
