using RegistryCleaner.Store;
using RegistryCleaner.TestKit;
using RegistryCleaner.Tests.Pruning;

namespace RegistryCleaner.Tests.Breaking;

/// <summary>What may happen to a call.</summary>
public enum Fault
{
    /// <summary>It fails, and has done nothing.</summary>
    Fails,

    /// <summary>It is done by half, and fails then.</summary>
    Half,

    /// <summary>It is done, and its answer does not come back.</summary>
    NoAnswer,

    /// <summary>The process is killed, before it.</summary>
    Killed,

    /// <summary>The process is killed when it is done by half.</summary>
    KilledHalfWay,

    /// <summary>It is slow.</summary>
    Slow,

    /// <summary>The first of its paths cannot be read, looked at or moved: permission denied.</summary>
    Denied,

    /// <summary>All calls from this one on fail: the disk is full, the container is gone.</summary>
    FailsFromHereOn,
}

/// <summary>Passes every call on but one, to which a fault happens.</summary>
internal sealed class FaultyFiles(IStoreFiles inner, int at, Fault fault) : StoreFilesDecorator(inner, _ => { })
{
    private readonly IStoreFiles _inner = inner;
    private int _calls;

    /// <summary>How many calls there were.</summary>
    public int Calls => _calls;

    /// <summary>The verb that the fault happened to.</summary>
    public string? Struck { get; private set; }

    public override Task<StoreListing> ListAsync(IReadOnlyCollection<string> directories, ListDepth depth, CancellationToken cancellationToken) => CallAsync(
        nameof(ListAsync), directories, part => _inner.ListAsync([.. part], depth, cancellationToken),
        denied => new StoreListing([], [new StoreProblem(denied, "Permission denied")]), (a, b) => new StoreListing([.. a.Entries, .. b.Entries], [.. a.Problems, .. b.Problems]));

    public override Task<IReadOnlyList<StoreProblem>> ListNamesAsync(IReadOnlyList<string> directories, Action<int, ReadOnlySpan<char>> onName, CancellationToken cancellationToken) => CallAsync<IReadOnlyList<StoreProblem>>(
        nameof(ListNamesAsync), directories, part => _inner.ListNamesAsync([.. part], (index, name) => onName(index + Offset(directories, part), name), cancellationToken),
        denied => [new StoreProblem(denied, "Permission denied")], (a, b) => [.. a, .. b]);

    public override Task<StoreListing> FindAsync(IReadOnlyCollection<string> directories, string nameEnding, CancellationToken cancellationToken) => CallAsync(
        nameof(FindAsync), directories, part => _inner.FindAsync([.. part], nameEnding, cancellationToken),
        denied => new StoreListing([], [new StoreProblem(denied, "Permission denied")]), (a, b) => new StoreListing([.. a.Entries, .. b.Entries], [.. a.Problems, .. b.Problems]));

    public override Task<IReadOnlyList<StoreProblem>> StatEachAsync(IReadOnlyList<string> paths, Action<int, StoreEntry> onEntry, CancellationToken cancellationToken) => CallAsync<IReadOnlyList<StoreProblem>>(
        nameof(StatEachAsync), paths, part => _inner.StatEachAsync([.. part], (index, entry) => onEntry(index + Offset(paths, part), entry), cancellationToken),
        denied =>
        {
            onEntry(0, StoreEntry.Unreadable(denied));
            return [new StoreProblem(denied, "Permission denied")];
        },
        (a, b) => [.. a, .. b]);

    public override Task ReadEachAsync(IReadOnlyList<string> paths, int maxLength, Action<int, FileContent> onContent, CancellationToken cancellationToken) => CallAsync(
        nameof(ReadEachAsync), paths, async part =>
        {
            await _inner.ReadEachAsync([.. part], maxLength, (index, content) => onContent(index + Offset(paths, part), content), cancellationToken);
            return true;
        },
        denied =>
        {
            onContent(0, new FileContent(default, "Permission denied"));
            return true;
        },
        (a, b) => a && b);

