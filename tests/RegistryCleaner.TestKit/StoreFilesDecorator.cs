using RegistryCleaner.Store;

namespace RegistryCleaner.TestKit;

/// <summary>
/// Passes everything on, one path at a time where the order matters, with a hook before each thing that could be the last: a
/// process may be killed, and somebody else may push, between any two of them.
/// </summary>
public class StoreFilesDecorator(IStoreFiles inner, Action<string> onPoint) : IStoreFiles
{
    /// <inheritdoc/>
    public string Root => inner.Root;

    /// <inheritdoc/>
    public virtual Task<StoreListing> ListAsync(IReadOnlyCollection<string> directories, ListDepth depth, CancellationToken cancellationToken)
    {
        onPoint($"list {string.Join(' ', directories)}");
        return inner.ListAsync(directories, depth, cancellationToken);
    }

    /// <inheritdoc/>
    public virtual Task<IReadOnlyList<StoreProblem>> ListNamesAsync(
        IReadOnlyList<string> directories, Action<int, ReadOnlySpan<char>> onName, CancellationToken cancellationToken)
    {
        onPoint($"names {string.Join(' ', directories)}");
        return inner.ListNamesAsync(directories, onName, cancellationToken);
    }

    /// <inheritdoc/>
    public virtual Task<StoreListing> FindAsync(IReadOnlyCollection<string> directories, string nameEnding, CancellationToken cancellationToken)
    {
        onPoint($"find {string.Join(' ', directories)}");
        return inner.FindAsync(directories, nameEnding, cancellationToken);
    }

    /// <inheritdoc/>
    public virtual Task<IReadOnlyList<StoreProblem>> StatEachAsync(IReadOnlyList<string> paths, Action<int, StoreEntry> onEntry, CancellationToken cancellationToken)
    {
        onPoint("stat");
        return inner.StatEachAsync(paths, onEntry, cancellationToken);
    }

    /// <inheritdoc/>
    public virtual Task ReadEachAsync(IReadOnlyList<string> paths, int maxLength, Action<int, FileContent> onContent, CancellationToken cancellationToken)
    {
        onPoint("read");
        return inner.ReadEachAsync(paths, maxLength, onContent, cancellationToken);
    }

    /// <inheritdoc/>
    public virtual Task HashEachAsync(IReadOnlyList<string> paths, Action<int, string> onDigest, CancellationToken cancellationToken)
    {
        onPoint("hash");
        return inner.HashEachAsync(paths, onDigest, cancellationToken);
    }

    /// <inheritdoc/>
    public virtual Task<DateTimeOffset> GetTimeAsync(CancellationToken cancellationToken)
    {
        onPoint("time");
        return inner.GetTimeAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public virtual async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        onPoint($"write {path}");
        await inner.WriteAsync(path, content, cancellationToken);
        onPoint($"written {path}");
    }

    /// <inheritdoc/>
    public virtual async Task<IReadOnlyList<MoveOutcome>> MoveAsync(
        string fromBase, string toBase, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var outcomes = new List<MoveOutcome>();
        foreach (var path in paths)
        {
            onPoint($"move {fromBase}/{path} to {toBase}");
            outcomes.AddRange(await inner.MoveAsync(fromBase, toBase, [path], cancellationToken));
        }

        onPoint("moved");
        return outcomes;
    }

    /// <inheritdoc/>
    public virtual async Task DeleteTreesAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        // File by file, in the worst order: what says what the rest is about goes first.
        foreach (var path in paths)
        {
            var full = Path.Combine(Root, path);
            var files = Directory.Exists(full) ? Directory.GetFiles(full, "*", SearchOption.AllDirectories) : [];
            foreach (var file in files.OrderBy(file => file.EndsWith("journal.json", StringComparison.Ordinal) ? 0 : 1).ThenByDescending(file => file, StringComparer.Ordinal))
            {
                onPoint($"delete {file}");
                File.Delete(file);
            }

            onPoint($"delete {path}");
            await inner.DeleteTreesAsync([path], cancellationToken);
        }
    }

    /// <inheritdoc/>
    public virtual async Task RemoveEmptyDirectoriesAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        foreach (var path in paths)
        {
            onPoint($"rmdir {path}");
            await inner.RemoveEmptyDirectoriesAsync([path], cancellationToken);
        }

        onPoint("removed directories");
    }

    /// <inheritdoc/>
    public virtual Task<IAsyncDisposable?> TryLockAsync(string path, CancellationToken cancellationToken)
    {
        onPoint("lock");
        return inner.TryLockAsync(path, cancellationToken);
    }
}
