using RegistryCleaner.Naming;
using RegistryCleaner.Pruning;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;

namespace RegistryCleaner.Tests.Pruning;

/// <summary>What changes between the plan and the end of a run, or between a killed run and the one that finishes it.</summary>
public sealed class LateChangeTests : IDisposable
{
    private static readonly RepositoryName s_app = RepositoryName.Parse("app");
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task A_manifest_that_is_pushed_again_by_digest_after_a_killed_run_stays()
    {
        var gone = TwoImages();
        await DieAsync("/revisions/", "app:2");

        // PUT manifests/DIGEST: the same content, a link written anew, no tag.
        _store.Builder.WriteLink(StoreLayout.RevisionLink(s_app, gone), gone);
        await PruneScene.RunAsync(Files);

        _store.Oracle.WhyNotPullable("app", gone.ToString()).ShouldBeNull();
    }

    [Fact]
    public async Task A_referrer_goes_back_with_the_image_that_is_tagged_again()
    {
        var gone = TwoImages();
        var sbom = _store.Builder.Image("app", "sbom", (Digest?)gone, _store.Builder.Layer("app", "sbom"));

        await ApplyAsync("/_layers/", () =>
        {
            _store.Builder.WriteLink(StoreLayout.RevisionLink(s_app, gone), gone);
            _store.Builder.Tag("app", "again", gone);
        }, "app:2");

        _store.Oracle.BrokenTags.ShouldBeEmpty();
        _store.Oracle.WhyNotPullable("app", sbom.ToString()).ShouldBeNull();
    }

    [Fact]
    public async Task A_layer_that_is_pushed_into_a_repository_that_loses_its_last_tag_goes_back()
    {
        _store.Builder.Tag("app", "2", _store.Builder.Image("app", "go", _store.Builder.Layer("app", "2")));
        Age();

        Digest pushed = default;
        await ApplyAsync("app/_manifests to", () => pushed = _store.Builder.Layer("app", "pushed"), "app:2");

        _store.Builder.Has(StoreLayout.LayerLink(s_app, pushed)).ShouldBeTrue();
        _store.Builder.Has(StoreLayout.BlobData(pushed)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_blob_that_another_repository_mounts_while_it_goes_comes_back()
    {
        TwoImages();
        var layer = _store.Builder.Layer("app", "2");

        // The registry's mount writes a link, and looks at no data.
        await ApplyAsync("move v2/blobs", () => _store.Builder.WriteLink(StoreLayout.LayerLink(RepositoryName.Parse("other"), layer), layer), "app:2");

        _store.Builder.Has(StoreLayout.BlobData(layer)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_run_that_only_finishes_an_earlier_one_asks_for_a_restart()
    {
        TwoImages();
        await DieAsync("/revisions/", "app:2");

        var report = await new Cleaner().CleanImagesAsync(new CleanImagesOptions { Images = ["app:none"], RegistryRoot = _store.Builder.RootDirectory });

        report.Warnings.ShouldContain(warning => warning.Contains("restart", StringComparison.Ordinal));
    }

    private LocalStoreFiles Files => new(_store.Builder.FullPath(""));

    private Digest TwoImages()
    {
        _store.Builder.Tag("app", "1", _store.Builder.Image("app", "keep", _store.Builder.Layer("app", "1")));
        var gone = _store.Builder.Tag("app", "2", _store.Builder.Image("app", "go", _store.Builder.Layer("app", "2")));
        Age();
        return gone;
    }

    // A link that is written again within the second in which it was first written cannot be told from itself.
    private void Age()
    {
        foreach (var file in Directory.EnumerateFiles(_store.Builder.RootDirectory, "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-2));
    }

    private async Task DieAsync(string before, params string[] images) =>
        await Should.ThrowAsync<OperationCanceledException>(() => ApplyAsync(before, () => throw new OperationCanceledException(), images));

    // Does something once, before the first step whose description has a text in it.
    private async Task ApplyAsync(string before, Action action, params string[] images)
    {
        var done = false;
        var plan = await PruneScene.PlanAsync(Files, images);
        var files = new StoreFilesDecorator(Files, point =>
        {
            if (done || !point.StartsWith("move v2", StringComparison.Ordinal) || !point.Contains(before, StringComparison.Ordinal))
                return;
            done = true;
            action();
        });
        await PruneScene.PrunerOf(files).ApplyAsync(plan, new PruneOutcome(), CancellationToken.None);
        done.ShouldBeTrue();
    }
}
