namespace RegistryCleaner.Store;

/// <summary>Files of which it is told how far the reading is, where there are many. What changes a store is passed on as it is.</summary>
/// <param name="inner">The files.</param>
/// <param name="progress">Who is told.</param>
/// <param name="many">From how many files on: fewer are done before anybody has read that they are.</param>
internal sealed class ProgressFiles(IStoreFiles inner, IProgress<CleanerProgress> progress, int many = ProgressFiles.Many) : IStoreFiles
{
    public const int Many = 5_000;

    private const int Step = 1_000;

    /// <inheritdoc/>
    public string Root => inner.Root;

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoreProblem>> ListNamesAsync(IReadOnlyList<string> directories, Action<int, ReadOnlySpan<char>> onName, CancellationToken cancellationToken) =>
        TellAsync("listing directories", directories.Count, count => inner.ListNamesAsync(Counted(directories, count), onName, cancellationToken));

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoreProblem>> StatEachAsync(IReadOnlyList<string> paths, Action<int, StoreEntry> onEntry, CancellationToken cancellationToken) =>
        TellAsync("looking at files", paths.Count, count => inner.StatEachAsync(Counted(paths, count), onEntry, cancellationToken));

    /// <inheritdoc/>
    public Task ReadEachAsync(IReadOnlyList<string> paths, int maxLength, Action<int, FileContent> onContent, CancellationToken cancellationToken) =>
        TellAsync("reading files", paths.Count, async count =>
        {
            await inner.ReadEachAsync(Counted(paths, count), maxLength, onContent, cancellationToken);
            return true;
        });

    /// <inheritdoc/>
    public Task HashEachAsync(IReadOnlyList<string> paths, Action<int, string> onDigest, CancellationToken cancellationToken) =>
        TellAsync("hashing files", paths.Count, async count =>
        {
            await inner.HashEachAsync(Counted(paths, count), onDigest, cancellationToken);
            return true;
        });

    /// <inheritdoc/>
    public Task<StoreListing> ListAsync(IReadOnlyCollection<string> directories, ListDepth depth, CancellationToken cancellationToken) =>
        inner.ListAsync(directories, depth, cancellationToken);

    /// <inheritdoc/>
    public Task<StoreListing> FindAsync(IReadOnlyCollection<string> directories, string nameEnding, CancellationToken cancellationToken) =>
        inner.FindAsync(directories, nameEnding, cancellationToken);

    /// <inheritdoc/>
    public Task<DateTimeOffset> GetTimeAsync(CancellationToken cancellationToken) => inner.GetTimeAsync(cancellationToken);

    /// <inheritdoc/>
    public Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => inner.WriteAsync(path, content, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MoveOutcome>> MoveAsync(string fromBase, string toBase, IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
        inner.MoveAsync(fromBase, toBase, paths, cancellationToken);

    /// <inheritdoc/>
    public Task DeleteTreesAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken) => inner.DeleteTreesAsync(paths, cancellationToken);

    /// <inheritdoc/>
    public Task RemoveEmptyDirectoriesAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken) => inner.RemoveEmptyDirectoriesAsync(paths, cancellationToken);

    /// <inheritdoc/>
    public Task<IAsyncDisposable?> TryLockAsync(string path, CancellationToken cancellationToken) => inner.TryLockAsync(path, cancellationToken);

    // A path is taken from the list when its turn comes: nothing is said of one that is not there.
    private static LazyList<string> Counted(IReadOnlyList<string> paths, Action count) => new(paths.Count, index =>
    {
        count();
        return paths[index];
    });

    private async Task<T> TellAsync<T>(string activity, int total, Func<Action, Task<T>> work)
    {
        var done = 0;
        if (total < many)
            return await work(() => { });
        progress.Report(new CleanerProgress(activity, 0, total));
        try
        {
            return await work(Count);
        }
        finally
        {
            progress.Report(new CleanerProgress(activity, total, total));
        }

        // Some are taken twice. What is not over is not said to be.
        void Count()
        {
            if (Interlocked.Increment(ref done) is var now && now % Step == 0)
                progress.Report(new CleanerProgress(activity, Math.Min(now, total - 1), total));
        }
    }
}
