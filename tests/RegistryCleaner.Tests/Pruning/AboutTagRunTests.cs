using RegistryCleaner.Naming;
using RegistryCleaner.Pruning;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;

namespace RegistryCleaner.Tests.Pruning;

/// <summary>The tag of a signature that was planned to go with its image, where the store changes before it does.</summary>
public sealed class AboutTagRunTests : IDisposable
{
    private readonly TemporaryStore _store = new();
    private readonly Digest _image;
    private readonly string _signature;

    public AboutTagRunTests()
    {
        var store = _store.Builder;
        _image = store.Tag("app", "1", store.Image("app", "image", store.Layer("app", "layer")));
        store.Tag("app", "2", store.Image("app", "other", store.Layer("app", "other")));
        var signature = store.Tag("app", _signature = $"sha256-{_image.Hex}.sig", store.Image("app", "signature", store.Layer("app", "signature")));
        store.Tag("app", $"sha256-{signature.Hex}.sig", store.Image("app", "second", store.Layer("app", "second")));
    }

    private LocalStoreFiles Files => new(Path.Combine(_store.Builder.RootDirectory, StoreLayout.BaseDirectory));

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task It_stays_with_all_that_is_about_it_where_its_image_is_tagged_meanwhile()
    {
        var plan = await PruneScene.PlanAsync(Files, "app:1");
        plan.Repositories[0].Tags.Count(tag => tag.Removed).ShouldBe(3);
        _store.Builder.Tag("app", "rescued", _image);
        var outcome = new PruneOutcome();

        await RunScene.PrunerOf(Files).ApplyAsync(plan, outcome, CancellationToken.None);

        outcome.Tags.ShouldBe(["app:1"]);
        _store.Oracle.Tags.Count.ShouldBe(4);
        _store.Oracle.BrokenTags.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_stays_where_it_is_pushed_to_meanwhile()
    {
        var plan = await PruneScene.PlanAsync(Files, "app:1");
        var store = _store.Builder;
        store.Tag("app", _signature, store.Image("app", "signed again", store.Layer("app", "signed again")));
        var outcome = new PruneOutcome();

        await RunScene.PrunerOf(Files).ApplyAsync(plan, outcome, CancellationToken.None);

        outcome.Drifted.ShouldContain(drift => drift.Contains(_signature, StringComparison.Ordinal));
        _store.Oracle.Tags.Keys.ShouldContain($"app:{_signature}");
        _store.Oracle.BrokenTags.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_goes_with_its_image_and_what_is_about_it()
    {
        var outcome = new PruneOutcome();

        await RunScene.PrunerOf(Files).ApplyAsync(await PruneScene.PlanAsync(Files, "app:1"), outcome, CancellationToken.None);

        outcome.Drifted.ShouldBeEmpty();
        _store.Oracle.Tags.Keys.ShouldBe(["app:2"]);
        _store.Oracle.BrokenTags.ShouldBeEmpty();
    }
}