    public override Task HashEachAsync(IReadOnlyList<string> paths, Action<int, string> onDigest, CancellationToken cancellationToken) => CallAsync(
        nameof(HashEachAsync), paths, async part =>
        {
            await _inner.HashEachAsync([.. part], (index, digest) => onDigest(index + Offset(paths, part), digest), cancellationToken);
            return true;
        },
        _ => true, (a, b) => a && b);

    public override Task<DateTimeOffset> GetTimeAsync(CancellationToken cancellationToken) => CallAsync(
        nameof(GetTimeAsync), ["time"], _ => _inner.GetTimeAsync(cancellationToken), _ => DateTimeOffset.UtcNow, (a, _) => a);

    public override Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => CallAsync(
        nameof(WriteAsync), [path], async part =>
        {
            if (part.Count > 0)
                await _inner.WriteAsync(path, content, cancellationToken);
            return true;
        },
        _ => throw new StoreAccessException("Permission denied"), (a, b) => a && b);

    public override Task<IReadOnlyList<MoveOutcome>> MoveAsync(string fromBase, string toBase, IReadOnlyList<string> paths, CancellationToken cancellationToken) => CallAsync<IReadOnlyList<MoveOutcome>>(
        nameof(MoveAsync), paths, part => _inner.MoveAsync(fromBase, toBase, [.. part], cancellationToken),
        denied => [new MoveOutcome(denied, MoveResult.Failed, "Permission denied")], (a, b) => [.. a, .. b]);

    public override Task DeleteTreesAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken) => CallAsync(
        nameof(DeleteTreesAsync), paths, async part =>
        {
            await _inner.DeleteTreesAsync([.. part], cancellationToken);
            return true;
        },
        _ => throw new StoreAccessException("Permission denied"), (a, b) => a && b);

    public override Task RemoveEmptyDirectoriesAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken) => CallAsync(
        nameof(RemoveEmptyDirectoriesAsync), paths, async part =>
        {
            await _inner.RemoveEmptyDirectoriesAsync([.. part], cancellationToken);
            return true;
        },
        _ => true, (a, b) => a && b);

    // Whoever is killed, or has no answer, does not hold it.
    public override async Task<IAsyncDisposable?> TryLockAsync(string path, CancellationToken cancellationToken)
    {
        IAsyncDisposable? taken = null;
        try
        {
            return await CallAsync(
                nameof(TryLockAsync), [path], async part => taken = part.Count > 0 ? await _inner.TryLockAsync(path, cancellationToken) : null,
                _ => throw new StoreAccessException("Permission denied"), (a, b) => a ?? b);
        }
        catch when (taken is not null)
        {
            await taken.DisposeAsync();
            throw;
        }
    }

    // How far into all the paths a part of them begins.
    private static int Offset(IReadOnlyList<string> all, IReadOnlyList<string> part) => part.Count < all.Count ? _offset.Value : 0;

    private static readonly AsyncLocal<int> _offset = new();

    private async Task<T> CallAsync<T>(string verb, IReadOnlyCollection<string> paths, Func<IReadOnlyList<string>, Task<T>> call, Func<string, T> denied, Func<T, T, T> join)
    {
        List<string> all = [.. paths];
        var number = Interlocked.Increment(ref _calls) - 1;
        if (number != at && !(fault == Fault.FailsFromHereOn && number > at))
            return await call(all);

        Struck ??= verb;
        List<string> half = [.. all.Take(all.Count / 2)];
        switch (fault)
        {
            case Fault.Killed:
                throw new KilledException(verb);
            case Fault.KilledHalfWay:
                await call(half);
                throw new KilledException(verb);
            case Fault.Half:
                await call(half);
                throw new StoreAccessException($"{verb} broke off half-way");
            case Fault.NoAnswer:
                await call(all);
                throw new StoreAccessException($"The answer of {verb} did not come back");
            case Fault.Slow:
                await Task.Delay(1);
                return await call(all);
            case Fault.Denied when all.Count > 0:
                var first = denied(all[0]);
                _offset.Value = 1;
                return all.Count == 1 ? first : join(first, await call([.. all.Skip(1)]));
            case Fault.Denied:
                return await call(all);
            default:
                throw new StoreAccessException($"{verb} failed");
        }
    }
}
