using RegistryCleaner.Naming;
using RegistryCleaner.Pruning;
using RegistryCleaner.Restoring;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;
using RegistryCleaner.Tests.Collecting;
using RegistryCleaner.Tests.Pruning;

namespace RegistryCleaner.Tests.Restoring;

/// <summary>A store from which a run removed something that it kept in the trash, and what it was like before.</summary>
internal sealed class UndoScene : IDisposable
{
    private readonly RunScene _scene;

    private UndoScene(RunScene scene)
    {
        _scene = scene;
        Before = Files(scene.Oracle);
        TagsBefore = scene.Oracle.Tags;
    }

    public StoreBuilder Store => _scene.Store;

    public StoreOracle Oracle => _scene.Oracle;

    public IStoreFiles StoreFiles => _scene.Files;

    /// <summary>All files, without the directories: those that are empty are not put back.</summary>
    public SortedDictionary<string, string> Before { get; }

    public IReadOnlyDictionary<string, string> TagsBefore { get; }

    public SortedDictionary<string, string> Now => Files(Oracle);

    public string Run => Directory.GetDirectories(Store.FullPath(StoreLayout.Trash)).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal).Last();

    public static async Task<UndoScene> PrunedAsync()
    {
        var scene = new UndoScene(new PruneScene());
        await scene.PruneAsync(PruneScene.Images);
        return scene;
    }

    public static async Task<UndoScene> CollectedAsync()
    {
        var scene = new UndoScene(new CollectionScene());
        await RunScene.KeepingPrunerOf(scene.StoreFiles).ApplyAsync(await CollectionScene.PlanAsync(scene.StoreFiles), new PruneOutcome(), CancellationToken.None);
        return scene;
    }

    public static UndoScene Unpruned() => new(new PruneScene());

    public async Task<PruneOutcome> PruneAsync(params string[] images)
    {
        var outcome = new PruneOutcome();
        await RunScene.KeepingPrunerOf(StoreFiles).ApplyAsync(await PruneScene.PlanAsync(StoreFiles, images), outcome, CancellationToken.None);
        return outcome;
    }

    /// <summary>What RestoreImages does.</summary>
    public async Task<RestorePlan> RestoreAsync(IStoreFiles? files = null, string? run = null, bool overwrite = false, params string[] images)
    {
        files ??= StoreFiles;
        await FinishEarlierRunsAsync(files, InterruptedRunPolicy.RollBack);
        var journal = await new EarlierRuns(files).ReadJournalAsync(run ?? Run, CancellationToken.None) ?? throw new StoreAccessException("The run's journal cannot be read.");
        var restorer = await Restorer.PlanAsync(files, journal, new RestoreRequest([.. images.Select(ImageSelector.Parse)], overwrite), CancellationToken.None);
        await restorer.ApplyAsync();
        return restorer.Plan;
    }

    /// <summary>What RestoreImages does first.</summary>
    public static Task FinishEarlierRunsAsync(IStoreFiles files, InterruptedRunPolicy policy) =>
        new Pruner(files, new StoreReader(files), RegistryCleaner.Api.ServedStore.Offline, new PruningOptions { Earlier = EarlierTrash.Keep, Interrupted = policy }, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance)
            .FinishEarlierRunsAsync(new PruneOutcome(), CancellationToken.None);

    /// <summary>What EmptyTrash does.</summary>
    public static async Task<PruneOutcome> EmptyAsync(IStoreFiles files)
    {
        var outcome = new PruneOutcome();
        await new Pruner(files, new StoreReader(files), RegistryCleaner.Api.ServedStore.Offline, new PruningOptions { Earlier = EarlierTrash.Empty }, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance)
            .FinishEarlierRunsAsync(outcome, CancellationToken.None);
        return outcome;
    }

    /// <summary>Takes a file away as a run does that was wrong.</summary>
    public void MoveIntoTrash(string path)
    {
        var trashed = Store.FullPath($"{StoreLayout.TrashOf(Run)}/{path}");
        Directory.CreateDirectory(Path.GetDirectoryName(trashed)!);
        File.Move(Store.FullPath(path), trashed);
    }

    public Task<CleanerReport> RestoreAsync(RestoreImagesOptions options) => new Cleaner().RestoreImagesAsync(options with { RegistryRoot = Store.RootDirectory });

    public async Task<IReadOnlyList<RunSummary>> HistoryAsync() => (await new Cleaner().HistoryAsync(new HistoryOptions { RegistryRoot = Store.RootDirectory })).Runs;

    public void Dispose() => _scene.Dispose();

    private static SortedDictionary<string, string> Files(StoreOracle oracle) =>
        new(oracle.Content().Where(pair => pair.Value != "directory").ToDictionary(), StringComparer.Ordinal);
}
