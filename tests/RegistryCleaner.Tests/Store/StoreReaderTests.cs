using System.Collections.Concurrent;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;

namespace RegistryCleaner.Tests.Store;

public sealed class StoreReaderTests : IDisposable
{
    private readonly TemporaryStore _temporary = new();

    private StoreBuilder Store => _temporary.Builder;

    private IStoreFiles Files => new LocalStoreFiles(Path.Combine(Store.RootDirectory, StoreLayout.BaseDirectory));

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task Repositories_are_found_by_either_line_s_marker_at_any_depth()
    {
        Store.Tag("a", "1", Store.Image("a", "a"));
        Store.Tag("a/b/c", "1", Store.Image("a/b/c", "c"));
        Store.Tag("Foo/bar", "1", Store.Image("Foo/bar", "b"));
        Store.Layer("layers-only", "x");
        Store.Manifest("manifests-only", "{}");
        Store.Write("v2/repositories/uploads/only/_uploads/1/startedat", ""u8);
        Directory.CreateDirectory(Store.FullPath("v2/repositories/empty/namespace"));

        var catalog = await CatalogAsync();

        catalog.Repositories.Select(name => name.Value).ShouldBe(["Foo/bar", "a", "a/b/c", "layers-only", "manifests-only", "uploads/only"]);
        catalog.Problems.ShouldBeEmpty();
        catalog.StrayFiles.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_may_hide_a_repository_is_told()
    {
        Store.Tag("a", "1", Store.Image("a", "a"));
        Store.Write("v2/repositories/_note", ""u8);
        Store.Write("v2/repositories/a/_note", ""u8);
        Store.Write("v2/repositories/readme", ""u8);
        Directory.CreateDirectory(Store.FullPath("v2/repositories/lost+found/_manifests"));
        Directory.CreateDirectory(Store.FullPath("v2/repositories/Upper/_layers"));
        Directory.CreateDirectory(Store.FullPath("v2/repositories/_manifests"));
        Directory.CreateDirectory(Store.FullPath("v2/repositories/@eaDir"));
        File.CreateSymbolicLink(Store.FullPath("v2/repositories/linked"), "a");

        var catalog = await CatalogAsync();

        catalog.Repositories.Select(name => name.Value).ShouldBe(["a"]);
        catalog.StrayFiles.ShouldBe(["v2/repositories/_note", "v2/repositories/a/_note"]);
        catalog.Unnamed.Select(unnamed => unnamed.Directory).ShouldBe(["v2/repositories", "v2/repositories/Upper", "v2/repositories/lost+found"]);
        catalog.Problems.ShouldHaveSingleItem().Path.ShouldBe("v2/repositories/linked");
    }

    [Fact]
    public async Task A_store_without_repositories_is_empty()
    {
        Directory.Delete(Store.FullPath("v2/repositories"));

        (await CatalogAsync()).Repositories.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_repository_whose_name_is_only_a_namespace_is_not_found()
    {
        Store.Tag("team/app", "1", Store.Image("team/app", "a"));

        var snapshot = await ReadAsync(Files, "team", "team/app", "nobody");

        snapshot.Repositories.Keys.Select(name => name.Value).ShouldBe(["team/app"]);
        snapshot.Namespaces.Select(name => name.Value).ShouldBe(["team"]);
    }

    [Fact]
    public async Task A_repository_is_read_with_all_that_its_tags_lead_to()
    {
        var layer = Store.Layer("a", "layer");
        var child = Store.Image("a", "child", layer);
        var index = Store.Tag("a", "1", Store.Index("a", child, Digest.OfContent("never pushed"u8)));
        var untagged = Store.Image("a", "untagged");
        Store.Write("v2/repositories/a/_uploads/id/data", "x"u8);
        File.Delete(Store.FullPath(StoreLayout.RevisionLink(RepositoryName.Parse("a"), child)));

        var snapshot = await ReadAsync(Files, "a");

        var repository = snapshot.Repositories.Values.ShouldHaveSingleItem();
        repository.Tags.ShouldHaveSingleItem().Value.ShouldBe(Link.To(index));
        repository.Revisions.Keys.ShouldBe([index, untagged], ignoreOrder: true);
        repository.Uploads.ShouldHaveSingleItem().Id.ShouldBe("id");
        repository.Layers.Select(link => link.Link.Target).ShouldContain(layer);
        snapshot.Manifests[child].Manifest.ShouldNotBeNull();
        snapshot.Manifests[Digest.OfContent("never pushed"u8)].IsNone.ShouldBeTrue();
    }

    [Fact]
    public async Task A_nested_repository_is_not_part_of_the_one_around_it()
    {
        Store.Tag("a", "1", Store.Image("a", "a"));
        Store.Tag("a/b", "2", Store.Image("a/b", "b"));

        var snapshot = await ReadAsync(Files, "a", "a/b");

        snapshot.Repositories[RepositoryName.Parse("a")].Tags.Keys.ShouldHaveSingleItem().Value.ShouldBe("1");
        snapshot.Repositories[RepositoryName.Parse("a/b")].Tags.Keys.ShouldHaveSingleItem().Value.ShouldBe("2");
    }

    [Fact]
    public async Task An_upload_by_sha512_is_the_blob_that_its_link_says()
    {
        var blob = Store.Layer("a", "layer");
        var alias = Digest.Parse("sha512:" + new string('a', 128));
        Store.WriteLink(StoreLayout.LayerLink(RepositoryName.Parse("a"), alias), blob);

        var layers = (await ReadAsync(Files, "a")).Repositories.Values.ShouldHaveSingleItem().Layers;

        layers.Length.ShouldBe(2);
        layers.ShouldAllBe(layer => layer.Link.Target == blob);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sha256:short")]
    [InlineData("DIGEST\n")]
    [InlineData(" DIGEST")]
    public async Task A_link_that_is_not_exactly_a_digest_is_unreadable(string text)
    {
        var image = Store.Tag("a", "1", Store.Image("a", "a"));
        Store.Write("v2/repositories/a/_manifests/tags/1/current/link", System.Text.Encoding.UTF8.GetBytes(text.Replace("DIGEST", image.ToString(), StringComparison.Ordinal)));

        var tag = (await ReadAsync(Files, "a")).Repositories.Values.ShouldHaveSingleItem().Tags.ShouldHaveSingleItem();

        tag.Value.Target.ShouldBeNull();
        tag.Value.Problem.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_revision_that_says_another_digest_than_its_path_is_unreadable()
    {
        var image = Store.Image("a", "a");
        Store.WriteLink(StoreLayout.RevisionLink(RepositoryName.Parse("a"), image), Store.Image("a", "b"));

        (await ReadAsync(Files, "a")).Repositories.Values.ShouldHaveSingleItem().Revisions[image].Target.ShouldBeNull();
    }

    [Fact]
    public async Task What_has_no_place_in_a_repository_is_a_problem()
    {
        Store.Tag("a", "1", Store.Image("a", "a"));
        Store.Write("v2/repositories/a/_manifests/tags/-odd/current/link", ""u8);
        Store.Write("v2/repositories/a/_manifests/tags/file", ""u8);
        Store.Write("v2/repositories/a/_manifests/revisions/sha256/short/link", ""u8);
        File.CreateSymbolicLink(Store.FullPath("v2/repositories/a/_manifests/tags/linked"), "1");
        Directory.CreateDirectory(Store.FullPath($"v2/repositories/a/_layers/sha256/{new string('a', 64)}/link"));

        var repository = (await ReadAsync(Files, "a")).Repositories.Values.ShouldHaveSingleItem();

        repository.Problems.Select(problem => problem.Path).ShouldBe(
        [
            $"v2/repositories/a/_layers/sha256/{new string('a', 64)}/link",
            "v2/repositories/a/_manifests/revisions/sha256/short/link",
            "v2/repositories/a/_manifests/tags/-odd",
        ]);
        repository.Tags[Tag.Parse("file")].Problem.ShouldNotBeNull();
        repository.Tags[Tag.Parse("linked")].ShouldBe(repository.Tags[Tag.Parse("1")]);
    }

    [Theory]
    [InlineData("_layers/sha256")]
    [InlineData("_manifests/revisions")]
    [InlineData("_manifests/tags")]
    [InlineData("_uploads")]
    public async Task A_symbolic_link_in_place_of_a_directory_is_a_problem(string directory)
    {
        Store.Tag("a", "1", Store.Image("a", "a"));
        Store.Tag("b", "1", Store.Image("b", "b"));
        Store.Write("v2/repositories/b/_uploads/id/data", "x"u8);
        if (Directory.Exists(Store.FullPath($"v2/repositories/a/{directory}")))
            Directory.Delete(Store.FullPath($"v2/repositories/a/{directory}"), recursive: true);
        Directory.CreateSymbolicLink(Store.FullPath($"v2/repositories/a/{directory}"), Store.FullPath($"v2/repositories/b/{directory}"));

        (await ReadAsync(Files, "a")).Repositories.Values.ShouldHaveSingleItem().Problems.ShouldContain(problem => problem.Path == $"v2/repositories/a/{directory}");
    }

    [Fact]
    public async Task What_says_no_more_than_its_name_is_not_read()
    {
        Store.Tag("a", "1", Store.Image("a", "a", Store.Layer("a", "layer")));
        Store.WriteLink($"v2/repositories/a/_layers/sha256/{new string('b', 64)}/link", Digest.OfContent("b"u8));
        Store.Write($"v2/repositories/a/_layers/sha256/{new string('c', 64)}/link", ""u8);
        var read = new ConcurrentBag<string>();

        var repository = (await ReadAsync(new ReadsCounted(Files, read), "a")).Repositories.Values.ShouldHaveSingleItem();

        read.Where(path => path.EndsWith("/link", StringComparison.Ordinal)).Distinct().ShouldBe(
        [
            StoreLayout.TagLink(repository.Name, Tag.Parse("1")), StoreLayout.RevisionLink(repository.Name, repository.Revisions.Keys.Single()),
            $"v2/repositories/a/_layers/sha256/{new string('c', 64)}/link",
        ], ignoreOrder: true);
        repository.Layers.Single(layer => layer.Path.Contains("cccc", StringComparison.Ordinal)).Link.Problem.ShouldNotBeNull();
        repository.Layers.Length.ShouldBe(4);
        repository.Layers.ShouldAllBe(layer => layer.Modified > DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public async Task A_link_that_is_met_empty_while_it_is_written_is_read_again()
    {
        var image = Store.Tag("a", "1", Store.Image("a", "a"));
        var path = StoreLayout.TagLink(RepositoryName.Parse("a"), Tag.Parse("1"));
        Store.Write(path, ""u8);
        var reads = 0;
        var files = new StoreFilesDecorator(Files, where =>
        {
            if (where == "read" && ++reads == 2)
                Store.WriteLink(path, image);
        });

        (await ReadAsync(files, "a")).Repositories.Values.ShouldHaveSingleItem().Tags.ShouldHaveSingleItem().Value.ShouldBe(Link.To(image));
    }

    [Fact]
    public async Task Blobs_are_measured_and_looked_for_in_other_repositories()
    {
        var shared = Store.Layer("a", "shared", 100);
        Store.Layer("b", "shared", 100);
        var own = Store.Layer("a", "own", 200);
        var image = Store.Image("b", "image");
        var none = Digest.OfContent("none"u8);
        var reader = new StoreReader(Files);

        (await reader.SizesAsync([shared, own, none], default)).ShouldBe(new Dictionary<Digest, long> { [shared] = 100, [own] = 200 }, ignoreOrder: true);
        (await reader.LinkedAsync(["v2/repositories/b", "v2/repositories/c"], [shared, own, image, none], default)).ShouldBe([shared, image], ignoreOrder: true);
    }

    // No registry can serve it; but what a link in there names is not seen.
    [Theory]
    [InlineData("mkdir")]
    [InlineData("ln -s /elsewhere")]
    public async Task A_name_among_the_repositories_that_is_no_text_may_hide_one(string making)
    {
        Store.Image("a", "image");
        await ShellAsync($"{making} \"$1/$(printf 'b\\377')\"");

        var catalog = await new StoreReader(Files).FindRepositoriesAsync(default);
        // The runtime finds no way to delete it.
        await ShellAsync("rm -rf \"$1\"");

        catalog.Repositories.ShouldBe([RepositoryName.Parse("a")]);
        catalog.Problems.ShouldHaveSingleItem().Path.ShouldStartWith("v2/repositories/b");
    }

    private async Task ShellAsync(string script)
    {
        using var shell = System.Diagnostics.Process.Start("sh", ["-c", script, "sh", Store.FullPath(StoreLayout.Repositories)]);
        await shell.WaitForExitAsync();
        shell.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task After_a_failure_half_way_a_reader_knows_the_children_of_what_it_knows()
    {
        var child = Store.Image("a", "child", Store.Layer("a", "layer"));
        var index = Store.Index("a", child);
        var reader = new StoreReader(new BreakingOnce(Files, StoreLayout.BlobData(child)));
        await Should.ThrowAsync<StoreAccessException>(() => reader.ReadManifestsOfAsync([index], default));

        var manifests = await reader.ReadManifestsOfAsync([index], default);
        manifests.Keys.ShouldBe([index, child], ignoreOrder: true);
        manifests.Values.ShouldAllBe(state => state.Manifest != null);
    }

    private static async Task<StoreSnapshot> ReadAsync(IStoreFiles files, params string[] repositories)
    {
        var reader = new StoreReader(files);
        return await reader.ReadLayersAsync(await reader.ReadAsync([.. repositories.Select(RepositoryName.Parse)], default), _ => null, default);
    }

    [Theory]
    [InlineData("_layers/sha256")]
    [InlineData("_layers/sha512")]
    [InlineData("_manifests/revisions")]
    [InlineData("_manifests/revisions/sha256")]
    public async Task A_repository_whose_links_lie_on_a_disk_that_is_not_mounted_may_link_anything(string place)
    {
        var image = Store.Image("b", "image", Store.Layer("b", "layer"));
        var asked = place.StartsWith("_layers", StringComparison.Ordinal) ? Store.Layer("a", "linked by a name that is out of reach") : image;
        var directories = Enumerable.Range(0, 30).Select(i => $"v2/repositories/other{i}").Append("v2/repositories/b").ToList();
        var links = Store.FullPath($"v2/repositories/b/{place}");
        if (Directory.Exists(links))
            Directory.Delete(links, recursive: true);
        File.CreateSymbolicLink(links, "/not/mounted");

        IReadOnlySet<Digest>? linked = null;
        var refused = await Record.ExceptionAsync(async () => linked = await new StoreReader(Files).LinkedAsync(directories, [asked], default));

        (refused is StoreAccessException || linked!.Contains(asked)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_layer_is_linked_by_the_name_of_another_algorithm_alone()
    {
        var layer = Store.Layer("a", "layer");
        Store.Write($"v2/repositories/b/_layers/sha512/{new string('a', 128)}/link", System.Text.Encoding.UTF8.GetBytes(layer.ToString()));

        (await new StoreReader(Files).LinkedAsync(["v2/repositories/b"], [layer], default)).ShouldBe([layer]);
    }

    [Fact]
    public async Task However_many_repositories_there_are_the_last_is_asked_for_what_no_other_links()
    {
        const int Many = 100;
        var alone = Enumerable.Range(0, Many).Select(i => Store.Layer($"r{i:000}", $"of {i}")).ToArray();
        var everywhere = Enumerable.Range(0, Many).Select(i => Store.Layer($"r{i:000}", "everywhere")).Last();
        List<string> directories = [.. Enumerable.Range(0, Many).Select(i => $"v2/repositories/r{i:000}")];

        (await new StoreReader(Files).LinkedAsync(directories, [everywhere, .. alone], default)).Count.ShouldBe(Many + 1);
        foreach (var i in new[] { 0, 15, 16, 17, 79, 80, 81, Many - 1 })
            (await new StoreReader(Files).LinkedAsync(directories, [everywhere, alone[i]], default)).ShouldBe([everywhere, alone[i]], ignoreOrder: true);
    }

    [Fact]
    public async Task Links_to_layers_are_those_that_were_asked_for_and_those_by_another_algorithm()
    {
        var wanted = Store.Layer("a", "wanted");
        Store.Layer("a", "other");
        var alias = Digest.Parse("sha512:" + new string('a', 128));
        Store.WriteLink(StoreLayout.LayerLink(RepositoryName.Parse("a"), alias), wanted);
        var reader = new StoreReader(Files);
        var snapshot = await reader.ReadAsync([RepositoryName.Parse("a")], default);
        Should.Throw<InvalidOperationException>(() => snapshot.Repositories.Values.Single().Layers).Message.ShouldContain("were not read");

        snapshot = await reader.ReadLayersAsync(snapshot, _ => [wanted, Digest.OfContent("none"u8)], default);

        var layers = snapshot.Repositories.Values.Single().Layers;
        layers.Select(layer => layer.Path).ShouldBe([StoreLayout.LayerLink(RepositoryName.Parse("a"), wanted), StoreLayout.LayerLink(RepositoryName.Parse("a"), alias)], ignoreOrder: true);
        layers.ShouldAllBe(layer => layer.Link.Target == wanted);
    }

    private sealed class BreakingOnce(IStoreFiles inner, string at) : StoreFilesDecorator(inner, _ => { })
    {
        private bool _isBroken;

        public override Task ReadEachAsync(IReadOnlyList<string> paths, int maxLength, Action<int, FileContent> onContent, CancellationToken cancellationToken)
        {
            if (_isBroken || !paths.Contains(at))
                return base.ReadEachAsync(paths, maxLength, onContent, cancellationToken);
            _isBroken = true;
            throw new StoreAccessException("The container is gone");
        }
    }

    private sealed class ReadsCounted(IStoreFiles inner, ConcurrentBag<string> read) : StoreFilesDecorator(inner, _ => { })
    {
        public override Task ReadEachAsync(IReadOnlyList<string> paths, int maxLength, Action<int, FileContent> onContent, CancellationToken cancellationToken)
        {
            foreach (var path in paths)
                read.Add(path);
            return base.ReadEachAsync(paths, maxLength, onContent, cancellationToken);
        }
    }

    private Task<RepositoryCatalog> CatalogAsync() => new StoreReader(Files).FindRepositoriesAsync(CancellationToken.None);
}
