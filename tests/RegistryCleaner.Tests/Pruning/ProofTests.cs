using RegistryCleaner.Api;
using RegistryCleaner.Checking;
using RegistryCleaner.Naming;
using RegistryCleaner.Pruning;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;

namespace RegistryCleaner.Tests.Pruning;

/// <summary>What remains is looked at after a prune; what was removed and is needed all the same goes back at once.</summary>
public class ProofTests
{
    [Fact]
    public async Task A_run_that_took_too_much_is_put_back_at_once_and_ends_with_5()
    {
        using var scene = new PruneScene();
        var before = Files(scene);
        var plan = await PruneScene.PlanAsync(scene.Files, "team/app:1.0");

        // As if a decision had been wrong: a link that 1.1 needs lands in the trash, and no second look sees it.
        var layer = StoreLayout.LayerLink(RepositoryName.Parse("team/app"), scene.Store.Layer("team/app", "app-1.1"));
        var hidden = new BlindFiles(scene.Files, layer);
        var outcome = new PruneOutcome();
        await PruneScene.PrunerOf(hidden).ApplyAsync(plan, outcome, CancellationToken.None);

        outcome.Failures.ShouldHaveSingleItem().ShouldContain(layer);
        outcome.IsComplete.ShouldBeFalse();
        var after = Files(scene);
        before.Keys.Except(after.Keys).ShouldBeEmpty();
        after.Keys.Except(before.Keys).ShouldBeEmpty();
        outcome.Tags.ShouldBeEmpty();
    }

    // Both a link and the data: with neither, an index could have named it without its ever having been pushed.
    [Fact]
    public async Task A_run_that_took_a_manifest_of_an_index_is_put_back_at_once()
    {
        using var scene = new PruneScene();
        var before = Files(scene);
        var plan = await PruneScene.PlanAsync(scene.Files, "team/app:1.0");
        var child = scene.Store.Image("team/app", "amd64-2.1", scene.Store.Layer("team/app", "amd64-2.1"));

        var outcome = new PruneOutcome();
        await PruneScene.PrunerOf(new BlindFiles(scene.Files, StoreLayout.RevisionLink(RepositoryName.Parse("team/app"), child), StoreLayout.BlobData(child))).ApplyAsync(plan, outcome, CancellationToken.None);

        outcome.Failures.ShouldHaveSingleItem().ShouldContain(child.Hex);
        Files(scene).Keys.ShouldBe(before.Keys);
    }

    [Fact]
    public async Task A_platform_that_was_never_pushed_is_no_harm()
    {
        using var scene = new PruneScene();
        scene.Store.Tag("team/app", "sparse", scene.Store.Index("team/app", Digest.OfContent("never pushed"u8)));

        var outcome = await PruneScene.RunAsync(scene.Files, "team/app:1.0");

        outcome.IsComplete.ShouldBeTrue();
        outcome.Notes.ShouldBeEmpty();
        scene.Oracle.Tags.Keys.ShouldNotContain("team/app:1.0");
    }

    [Fact]
    public async Task What_was_missing_before_is_told_and_is_not_this_runs_doing()
    {
        using var scene = new PruneScene();
        var layer = scene.Store.Layer("team/app", "app-1.1");
        File.Delete(scene.Store.FullPath(StoreLayout.BlobData(layer)));

        var outcome = await PruneScene.RunAsync(scene.Files, "team/app:1.0");

        outcome.IsComplete.ShouldBeTrue();
        outcome.Notes.ShouldHaveSingleItem().ShouldContain($"missing before this run, such as {StoreLayout.BlobData(layer)}");
        scene.Oracle.Tags.Keys.ShouldNotContain("team/app:1.0");
    }

    [Fact]
    public async Task A_blob_that_was_cut_off_is_told_by_its_length()
    {
        using var scene = new PruneScene();
        var layer = scene.Store.Layer("team/app", "app-1.1");
        scene.Store.Write(StoreLayout.BlobData(layer), "short"u8);

        (await PruneScene.RunAsync(scene.Files, "team/app:1.0")).Notes.ShouldHaveSingleItem().ShouldContain("5 bytes instead of 1024");
    }

    [Fact]
    public async Task Altered_content_is_found_where_content_is_asked_for()
    {
        using var scene = new PruneScene();
        var layer = scene.Store.Layer("team/app", "app-1.1");
        scene.Store.Write(StoreLayout.BlobData(layer), new byte[1024]);

        (await PruneScene.RunAsync(scene.Files, "team/app:1.0")).IsComplete.ShouldBeTrue();

        var outcome = new PruneOutcome();
        var pruner = new Pruner(scene.Files, new StoreReader(scene.Files), ServedStore.Offline, new PruningOptions { Verify = VerifyKind.Hash }, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        await pruner.ApplyAsync(await PruneScene.PlanAsync(scene.Files, "team/app:2.0"), outcome, CancellationToken.None);
        outcome.Failures.ShouldHaveSingleItem().ShouldContain(StoreLayout.BlobData(layer));
    }

    private static SortedDictionary<string, string> Files(PruneScene scene) =>
        new(scene.Oracle.Content().Where(pair => pair.Value != "directory").ToDictionary(), StringComparer.Ordinal);

    // Takes files away with the first that goes, and does not list them in the trash: no second look can find them.
    private sealed class BlindFiles(IStoreFiles inner, params string[] hidden) : StoreFilesDecorator(inner, _ => { })
    {
        private bool _isTaken;

        public override async Task<IReadOnlyList<MoveOutcome>> MoveAsync(string fromBase, string toBase, IReadOnlyList<string> paths, CancellationToken cancellationToken)
        {
            if (!_isTaken && fromBase == StoreLayout.Version2)
            {
                _isTaken = true;
                await base.MoveAsync(fromBase, toBase, [.. hidden.Select(path => path[(StoreLayout.Version2.Length + 1)..])], cancellationToken);
            }

            return await base.MoveAsync(fromBase, toBase, paths, cancellationToken);
        }

        // A rollback lists it: it is the only one that comes after the proof.
        public override async Task<StoreListing> ListAsync(IReadOnlyCollection<string> directories, ListDepth depth, CancellationToken cancellationToken)
        {
            var listing = await base.ListAsync(directories, depth, cancellationToken);
            return _hasProven ? listing : listing with { Entries = [.. listing.Entries.Where(entry => !(entry.Path.StartsWith(StoreLayout.Trash, StringComparison.Ordinal) && hidden.Any(path => entry.Path.EndsWith(path, StringComparison.Ordinal))))] };
        }

        private bool _hasProven;
        private int _asked;

        // The proof asks the trash for just these paths; the second time, it gives the run up.
        public override Task<IReadOnlyList<StoreProblem>> StatEachAsync(IReadOnlyList<string> paths, Action<int, StoreEntry> onEntry, CancellationToken cancellationToken)
        {
            if (paths.Count <= 3 && paths.All(path => path.StartsWith(StoreLayout.Trash, StringComparison.Ordinal)) && hidden.All(path => paths.Any(asked => asked.EndsWith(path, StringComparison.Ordinal))) && !paths[0].Contains("/rest/", StringComparison.Ordinal))
                _hasProven = ++_asked == 2;
            return base.StatEachAsync(paths, onEntry, cancellationToken);
        }
    }
}
