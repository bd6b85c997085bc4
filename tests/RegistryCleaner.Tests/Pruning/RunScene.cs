using Microsoft.Extensions.Logging.Abstractions;
using RegistryCleaner.Api;
using RegistryCleaner.Pruning;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;

namespace RegistryCleaner.Tests.Pruning;

/// <summary>A store, and a run that takes something away from it.</summary>
public abstract class RunScene : IDisposable
{
    private readonly TemporaryStore _store = new();

    public StoreBuilder Store => _store.Builder;

    public StoreOracle Oracle => _store.Oracle;

    public IStoreFiles Files => new LocalStoreFiles(Path.Combine(Store.RootDirectory, StoreLayout.BaseDirectory));

    public static Pruner PrunerOf(IStoreFiles files) => new(files, new StoreReader(files), NullLogger.Instance);

    /// <summary>A pruner that keeps what it removes.</summary>
    internal static Pruner KeepingPrunerOf(IStoreFiles files, InterruptedRunPolicy interrupted = default) =>
        new(files, new StoreReader(files), ServedStore.Offline, new PruningOptions { TrashRetention = TimeSpan.FromDays(7), Interrupted = interrupted }, NullLogger.Instance);

    /// <summary>What a real run does first.</summary>
    public static async Task<PruneOutcome> FinishAsync(IStoreFiles files)
    {
        var outcome = new PruneOutcome();
        await PrunerOf(files).FinishEarlierRunsAsync(outcome, CancellationToken.None);
        return outcome;
    }

    /// <summary>What a real run does: earlier runs first, then read, plan, apply.</summary>
    public async Task<PruneOutcome> RunAsync(IStoreFiles files)
    {
        var outcome = await FinishAsync(files);
        await ApplyAsync(files, outcome);
        return outcome;
    }

    public void Dispose()
    {
        _store.Dispose();
        GC.SuppressFinalize(this);
    }

    protected abstract Task ApplyAsync(IStoreFiles files, PruneOutcome outcome);
}
