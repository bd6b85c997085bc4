using Microsoft.Extensions.Logging.Abstractions;
using RegistryCleaner.Api;
using RegistryCleaner.Naming;
using RegistryCleaner.Pruning;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;

namespace RegistryCleaner.Tests.Pruning;

/// <summary>What a registry that goes on serving does while it is pruned, as far as a real one cannot be made to do it at will.</summary>
public sealed class LiveRunTests : IDisposable
{
    private readonly TemporaryStore _store = new();
    private readonly Digest _shared;
    private readonly Digest _old;

    public LiveRunTests()
    {
        foreach (var repository in new[] { "app", "other" })
            _old = Store.Tag(repository, "old", Store.Image(repository, "old", Store.Layer(repository, "shared")));
        _shared = Store.Layer("app", "shared");
        Store.Tag("app", "kept", Store.Image("app", "kept", Store.Layer("app", "kept")));
    }

    private StoreBuilder Store => _store.Builder;

    // Its manifest was accepted by what the registry remembered.
    [Theory]
    [InlineData("cancelled")]
    [InlineData("the API is lost")]
    public async Task Whoever_pushed_meanwhile_need_not_wait_for_the_next_run_where_this_one_breaks_off(string how)
    {
        var registry = new Registry
        {
            OnForget = () => Store.Tag("app", "pushed", Store.Manifest("app", Text(_old))),
            OnSettle = () => throw (how == "cancelled" ? new OperationCanceledException() : new RegistryApiException("The registry does not answer.")),
        };

        var thrown = await Should.ThrowAsync<Exception>(() => PruneAsync(registry));

        thrown.ShouldBeAssignableTo(how == "cancelled" ? typeof(OperationCanceledException) : typeof(RegistryApiException));
        _store.Oracle.Tags.Keys.ShouldContain("app:pushed");
        _store.Oracle.BrokenTags.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_link_that_is_served_whatever_the_registry_is_told_goes_back()
    {
        var outcome = await PruneAsync(new Registry { Serves = link => link.Repository.Value == "app" && link.Blob == _shared });

        Store.Has(StoreLayout.LayerLink(RepositoryName.Parse("app"), _shared)).ShouldBeTrue();
        outcome.Drifted.ShouldContain(sentence => sentence.Contains("goes on serving it", StringComparison.Ordinal));
        outcome.Failures.ShouldBeEmpty();
    }

    // A push that found a layer there would lack it after the next restart.
    [Theory]
    [InlineData("cancelled")]
    [InlineData("the API is lost")]
    public async Task What_the_registry_was_not_told_to_forget_has_its_links_again_and_the_next_run_takes_them(string how)
    {
        var link = StoreLayout.LayerLink(RepositoryName.Parse("app"), _shared);
        var registry = new Registry
        {
            OnForget = () =>
            {
                Store.Has(link).ShouldBeFalse();
                throw (how == "cancelled" ? new OperationCanceledException() : new RegistryApiException("The registry does not answer."));
            },
        };

        await Should.ThrowAsync<Exception>(() => PruneAsync(registry));
        Store.Has(link).ShouldBeTrue();
        Store.Has(StoreLayout.RevisionLink(RepositoryName.Parse("app"), _old)).ShouldBeTrue();
        _store.Oracle.Tags.Keys.ShouldNotContain("app:old");

        (await FinishAsync()).Failures.ShouldBeEmpty();
        Store.Has(link).ShouldBeFalse();
        _store.Oracle.BrokenTags.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("app:old")]
    [InlineData("app")]
    public async Task A_run_that_is_killed_while_it_puts_its_links_back_leaves_them_to_the_next(string image)
    {
        for (var point = 0; ; point++)
        {
            using var store = new TemporaryStore();
            store.Builder.Tag("app", "old", store.Builder.Image("app", "old", store.Builder.Layer("app", "shared")));
            foreach (var repository in new[] { "app", "other" })
                store.Builder.Tag(repository, "kept", store.Builder.Image(repository, "kept", store.Builder.Layer(repository, "shared")));
            var left = int.MaxValue;
            var registry = new Registry
            {
                OnForget = () =>
                {
                    left = point;
                    throw new RegistryApiException("The registry does not answer.");
                },
            };

            var thrown = await Should.ThrowAsync<Exception>(() => PruneAsync(
                registry, image, store, files => new StoreFilesDecorator(files, where => { if (left-- <= 0) throw new KilledException(where); })));

            (await FinishAsync(store)).Failures.ShouldBeEmpty($"{point}, {thrown.Message}");
            store.Oracle.BrokenTags.ShouldBeEmpty($"{point}, {thrown.Message}");
            store.Oracle.Tags.Keys.ShouldBe(image == "app" ? ["other:kept"] : ["app:kept", "other:kept"], ignoreOrder: true);
            if (thrown is not KilledException)
                break;
            point.ShouldBeLessThan(200);
        }
    }

    [Fact]
    public async Task Of_a_repository_that_goes_as_a_whole_what_was_pushed_meanwhile_is_forgotten_as_well()
    {
        var pushed = Digest.OfContent("pushed meanwhile"u8);
        var registry = new Registry { OnPlanned = () => Store.Write(StoreLayout.LayerLink(RepositoryName.Parse("app"), pushed), System.Text.Encoding.ASCII.GetBytes(pushed.ToString())) };

        await PruneAsync(registry, "app");

        registry.Told.ShouldContain(new RepositoryLink(RepositoryName.Parse("app"), pushed));
    }

    [Fact]
    public async Task A_repository_whose_links_could_not_be_forgotten_is_there_again_without_its_tags()
    {
        var pushed = StoreLayout.LayerLink(RepositoryName.Parse("app"), Digest.OfContent("pushed meanwhile"u8));
        var registry = new Registry
        {
            OnPlanned = () => Store.Write(pushed, System.Text.Encoding.ASCII.GetBytes(Digest.OfContent("pushed meanwhile"u8).ToString())),
            OnForget = () => throw new RegistryApiException("The registry does not answer."),
        };

        await Should.ThrowAsync<RegistryApiException>(() => PruneAsync(registry, "app"));

        Store.Has(pushed).ShouldBeTrue();
        Store.Has(StoreLayout.LayerLink(RepositoryName.Parse("app"), _shared)).ShouldBeTrue();
        _store.Oracle.Tags.Keys.ShouldNotContain("app:kept");
        await FinishAsync();
        Store.Has("v2/repositories/app").ShouldBeFalse();
    }

    [Fact]
    public async Task A_blob_that_goes_and_is_served_whatever_the_registry_is_told_stays_with_its_link()
    {
        Store.Tag("app", "alone", Store.Image("app", "alone", Store.Layer("app", "alone")));
        var layer = Store.Layer("app", "alone");
        var outcome = await PruneAsync(new Registry { Serves = link => link.Blob == layer }, "app:alone");

        Store.Has(StoreLayout.LayerLink(RepositoryName.Parse("app"), layer)).ShouldBeTrue();
        Store.Has(StoreLayout.BlobData(layer)).ShouldBeTrue();
        outcome.Drifted.ShouldContain(sentence => sentence.Contains(layer.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_remembered_of_a_repository_that_is_not_pruned_is_not_told_to_go_and_its_blob_stays()
    {
        var registry = new Registry { Serves = link => link.Repository.Value == "third" };
        var alone = Store.Tag("app", "alone", Store.Image("app", "alone", Store.Layer("app", "alone")));
        var layer = Store.Layer("app", "alone");
        Directory.CreateDirectory(Path.GetDirectoryName(Store.FullPath(StoreLayout.LayerLink(RepositoryName.Parse("third"), layer)))!);

        await PruneAsync(registry, "app:alone");

        registry.Told.ShouldNotContain(link => link.Repository.Value == "third");
        Store.Has(StoreLayout.BlobData(layer)).ShouldBeTrue();
        Store.Has(StoreLayout.RevisionLink(RepositoryName.Parse("app"), alone)).ShouldBeFalse();
    }

    public void Dispose() => _store.Dispose();

    private string Text(Digest manifest) => File.ReadAllText(Store.FullPath(StoreLayout.BlobData(manifest)));

    private Task<PruneOutcome> PruneAsync(Registry registry, string image = "app:old") => PruneAsync(registry, image, _store, files => files);

    private static async Task<PruneOutcome> PruneAsync(Registry registry, string image, TemporaryStore store, Func<IStoreFiles, IStoreFiles> watch)
    {
        var files = watch(new LocalStoreFiles(Path.Combine(store.Builder.RootDirectory, StoreLayout.BaseDirectory)));
        var outcome = new PruneOutcome();
        var plan = await PruneScene.PlanAsync(files, image);
        registry.OnPlanned();
        await new Pruner(files, new StoreReader(files), registry, PruningOptions.None, NullLogger.Instance).ApplyAsync(plan, outcome, CancellationToken.None);
        return outcome;
    }

    // What a run without a registry to tell does next: nobody serves any more.
    private Task<PruneOutcome> FinishAsync() => FinishAsync(_store);

    private static async Task<PruneOutcome> FinishAsync(TemporaryStore store)
    {
        var files = new LocalStoreFiles(Path.Combine(store.Builder.RootDirectory, StoreLayout.BaseDirectory));
        var outcome = new PruneOutcome();
        await new Pruner(files, new StoreReader(files), NullLogger.Instance).FinishEarlierRunsAsync(outcome, CancellationToken.None);
        return outcome;
    }

    private sealed class Registry : ServedStore
    {
        public Func<RepositoryLink, bool> Serves { get; init; } = _ => false;

        public Action OnPlanned { get; init; } = () => { };

        public Action OnForget { get; init; } = () => { };

        public Action OnSettle { get; init; } = () => { };

        public List<RepositoryLink> Told { get; } = [];

        public override bool KeepsTrash => true;

        public override bool HasCache => true;

        public override Task<IReadOnlyList<RepositoryLink>> ForgetAsync(IReadOnlyList<RepositoryLink> gone, CancellationToken cancellationToken)
        {
            Told.AddRange(gone);
            OnForget();
            return FindServedAsync(gone, cancellationToken);
        }

        public override Task<IReadOnlyList<RepositoryLink>> FindServedAsync(IReadOnlyList<RepositoryLink> links, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<RepositoryLink>>([.. links.Where(Serves)]);

        public override Task<bool> SettleAsync(Func<Task<bool>> look, CancellationToken cancellationToken)
        {
            OnSettle();
            return look();
        }
    }
}
