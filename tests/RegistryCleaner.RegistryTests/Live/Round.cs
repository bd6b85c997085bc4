using Microsoft.Extensions.Logging.Abstractions;
using RegistryCleaner.Api;
using RegistryCleaner.Collecting;
using RegistryCleaner.Marking;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Pruning;
using RegistryCleaner.RegistryTests.Fixture;
using RegistryCleaner.Store;
using Shouldly;

namespace RegistryCleaner.RegistryTests.Live;

// One prune of a registry that goes on serving, in this process, with clients that act at chosen moments of it.
internal sealed class Round(RegistryScene scene, int number, LiveSteps without, AttackCounts counts, PruneWay way = PruneWay.Images)
{
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(100);

    private readonly List<(Moment Moment, string Where, Func<Task> Action)> actions = [];
    private AttackedFiles? files;

    public int Number => number;

    public RegistryClient Client => scene.Client;

    public RegistryScene Scene => scene;

    public string Repository { get; } = $"app/{number}";

    // All pushes that the registry answered with 201.
    public List<(string Repository, string Tag, string Digest)> Pushed { get; } = [];

    // Those that it did not, to be repeated by a client that begins anew.
    public List<(string Repository, string Tag, BuiltManifest Image)> Refused { get; } = [];

    // What came of the last run.
    public PruneOutcome Outcome { get; private set; } = new();

    // An image of this round, with a layer of its own and one that the round's images share.
    public BuiltManifest Image(string seed) => ImageBuilder.Image($"{number}/{seed}", layers: [Layer("shared"), Layer(seed)]);

    public BuiltLayer Layer(string seed) => BuiltLayer.From($"{number}/{seed}");

    // Done once, when the moment comes for the first time, or for the first time for a digest.
    public void At(Moment moment, Func<Task> action, BuiltBlob? blob = null) => actions.Add((moment, blob?.Hex ?? "", action));

    // A push that may be refused, but that must be there for good if it is not.
    public async Task PushAsync(BuiltManifest image, string repository, string tag, Func<Task<string>> push)
    {
        try
        {
            (await push()).ShouldBe(image.Digest);
            counts.Accepted++;
            Pushed.Add((repository, tag, image.Digest));
        }
        catch (HttpRequestException)
        {
            counts.Refused++;
            Refused.Add((repository, tag, image));
        }
    }

    // The request waits inside the registry, for a file that it opens, until it is released.
    public HeldRequest Hold(string path, Func<Task> request)
    {
        files!.Hold(Path.GetRelativePath(scene.Store.Registry, path), File.ReadAllText(path));
        try
        {
            return HeldRequest.At(path, request);
        }
        catch (InvalidOperationException e) when (scene.Registry.Version >= 3)
        {
            // Since 3.1 a registry writes a link beside its place and renames it there: nobody has it open.
            Skip.If(true, $"registry:3 cannot be had in a version that opens links to write them: {e.Message}");
            throw;
        }
    }

    public async Task ReleaseAsync(HeldRequest request)
    {
        await request.ReleaseAsync();
        request.Dispose();
        files!.Release();
    }

    public async Task PruneAsync(params string[] images)
    {
        files = new AttackedFiles(new LocalStoreFiles(scene.Store.Registry), without, Reach);
        if (way == PruneWay.Collection)
            Untag(images);
        await RunAsync(files, (api, onMoment) => new WeakenedStore(new LiveStore(api, Settle), files, without, onMoment), images);
        foreach (var (moment, _, _) in actions)
            moment.ShouldBeOneOf(Moment.LastSettling, Moment.Ended);
        foreach (var (_, _, action) in actions)
            await action();
        actions.Clear();
    }

    // What every run begins with, whatever this round leaves out.
    public Task RunNextAsync() => RunAsync(new LocalStoreFiles(scene.Store.Registry), (api, _) => new LiveStore(api, Settle));

    private async Task RunAsync(IStoreFiles store, Func<RegistryApi, Action<Moment, string>, ServedStore> open, params string[] images)
    {
        using var api = new RegistryApi(new RegistryApiOptions(new Uri($"http://127.0.0.1:{scene.Registry.Port}")));
        var reader = new StoreReader(store);
        var pruner = new Pruner(store, reader, open(api, Reach), PruningOptions.None, NullLogger.Instance);
        await using var theLock = await pruner.LockAsync(TimeSpan.Zero, CancellationToken.None);
        var outcome = Outcome = new PruneOutcome();
        await pruner.FinishEarlierRunsAsync(outcome, CancellationToken.None);
        if (images.Length > 0)
            await (way == PruneWay.Collection ? CollectAsync(store, pruner, outcome) : PruneAsync(reader, pruner, outcome, images));

        // What a step that was left out would have put right, the proof sees at the end.
        outcome.Failures.Where(failure => without == LiveSteps.None || !failure.StartsWith("what remains cannot be pulled", StringComparison.Ordinal)).ShouldBeEmpty();
        counts.FreedBlobs += outcome.Blobs.Count;
    }

    private async Task PruneAsync(StoreReader reader, Pruner pruner, PruneOutcome outcome, string[] images)
    {
        var asked = way == PruneWay.WholeRepository ? images.Select(image => image.Split(':')[0]).Distinct() : images;
        var request = new PruneRequest([.. asked.Select(ImageSelector.Parse)], KeepEmpty: false, await reader.GetTimeAsync(CancellationToken.None));
        await pruner.ApplyAsync(await PlanReading.PlanAsync(reader, request, CancellationToken.None), outcome, CancellationToken.None);
    }

    // Whatever nothing needs, as GarbageCollect does.
    internal static async Task CollectAsync(IStoreFiles store, Pruner pruner, PruneOutcome outcome)
    {
        var question = new CollectionQuestion { DeleteUntagged = true, Grace = TimeSpan.Zero, Now = await new StoreReader(store).GetTimeAsync(CancellationToken.None) };
        var plan = await new MarkAndSweepCollector(store, pruner, NullLogger.Instance).PlanAsync(question, DeletionLimit.None, allowNoRepositories: false, CancellationToken.None);
        await pruner.ApplyAsync(plan, outcome, CancellationToken.None);
    }

    // The registry never remembers tags: without its directory one is gone.
    private void Untag(IEnumerable<string> images)
    {
        foreach (var image in images)
            Directory.Delete(scene.Store.Repository(image.Split(':')[0], $"_manifests/tags/{image.Split(':')[1]}"), recursive: true);
    }

    // The cleaner waits for it, as it would be overtaken.
    private void Reach(Moment moment, string path)
    {
        foreach (var item in actions.Where(item => item.Moment == moment && path.Contains(item.Where, StringComparison.Ordinal)).ToList())
        {
            actions.Remove(item);
            Task.Run(item.Action).GetAwaiter().GetResult();
        }
    }
}
