using RegistryCleaner.Naming;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;

namespace RegistryCleaner.Tests.Collecting;

/// <summary>What is pushed while a collection runs, or was just before.</summary>
public class LatePushTests
{
    private static readonly TimeSpan s_old = TimeSpan.FromDays(2);

    [Fact]
    public async Task A_layer_that_was_uploaded_again_stays_though_only_an_old_untagged_manifest_refers_to_it()
    {
        using var scene = new OwnScene();
        scene.Store.Image("app", "old", scene.Store.Layer("app", "shared"));
        scene.Store.Age(s_old);
        var layer = scene.Store.Layer("app", "shared");

        var plan = await scene.PlanAsync();

        OwnScene.IsGoing(plan, layer).ShouldBeFalse();
        plan.Repositories.Single().Manifests.Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_manifest_that_is_pushed_again_by_digest_just_before_the_rename_stays_with_its_layers()
    {
        using var scene = new OwnScene();
        var layer = scene.Store.Layer("app", "layer");
        var manifest = scene.Store.Image("app", "by digest", layer);
        scene.Store.Age(s_old);
        var link = StoreLayout.RevisionLink(RepositoryName.Parse("app"), manifest);
        var files = Once(scene.Files, $"move v2/{link["v2/".Length..]} ", () => scene.Store.WriteLink(link, manifest));

        var outcome = await scene.CollectAsync(files);

        outcome.Drifted.ShouldNotBeEmpty();
        outcome.Manifests.ShouldBeEmpty();
        scene.Oracle.WhyNotPullable("app", manifest.ToString()).ShouldBeNull();
    }

    [Fact]
    public async Task A_signature_that_cannot_go_back_keeps_the_trash()
    {
        using var scene = new OwnScene();
        var image = scene.Store.Image("app", "image", scene.Store.Layer("app", "layer"));
        var signature = $"sha256-{image.Hex}.sig";
        scene.Store.Tag("app", signature, scene.Store.Image("app", "signature", scene.Store.Layer("app", "signature")));
        scene.Store.Age(s_old);
        var files = new NoWayBack(scene.Files, signature, () => scene.Store.Tag("app", "again", image));

        var outcome = await scene.CollectAsync(files);

        outcome.Failures.ShouldNotBeEmpty();
        scene.Oracle.Content(withWorkDirectory: true).Keys.ShouldContain(path => path.Contains("/trash/", StringComparison.Ordinal) && path.EndsWith($"{signature}/current/link", StringComparison.Ordinal));
        await scene.RunAsync(scene.Files);
        scene.Oracle.Tags.Keys.ShouldContain($"app:{signature}");
        scene.Oracle.BrokenTags.ShouldBeEmpty();
    }

    private static StoreFilesDecorator Once(IStoreFiles files, string point, Action action)
    {
        var done = false;
        return new StoreFilesDecorator(files, where =>
        {
            if (done || !where.StartsWith(point, StringComparison.Ordinal))
                return;
            done = true;
            action();
        });
    }

    private sealed class NoWayBack(IStoreFiles inner, string tag, Action onUnlink)
        : StoreFilesDecorator(Once(inner, "move v2/repositories/app/_manifests/revisions", onUnlink), _ => { })
    {
        public override async Task<IReadOnlyList<MoveOutcome>> MoveAsync(string fromBase, string toBase, IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
            fromBase != StoreLayout.Version2 && paths.Any(path => path.EndsWith(tag, StringComparison.Ordinal))
                ? [.. paths.Select(path => new MoveOutcome(path, MoveResult.Failed, "no space left on device"))]
                : await base.MoveAsync(fromBase, toBase, paths, cancellationToken);
    }
}
