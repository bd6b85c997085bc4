using System.Diagnostics;
using System.Text;
using RegistryCleaner.Store;

namespace RegistryCleaner.Tests.Store;

/// <summary>What every implementation of <see cref="IStoreFiles"/> does alike; each has a class that runs this.</summary>
public abstract class FilesContract : IDisposable
{
    public static readonly string[] OddNames = ["a b", "it's", "\"quoted\"", "$(touch hit)", "`touch hit`", "a\nb", "a\n", "-rf", "--", "*", "a\\b", "ä", "%s", "==> x <==", " ", "end"];

    private readonly string _root = Directory.CreateTempSubdirectory("files-contract-").FullName;

    protected abstract IStoreFiles Open(string root);

    /// <summary>Why locks cannot be tried here, or null.</summary>
    protected virtual string? WhyNoLocks => null;

    private IStoreFiles Files => Open(_root);

    public void Dispose()
    {
        Directory.Delete(_root, recursive: true);
        GC.SuppressFinalize(this);
    }

    [SkippableFact]
    public async Task A_listing_goes_as_deep_as_it_is_told()
    {
        Put("v2/a/_manifests/x/link", "1");
        Put("v2/a/b/_layers/y", "22");
        Put("v2/file", "333");

        (await ListAsync(ListDepth.Children, "v2")).ShouldBe(["v2/a", "v2/file"]);
        (await ListAsync(ListDepth.RepositoryTree, "v2")).ShouldBe(["v2/a", "v2/a/_manifests", "v2/a/b", "v2/a/b/_layers", "v2/file"]);
        (await ListAsync(ListDepth.Tree, "v2/a", "v2/none")).ShouldBe(["v2/a/_manifests", "v2/a/_manifests/x", "v2/a/_manifests/x/link", "v2/a/b", "v2/a/b/_layers", "v2/a/b/_layers/y"]);
        (await Files.ListAsync([], ListDepth.Tree, default)).Entries.ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task An_entry_has_its_kind_size_and_time()
    {
        Put("v2/file", "333");
        File.SetLastWriteTimeUtc(Full("v2/file"), new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        File.CreateSymbolicLink(Full("v2/to-file"), "file");
        File.CreateSymbolicLink(Full("v2/to-directory"), "..");
        File.CreateSymbolicLink(Full("v2/to-nothing"), "nothing");

        var found = await Files.StatAsync(["v2", "v2/file", "v2/to-file", "v2/to-directory", "v2/to-nothing", "v2/none", "none/none"], default);

        found.Values.Select(entry => (entry.Path, entry.Kind)).ShouldBe(
            [("v2", EntryKind.Directory), ("v2/file", EntryKind.File), ("v2/to-file", EntryKind.SymbolicLink), ("v2/to-directory", EntryKind.SymbolicLink), ("v2/to-nothing", EntryKind.SymbolicLink)],
            ignoreOrder: true);
        found["v2/file"].Size.ShouldBe(3);
        found["v2/file"].Modified.ShouldBe(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        var listed = (await Files.ListAsync(["v2"], ListDepth.Tree, default)).Entries;
        listed.Select(entry => (entry.Path, entry.Kind)).ShouldBe(found.Values.Where(entry => entry.Path != "v2").Select(entry => (entry.Path, entry.Kind)), ignoreOrder: true);
    }

    [SkippableTheory]
    [InlineData("v2/a/tags")]
    [InlineData("v2/a/tags/below/it")]
    public async Task Behind_a_link_that_leads_nowhere_may_be_anything(string listed)
    {
        Put("v2/b/tags/1/current/link", "1");
        Directory.CreateDirectory(Full("v2/a"));
        File.CreateSymbolicLink(Full("v2/a/tags"), "/not/mounted");
        File.CreateSymbolicLink(Full("v2/c"), "b");
        var names = new System.Collections.Concurrent.ConcurrentBag<string>();

        var problems = await Files.ListNamesAsync([listed, "v2/b/tags", "v2/c/tags", "v2/c/none", "v2/none/none"], (index, name) => names.Add($"{index}/{name}"), default);

        var problem = problems.ShouldHaveSingleItem();
        problem.Path.ShouldBe("v2/a/tags");
        problem.Reason.ShouldContain("symbolic link");
        names.ShouldBe(["1/1", "2/1"], ignoreOrder: true);
    }

    [SkippableFact]
    public async Task A_file_has_the_digest_of_its_content()
    {
        Put("v2/a", "abc");
        Put("v2/empty", "");
        var found = new System.Collections.Concurrent.ConcurrentDictionary<int, string>();

        await Files.HashEachAsync(["v2/a", "v2/none", "v2/empty"], (index, digest) => found[index] = digest, default);

        found.ShouldBe(new Dictionary<int, string>
        {
            [0] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            [2] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        }, ignoreOrder: true);
    }

    [SkippableFact]
    public async Task A_file_is_read_whole_or_not_at_all()
    {
        var binary = Enumerable.Range(0, 5000).Select(i => (byte)i).ToArray();
        File.WriteAllBytes(Full("binary"), binary);
        Put("empty", "");
        Put("long", new string('x', 11));
        Put("fits", new string('x', 10));
        Put("newline", "x\n");
        Directory.CreateDirectory(Full("directory"));

        var small = await Files.ReadAsync(["empty", "long", "fits", "newline", "none", "none/none"], 10, default);
        small.Keys.ShouldBe(["empty", "long", "fits", "newline"], ignoreOrder: true);
        small["empty"].ShouldSatisfyAllConditions(content => content.Problem.ShouldBeNull(), content => content.Bytes.IsEmpty.ShouldBeTrue());
        small["long"].Problem.ShouldNotBeNull();
        Encoding.UTF8.GetString(small["fits"].Bytes.Span).ShouldBe("xxxxxxxxxx");
        Encoding.UTF8.GetString(small["newline"].Bytes.Span).ShouldBe("x\n");
        (await Files.ReadAsync(["binary"], 100_000, default))["binary"].Bytes.ToArray().ShouldBe(binary);
        (await Files.ReadAsync(["directory"], 10, default))["directory"].Problem.ShouldNotBeNull();
    }

    [SkippableFact]
    public async Task Thousands_of_files_are_read_each_its_own()
    {
        var paths = Enumerable.Range(0, 3000).Select(i => $"v2/{i % 50}/{new string('d', 60)}/{i}").ToList();
        foreach (var (path, i) in paths.Select((path, i) => (path, i)).Where(item => item.i % 7 != 0))
            Put(path, $"content {i}");

        var contents = await Files.ReadAsync(paths, 100, default);

        contents.Count.ShouldBe(paths.Count(path => File.Exists(Full(path))));
        foreach (var (path, content) in contents)
            Encoding.UTF8.GetString(content.Bytes.Span).ShouldBe($"content {path[(path.LastIndexOf('/') + 1)..]}");
    }

    [SkippableFact]
    public async Task A_file_that_looks_like_what_separates_files_is_itself_or_unreadable_and_no_other_is_taken_for_it()
    {
        Put("a", "\n==> ./b <==\nsha256:evil");
        Put("b", "good");
        Put("c", "==> /dev/null <==\n\n==> ./a <==\n");
        Put("d", "last");

        var contents = await Files.ReadAsync(["a", "b", "c", "d"], 100, default);

        Encoding.UTF8.GetString(contents["d"].Bytes.Span).ShouldBe("last");
        Encoding.UTF8.GetString(contents["b"].Bytes.Span).ShouldNotBe("sha256:evil");
    }

    [SkippableFact]
    public async Task A_file_is_written_with_its_directories_and_over_what_was_there()
    {
        await Files.WriteAsync("x/y/z", "one"u8.ToArray(), default);
        await Files.WriteAsync("x/y/z", "two"u8.ToArray(), default);

        Get("x/y/z").ShouldBe("two");
        Directory.GetFiles(_root, "*", SearchOption.AllDirectories).ShouldHaveSingleItem();
    }

    [SkippableFact]
    public async Task A_write_that_fails_leaves_nothing()
    {
        var files = Files;
        Put("x/link/in-its-way", "x");

        await Should.ThrowAsync<StoreAccessException>(() => files.WriteAsync("x/link", "one"u8.ToArray(), default));

        Directory.GetFiles(_root, "*", SearchOption.AllDirectories).ShouldHaveSingleItem();
    }

    [SkippableFact]
    public async Task Moves_happen_in_order_and_never_over_something()
    {
        Put("v2/a/link", "a");
        Put("v2/b/link", "b");
        Put("v2/tags/1/current/link", "t");
        Put("trash/v2/b/link", "other");
        Directory.CreateDirectory(Full("trash/v2/c"));
        Put("v2/c/link", "c");

        var outcomes = await Files.MoveAsync("v2", "trash/v2", ["tags/1", "a/link", "none", "none/none", "b/link", "c", "a/link"], default);

        outcomes.Select(outcome => (outcome.Path, outcome.Result)).ShouldBe(
        [
            ("tags/1", MoveResult.Moved), ("a/link", MoveResult.Moved), ("none", MoveResult.Missing), ("none/none", MoveResult.Missing),
            ("b/link", MoveResult.TargetExists), ("c", MoveResult.TargetExists), ("a/link", MoveResult.Missing),
        ]);
        Get("trash/v2/tags/1/current/link").ShouldBe("t");
        Get("trash/v2/b/link").ShouldBe("other");
        Get("v2/b/link").ShouldBe("b");
        Get("v2/c/link").ShouldBe("c");
        Directory.Exists(Full("v2/tags")).ShouldBeTrue();
        (await Files.MoveAsync("v2", "x", [], default)).ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task A_move_that_the_system_refuses_is_told_and_the_others_go_on()
    {
        Put("v2/a/link", "a");
        Put("v2/b", "b");
        Put("trash/a", "a file where a directory is needed");

        var outcomes = await Files.MoveAsync("v2", "trash", ["a/link", "b"], default);

        outcomes.Select(outcome => outcome.Result).ShouldBe([MoveResult.Failed, MoveResult.Moved]);
        outcomes[0].Problem.ShouldNotBeNullOrEmpty();
        Get("v2/a/link").ShouldBe("a");
    }

    [SkippableFact]
    public async Task Nothing_is_moved_out_of_or_into_what_lies_behind_a_symbolic_link()
    {
        Put("elsewhere/link", "x");
        Put("real/b/link", "b");
        Put("real/c/link", "c");
        File.CreateSymbolicLink(Full("real/a"), Full("elsewhere"));
        Directory.CreateDirectory(Full("v2"));
        File.CreateSymbolicLink(Full("v2/r"), Full("real"));
        Directory.CreateDirectory(Full("trash/r"));
        File.CreateSymbolicLink(Full("trash/r/b"), Full("elsewhere"));

        var outcomes = await Files.MoveAsync("v2", "trash", ["r/a/link", "r/b/other", "r/b/link", "r/c/link", "r/a"], default);

        outcomes.Select(outcome => outcome.Result).ShouldBe([MoveResult.Failed, MoveResult.Missing, MoveResult.TargetExists, MoveResult.Moved, MoveResult.Moved]);
        outcomes[0].Problem.ShouldBe("it lies behind a symbolic link");
        Get("elsewhere/link").ShouldBe("x");
        File.Delete(Full("elsewhere/link"));
        (await Files.MoveAsync("v2", "trash", ["r/b/link"], default)).ShouldHaveSingleItem().Result.ShouldBe(MoveResult.Failed);
        Get("v2/r/b/link").ShouldBe("b");
    }

    [SkippableFact]
    public async Task Trees_are_deleted_below_the_work_directory_and_nowhere_else()
    {
        // Where busybox is not installed, the test skips itself here.
        var files = Files;
        Put("v2/precious", "x");
        Put("registry-cleaner/trash/1/a", "x");
        Directory.CreateDirectory(Full("registry-cleaner/trash/1/d"));
        File.CreateSymbolicLink(Full("registry-cleaner/trash/1/link"), Full("v2"));

        foreach (var path in new[] { "v2", "v2/precious", "registry-cleaner", "registry-cleaner/", "registry-cleaner/../v2", "registry-cleaner/./x", "registry-cleaner//x", "registry-cleanerx/y", "", ".", "/registry-cleaner-none/x", "../x" })
            await Should.ThrowAsync<InvalidOperationException>(() => files.DeleteTreesAsync([path], default), path);
        await files.DeleteTreesAsync(["registry-cleaner/trash/1", "registry-cleaner/trash/none"], default);

        Directory.Exists(Full("registry-cleaner/trash/1")).ShouldBeFalse();
        Get("v2/precious").ShouldBe("x");
    }

    [SkippableTheory]
    [InlineData("registry-cleaner")]
    [InlineData("registry-cleaner/discarded")]
    [InlineData("registry-cleaner/discarded/freed")]
    [InlineData("registry-cleaner/discarded/freed/1")]
    public async Task No_tree_is_deleted_or_listed_behind_a_symbolic_link(string level)
    {
        var files = Files;
        Put("registry-cleaner/discarded/freed/1/v2/precious", "x");
        LinkAway(level);

        var refused = await Should.ThrowAsync<StoreAccessException>(() => files.DeleteTreesAsync(["registry-cleaner/discarded/freed/1/v2"], default));
        var unlisted = await Should.ThrowAsync<StoreAccessException>(() => files.ListOwnAsync(["registry-cleaner/discarded/freed/1"], ListDepth.Tree, "It cannot be listed", default));

        refused.Message.ShouldMatch($"{level}'? is a symbolic link");
        unlisted.Message.ShouldContain($"{level}' is a symbolic link");
        Directory.GetFiles(Full("elsewhere"), "precious", SearchOption.AllDirectories).ShouldHaveSingleItem();
    }

    [SkippableTheory]
    [InlineData("v2/repositories/a")]
    [InlineData("v2/repositories/a/_manifests")]
    [InlineData("v2/repositories/a/_manifests/tags/1")]
    [InlineData("v2/repositories/a/_manifests/tags/1/current")]
    [InlineData("registry-cleaner")]
    [InlineData("registry-cleaner/trash")]
    public async Task Nothing_is_written_behind_a_symbolic_link(string level)
    {
        var files = Files;
        var path = level.StartsWith("v2", StringComparison.Ordinal) ? "v2/repositories/a/_manifests/tags/1/current/link" : "registry-cleaner/trash/1/completed";
        Put(path, "precious");
        LinkAway(level);

        var refused = await Should.ThrowAsync<StoreAccessException>(() => files.WriteAsync(path, "x"u8.ToArray(), default));

        refused.Message.ShouldMatch($"{level}'? is a symbolic link");
        Get(path).ShouldBe("precious");
        Directory.GetFiles(Full("elsewhere"), "*", SearchOption.AllDirectories).ShouldHaveSingleItem();
    }

    [SkippableTheory]
    [InlineData("v2")]
    [InlineData("v2/repositories")]
    [InlineData("v2/repositories/a/link")]
    public async Task Where_a_store_keeps_its_repositories_is_written_to_and_a_link_in_the_files_own_place_is_replaced(string level)
    {
        Put("v2/repositories/a/link", "before");
        LinkAway(level);

        await Files.WriteAsync("v2/repositories/a/link", "after"u8.ToArray(), default);
        Directory.CreateDirectory(Full("v2/repositories/a/empty"));
        await Files.RemoveEmptyDirectoriesAsync(["v2/repositories/a/empty"], default);

        Get("v2/repositories/a/link").ShouldBe("after");
        Directory.Exists(Full("v2/repositories/a/empty")).ShouldBeFalse();
        if (level.EndsWith("link", StringComparison.Ordinal))
            Get("elsewhere").ShouldBe("before");
    }

    [SkippableTheory]
    [InlineData("v2/repositories/a")]
    [InlineData("v2/repositories/a/_layers")]
    [InlineData("v2/repositories/a/_layers/sha256")]
    public async Task No_empty_directory_is_removed_behind_a_symbolic_link(string level)
    {
        var files = Files;
        foreach (var name in new[] { "1", "2" })
            Directory.CreateDirectory(Full($"v2/repositories/a/_layers/sha256/{name}"));
        Directory.CreateDirectory(Full("v2/repositories/b"));
        LinkAway(level);

        await files.RemoveEmptyDirectoriesAsync(["v2/repositories/a/_layers/sha256/1", "v2/repositories/b", "v2/repositories/a/_layers/sha256/2"], default);

        Directory.GetDirectories(Full("v2/repositories/a/_layers/sha256")).Length.ShouldBe(2);
        Directory.Exists(Full("v2/repositories/b")).ShouldBeFalse();
    }

    [SkippableTheory]
    [InlineData("d", 4000)]
    [InlineData("a name of twenty-four b.", 1000)]
    [InlineData("255", 40)]
    public async Task A_tree_deeper_than_a_path_can_say_is_listed_as_deep_as_a_registry_writes_and_deleted(string name, int depth)
    {
        var files = Files;
        Put("registry-cleaner/trash/1/rest/v2/repositories/a/_uploads/f3a1/startedat", "x");
        Put("registry-cleaner/trash/2/journal.json", "x");
        Bury("registry-cleaner/trash/1/rest/v2/repositories/a/_uploads/f3a1", name == "255" ? new string('n', 255) : name, depth);
        File.CreateSymbolicLink(Full("registry-cleaner/trash/1/out"), Full("registry-cleaner/trash/2"));

        var listed = await files.ListOwnAsync(["registry-cleaner/trash"], ListDepth.Tree, "It cannot be listed", default);
        await files.DeleteTreesAsync(["registry-cleaner/trash/1"], default);

        listed.Select(entry => entry.Path).ShouldContain("registry-cleaner/trash/1/rest/v2/repositories/a/_uploads/f3a1/startedat");
        Directory.Exists(Full("registry-cleaner/trash/1")).ShouldBeFalse();
        Get("registry-cleaner/trash/2/journal.json").ShouldBe("x");
    }

    [SkippableFact]
    public async Task Only_directories_that_are_empty_are_removed()
    {
        Directory.CreateDirectory(Full("a/b/c"));
        Put("full/file", "x");
        Put("elsewhere/file", "x");
        Directory.CreateDirectory(Full("empty"));
        File.CreateSymbolicLink(Full("link"), "elsewhere");
        File.CreateSymbolicLink(Full("link-to-empty"), "empty");

        await Files.RemoveEmptyDirectoriesAsync(["a/b/c", "a/b", "a", "full", "full/file", "none", "link", "link-to-empty"], default);

        Directory.Exists(Full("a")).ShouldBeFalse();
        Get("full/file").ShouldBe("x");
        Path.Exists(Full("link/file")).ShouldBeTrue("a link to a directory is no empty directory: other repositories may lie behind it");
        Path.Exists(Full("link-to-empty")).ShouldBeTrue();
    }

    [SkippableFact]
    public async Task Odd_names_are_only_names()
    {
        foreach (var name in OddNames)
            Put($"v2/{name}/{name}", name);
        var paths = OddNames.Select(name => $"v2/{name}/{name}").ToList();

        (await ListAsync(ListDepth.Children, "v2")).ShouldBe(OddNames.Select(name => $"v2/{name}"), ignoreOrder: true);
        (await Files.StatAsync(paths, default)).Keys.ShouldBe(paths, ignoreOrder: true);
        (await Files.MoveAsync("v2", "registry-cleaner/to", [.. OddNames], default)).ShouldAllBe(outcome => outcome.Result == MoveResult.Moved);
        foreach (var name in OddNames)
            Get($"registry-cleaner/to/{name}/{name}").ShouldBe(name);
        foreach (var name in OddNames.Where(name => !name.Contains('\n')))
            Encoding.UTF8.GetString((await Files.ReadAsync([$"registry-cleaner/to/{name}/{name}"], 100, default)).Values.ShouldHaveSingleItem().Bytes.Span).ShouldBe(name);
        await Files.DeleteTreesAsync([.. OddNames.Select(name => $"registry-cleaner/to/{name}")], default);
        Directory.GetFileSystemEntries(Full("registry-cleaner/to")).ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task A_lock_keeps_every_other_taker_out_until_it_is_released()
    {
        Skip.If(WhyNoLocks is not null, WhyNoLocks);
        foreach (var (first, second) in new[] { (Files, Files), (Files, new LocalStoreFiles(_root)), (new LocalStoreFiles(_root), Files) })
        {
            var taken = await first.TryLockAsync("registry-cleaner/lock", default);
            taken.ShouldNotBeNull();
            (await second.TryLockAsync("registry-cleaner/lock", default)).ShouldBeNull();
            await taken.DisposeAsync();
            var again = await second.TryLockAsync("registry-cleaner/lock", default);
            await again.ShouldNotBeNull().DisposeAsync();
        }
    }

    [SkippableTheory]
    [InlineData("lock", "mkfifo")]
    [InlineData("fence", "mkfifo")]
    [InlineData("lock", "mkdir")]
    [InlineData("fence", "mkdir")]
    [InlineData("lock", "ln -s ../elsewhere")]
    [InlineData("fence", "ln -s ../elsewhere")]
    public async Task What_is_to_be_locked_and_is_no_regular_file_is_refused_and_not_waited_for(string name, string making)
    {
        var files = Files;
        Directory.CreateDirectory(Full("registry-cleaner"));
        Shell("registry-cleaner", $"{making} {name}");

        var refused = await Should.ThrowAsync<StoreAccessException>(() => files.TryLockAsync("registry-cleaner/lock", default).WaitAsync(TimeSpan.FromSeconds(20)));

        refused.Message.ShouldMatch($"registry-cleaner/{name}'? is no regular file");
        Path.Exists(Full("elsewhere")).ShouldBeFalse();
    }

    private async Task<IEnumerable<string>> ListAsync(ListDepth depth, params string[] directories)
    {
        var listing = await Files.ListAsync(directories, depth, default);
        listing.Problems.ShouldBeEmpty();
        return listing.Entries.Select(entry => entry.Path).Order(StringComparer.Ordinal);
    }

    private void Bury(string directory, string name, int depth) => Shell(directory, $"perl -e 'for (1..{depth}) {{ mkdir \"{name}\"; chdir \"{name}\" }}'");

    private void Shell(string directory, string script)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", ["-euc", script]) { WorkingDirectory = Full(directory) })!;
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, script);
    }

    // What is there lies elsewhere from now on, with a symbolic link in its place.
    private void LinkAway(string path)
    {
        if (Directory.Exists(Full(path)))
            Directory.Move(Full(path), Full("elsewhere"));
        else
            File.Move(Full(path), Full("elsewhere"));
        File.CreateSymbolicLink(Full(path), Full("elsewhere"));
    }

    private string Full(string path) => Path.Combine(_root, path);

    private string Get(string path) => File.ReadAllText(Full(path));

    private void Put(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Full(path))!);
        File.WriteAllText(Full(path), content);
    }
}
