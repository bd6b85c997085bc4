using System.Globalization;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using RegistryCleaner.Collecting;
using RegistryCleaner.Marking;
using RegistryCleaner.Planning;
using RegistryCleaner.Pruning;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;
using RegistryCleaner.TestKit.Sketches;
using RegistryCleaner.Tests.Pruning;

namespace RegistryCleaner.Tests.Collecting;

/// <summary>
/// Random stores, collected and compared with a model that is slow and obvious.
/// </summary>
/// <remarks>
/// A store that fails is made smaller and printed with its seed; with <c>CsCheck_Seed=SEED</c> in the environment it is the first
/// one. <c>REGISTRY_CLEANER_STORES=2000</c> makes a long run.
/// </remarks>
public class RandomStoreTests
{
    private static readonly int s_stores = int.Parse(Environment.GetEnvironmentVariable("REGISTRY_CLEANER_STORES") ?? "150", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Everything_that_is_garbage_goes_and_nothing_else(bool deleteUntagged) =>
        StoreSketches.Any.SampleAsync(sketch => CheckAsync(sketch, deleteUntagged), iter: s_stores / 2, print: sketch => sketch.ToString());

    private static async Task CheckAsync(StoreSketch sketch, bool deleteUntagged)
    {
        using var store = new TemporaryStore();
        SketchWriter.Write(store.Builder, sketch);
        var now = DateTime.UtcNow;
        var model = new SlowModel(store.Builder.RootDirectory, new ModelQuestion(deleteUntagged, now, TimeSpan.FromHours(1), TimeSpan.FromDays(1)));
        var before = store.Oracle.Content();
        var whole = store.Oracle.WholeTags;
        var question = new CollectionQuestion { DeleteUntagged = deleteUntagged, Now = now, Grace = TimeSpan.FromHours(1), UploadsOlderThan = TimeSpan.FromDays(1), Leftovers = true };
        var files = new LocalStoreFiles(store.Builder.FullPath(""));
        var collector = new MarkAndSweepCollector(files, RunScene.PrunerOf(files), NullLogger.Instance);

        var plan = await collector.PlanAsync(question, DeletionLimit.None, allowNoRepositories: true, CancellationToken.None);
        var planned = MarkAndSweepCollector.Report(plan);
        Describe(planned).ShouldBe($"{model.Tags.Count} tags, {model.Manifests.Count} manifests, {model.Layers.Count} layers, {model.Blobs.Count} blobs, {model.Bytes} bytes, {model.Uploads.Count} uploads, {model.Leftovers.Count} leftovers");
        store.Oracle.Content(withWorkDirectory: true).ShouldBe(before);

        var outcome = new PruneOutcome();
        var report = await collector.CollectAsync(plan, outcome, CancellationToken.None);

        outcome.Failures.Concat(outcome.Drifted).ShouldBeEmpty();
        report.ShouldBe(planned);
        var after = store.Oracle.Content();
        FilesOf(after).Order(StringComparer.Ordinal).ShouldBe(model.Staying.Order(StringComparer.Ordinal));
        after.ShouldAllBe(pair => before[pair.Key] == pair.Value);
        model.EmptyDirectories.Where(store.Builder.Has).ShouldBeEmpty();
        store.Oracle.WholeTags.ShouldBe(whole.Where(tag => !model.Tags.Contains(PathOf(tag))));
        var again = await collector.PlanAsync(question, DeletionLimit.None, allowNoRepositories: true, CancellationToken.None);
        (again with { Directories = [] }).IsEmpty.ShouldBeTrue("a second plan is empty");
        again.Directories.Where(path => Directory.Exists(store.Builder.FullPath(path)) && Directory.GetFileSystemEntries(store.Builder.FullPath(path)).Length == 0).ShouldBeEmpty();
    }

    private static string Describe(CollectionReport report) =>
        $"{report.Tags} tags, {report.Manifests} manifests, {report.Layers} layers, {report.Blobs} blobs, {report.Bytes} bytes, {report.Uploads} uploads, {report.Leftovers} leftovers";

    private static IEnumerable<string> FilesOf(IReadOnlyDictionary<string, string> content) =>
        content.Where(pair => pair.Value != "directory").Select(pair => pair.Key["docker/registry/v2/".Length..]);

    private static string PathOf(string tag) => $"repositories/{tag[..tag.LastIndexOf(':')]}/_manifests/tags/{tag[(tag.LastIndexOf(':') + 1)..]}";
}
