using Microsoft.Extensions.Logging.Abstractions;
using RegistryCleaner.Hosts;
using RegistryCleaner.Naming;
using RegistryCleaner.Pruning;
using RegistryCleaner.Store;

namespace RegistryCleaner.Tests.Pruning;

public class ApplyTests
{
    [Fact]
    public async Task What_is_removed_is_what_was_planned()
    {
        using var scene = new PruneScene();
        var plan = await PruneScene.PlanAsync(scene.Files, PruneScene.Images);

        var outcome = await scene.ApplyAsync(files => files);

        outcome.IsComplete.ShouldBeTrue();
        outcome.Notes.ShouldBeEmpty();
        outcome.Tags.Order().ShouldBe(plan.Repositories.SelectMany(repository => repository.Tags.Where(tag => tag.Removed).Select(tag => $"{repository.Name}:{tag.Tag}")).Order());
        outcome.Manifests.Order().ShouldBe(plan.Repositories.SelectMany(repository => repository.Manifests.Where(manifest => manifest.Removed).Select(manifest => $"{repository.Name}@{manifest.Digest}")).Order());
        outcome.Layers.Order().ShouldBe(plan.Repositories.SelectMany(repository => repository.Layers.Select(layer => $"{repository.Name}@{layer.Digest}")).Order());
        outcome.Repositories.Order().ShouldBe(["team/gone", "team/last/one"]);
        scene.Oracle.Tags.Keys.Order().ShouldBe(["other:1.0", "team/app/nested:1.0", "team/app:1.1", "team/app:2.1", "team/app:stable", "team/gone/kept:1"]);
        scene.Oracle.BrokenTags.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_index_goes_before_its_platforms()
    {
        using var scene = new PruneScene();

        var outcome = await scene.ApplyAsync(files => files);

        var order = outcome.Manifests.ToList();
        order.IndexOf($"team/app@{scene.Index}").ShouldBeInRange(0, order.IndexOf($"team/app@{scene.Child}") - 1);
    }

    [Fact]
    public async Task A_plan_without_blobs_touches_none_and_nothing_is_left_in_the_trash()
    {
        using var scene = new PruneScene();
        var blobs = Blobs(scene);
        var plan = await PruneScene.PlanAsync(scene.Files, PruneScene.Images);

        await PruneScene.PrunerOf(scene.Files).ApplyAsync(plan with { Blobs = [] }, new PruneOutcome(), CancellationToken.None);

        Blobs(scene).ShouldBe(blobs);
        Directory.GetFileSystemEntries(scene.Store.FullPath(StoreLayout.Trash)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_the_removed_images_alone_held_is_freed_and_nothing_else()
    {
        using var scene = new PruneScene();
        var before = Blobs(scene);
        var plan = await PruneScene.PlanAsync(scene.Files, PruneScene.Images);
        // The layer that every repository has, and one that the untagged image has.
        plan.Blobs.Where(blob => !blob.Removed).ShouldNotBeEmpty();

        var outcome = await scene.ApplyAsync(files => files);

        var freed = before.Except(Blobs(scene)).Select(path => $"sha256:{path.Split('/')[^2]}").ToList();
        freed.ShouldBe(outcome.Blobs, ignoreOrder: true);
        freed.ShouldBe(plan.Blobs.Where(blob => blob.Removed).Select(blob => blob.Digest.ToString()), ignoreOrder: true);
        scene.Oracle.BrokenTags.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_nested_repository_is_untouched_by_the_removal_of_the_one_around_it()
    {
        using var scene = new PruneScene();
        var nested = scene.Oracle.Content().Where(pair => pair.Key.StartsWith("docker/registry/v2/repositories/team/gone/kept", StringComparison.Ordinal)).ToList();

        await PruneScene.RunAsync(scene.Files, "team/gone");

        scene.Oracle.Content().Where(pair => pair.Key.StartsWith("docker/registry/v2/repositories/team/gone/", StringComparison.Ordinal)).ShouldBe(nested);
    }

    [Fact]
    public async Task A_repository_that_is_asked_for_goes_with_whatever_odd_things_are_in_it()
    {
        using var scene = new PruneScene();
        scene.Store.Write("v2/repositories/team/gone/_manifests/tags/-odd/current/link", "nothing"u8);
        scene.Store.Write("v2/repositories/team/gone/_manifests/tags/file", ""u8);
        scene.Store.Write("v2/repositories/team/gone/_manifests/tags/empty/current/link", ""u8);
        scene.Store.Write("v2/repositories/team/gone/_manifests/revisions/sha256/short/link", "nothing"u8);
        scene.Store.Write($"v2/repositories/team/gone/_layers/sha256/{scene.Child.Hex}/link.1.tmp", "nothing"u8);
        scene.Store.Write("v2/repositories/team/gone/_layers/sha256/short/link", "nothing"u8);

        var outcome = await PruneScene.RunAsync(scene.Files, "team/gone");

        outcome.Drifted.ShouldBeEmpty();
        outcome.Failures.ShouldBeEmpty();
        Directory.GetFileSystemEntries(scene.Store.FullPath("v2/repositories/team/gone")).ShouldHaveSingleItem().ShouldEndWith("kept");
        Directory.GetFileSystemEntries(scene.Store.FullPath(StoreLayout.Trash)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_prune_through_a_shell_leaves_the_store_that_one_in_place_leaves()
    {
        using var scene = new PruneScene();
        using var same = new PruneScene();
        var outcome = await scene.ApplyAsync(files => new ContainerStoreFiles(CommandHost.Local, files.Root, NullLogger.Instance));
        await same.ApplyAsync(files => files);

        outcome.IsComplete.ShouldBeTrue();
        scene.Oracle.Content().ShouldBe(same.Oracle.Content());
        Directory.GetFileSystemEntries(scene.Store.FullPath(StoreLayout.Trash)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_tag_whose_link_cannot_be_read_can_be_removed_by_name()
    {
        using var scene = new PruneScene();
        scene.Store.Write(StoreLayout.TagLink(RepositoryName.Parse("team/app"), Tag.Parse("broken")), ""u8);

        var outcome = await PruneScene.RunAsync(scene.Files, "team/app:broken");

        outcome.IsComplete.ShouldBeTrue();
        outcome.Tags.ShouldBe(["team/app:broken"]);
        outcome.Manifests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_second_cleaner_is_kept_out()
    {
        using var scene = new PruneScene();
        await using var first = await PruneScene.PrunerOf(scene.Files).LockAsync(TimeSpan.Zero, CancellationToken.None);

        var refusal = await Should.ThrowAsync<CleanerException>(() => PruneScene.PrunerOf(scene.Files).LockAsync(TimeSpan.Zero, CancellationToken.None));

        refusal.ExitCode.ShouldBe(ExitCode.Refused);
    }

    private static List<string> Blobs(PruneScene scene) =>
        [.. scene.Oracle.Content().Keys.Where(path => path.StartsWith("docker/registry/v2/blobs", StringComparison.Ordinal) && path.EndsWith("/data", StringComparison.Ordinal))];
}
