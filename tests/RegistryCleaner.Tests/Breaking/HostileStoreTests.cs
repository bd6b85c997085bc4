using System.Text;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;
using Xunit.Abstractions;

namespace RegistryCleaner.Tests.Breaking;

/// <summary>
/// Whatever somebody puts into a store: nothing outside of it is touched, nothing that is tagged and was whole is harmed, every verb ends,
/// and says what is wrong.
/// </summary>
public class HostileStoreTests(ITestOutputHelper output)
{
    private static readonly string[] s_kept = ["team/app:2.0", "team/app/nested:2.0", "other:2.0"];

    private static readonly Digest s_old = Digest.OfContent(Filled("old"));
    private static readonly string s_oldData = StoreLayout.BlobData(s_old);
    private static readonly string s_oldLink = StoreLayout.LayerLink(RepositoryName.Parse("team/app"), s_old);

    public static TheoryData<string> Levels { get; } =
    [
        "v2/repositories/team", "v2/repositories/team/app", "v2/repositories/team/app/nested", "v2/repositories/gone",
        "v2/repositories/team/app/_manifests", "v2/repositories/team/app/_layers", "v2/repositories/team/app/_uploads", "v2/repositories/team/app/_uploads/f3a1",
        "v2/repositories/team/app/_manifests/tags", "v2/repositories/team/app/_manifests/tags/1.0", "v2/repositories/team/app/_manifests/tags/1.0/current",
        "v2/repositories/team/app/_manifests/tags/1.0/current/link", "v2/repositories/team/app/_manifests/tags/1.0/index",
        "v2/repositories/team/app/_manifests/revisions", "v2/repositories/team/app/_manifests/revisions/sha256",
        "v2/repositories/team/app/_layers/sha256", StoreLayout.ParentOf(s_oldLink), s_oldLink,
        "v2/blobs/sha256", StoreLayout.ParentOf(StoreLayout.ParentOf(s_oldData)), StoreLayout.ParentOf(s_oldData), s_oldData,
        "v2/repositories/strange", "v2/blobs/strange",
    ];

    [Theory]
    [MemberData(nameof(Levels))]
    public async Task What_lies_behind_a_symbolic_link_at_any_level_stays_as_it_is(string path)
    {
        using var scene = new HostileStore();
        scene.Replace(path);

        await ShouldHarmNothingAsync(scene);
    }

    [Theory]
    [InlineData(StoreLayout.WorkDirectory)]
    [InlineData(StoreLayout.Trash)]
    [InlineData(StoreLayout.Discarded)]
    [InlineData(StoreLayout.History)]
    [InlineData(StoreLayout.LockFile)]
    [InlineData(StoreLayout.Fence)]
    public async Task The_cleaners_own_directories_are_not_looked_for_elsewhere(string path)
    {
        using var scene = new HostileStore();
        scene.Replace(path);
        Directory.CreateDirectory(Path.Combine(scene.Outside(path.Replace('/', '+')), "freed/20200101T000000Z-00000000"));

        var ends = await ShouldHarmNothingAsync(scene);

        ends.Where(end => end.Verb is "CleanImages" or "GarbageCollect" or "EmptyTrash" or "RestoreImages").ShouldAllBe(end => end.ExitCode == ExitCode.Refused || end.ExitCode == ExitCode.NotFound || end.ExitCode == ExitCode.Incomplete);
        ends.First(end => end.Verb == "CleanImages").Said.ShouldContain("symbolic link");
    }

    [Theory]
    [InlineData("registry-cleaner/discarded/freed", true)]
    [InlineData("registry-cleaner/discarded/restored", true)]
    [InlineData("registry-cleaner/history/freed", true)]
    [InlineData("registry-cleaner/history/restored", true)]
    [InlineData("registry-cleaner/discarded/freed/20200101T000000Z-00000000", false)]
    [InlineData("registry-cleaner/history/freed/20200101T000000Z-00000000", false)]
    [InlineData("registry-cleaner/trash/20200101T000000Z-00000000", false)]
    [InlineData("registry-cleaner/trash/20200101T000000Z-00000000/v2", false)]
    [InlineData("registry-cleaner/trash/20200101T000000Z-00000000/rest", false)]
    public async Task What_lies_in_the_cleaners_own_directories_is_not_looked_for_elsewhere(string path, bool isRefused)
    {
        using var scene = new HostileStore();
        scene.Replace(path);
        // More than are kept of runs that ended.
        foreach (var name in Enumerable.Range(0, 205).Select(i => $"20200101T000000Z-{i:x8}"))
        {
            Directory.CreateDirectory(Path.Combine(scene.Outside(path.Replace('/', '+')), name));
            await File.WriteAllTextAsync(Path.Combine(scene.Outside(path.Replace('/', '+')), name, "precious"), "precious");
        }

        var ends = await ShouldHarmNothingAsync(scene);

        if (!isRefused)
            return;
        var clean = ends.First(end => end.Verb == "CleanImages");
        clean.ExitCode.ShouldBe(ExitCode.Refused);
        clean.Said.ShouldContain($"{path}' is a symbolic link");
    }

    // What the shell makes of it, in the directory v2, and what the verbs have to say of it (null: nothing needs be said).
    private static readonly Dictionary<string, (string Script, string? Said)> s_tricks = new()
    {
        ["a tag's link is a pipe"] = ("rm repositories/team/app/_manifests/tags/1.0/current/link; mkfifo repositories/team/app/_manifests/tags/1.0/current/link", "team/app:1.0"),
        ["a kept tag's link is a pipe"] = ("mkdir -p repositories/team/app/_manifests/tags/x/current; mkfifo repositories/team/app/_manifests/tags/x/current/link", "team/app:x"),
        ["a revision's link is a pipe"] = ("f=$(ls -d repositories/team/app/_manifests/revisions/sha256/*/link | head -n 1); mkdir -p x; mv $f x/f; mkfifo $f; rm -r x", "link"),
        ["a layer's link is a pipe"] = ($"rm {s_oldLink[3..]}; mkfifo {s_oldLink[3..]}", null),
        ["a blob is a pipe"] = ($"rm {s_oldData[3..]}; mkfifo {s_oldData[3..]}", s_old.Hex),
        ["a blob that nothing links is a pipe"] = ("mkdir -p blobs/sha256/00/$(printf '0%.0s' {1..64}); mkfifo blobs/sha256/00/$(printf '0%.0s' {1..64})/data", null),
        ["a repository is a pipe"] = ("mkfifo repositories/pipe", null),
        ["a directory of layers is a file"] = ("rm -r repositories/gone/_layers; echo x > repositories/gone/_layers", "gone"),
        ["a directory of tags is a pipe"] = ("rm -r repositories/gone/_manifests/tags; mkfifo repositories/gone/_manifests/tags", "gone"),
        ["hard links to a file elsewhere"] = ("f=repositories/team/app/_manifests/tags/1.0/current/link; cp $f $OUTSIDE/link; ln -f $OUTSIDE/link $f; ln $OUTSIDE/link repositories/team/app/_uploads/f3a1/hard", null),
        ["a blob is a hard link to a file elsewhere"] = ($"cp {s_oldData[3..]} $OUTSIDE/data; ln -f $OUTSIDE/data {s_oldData[3..]}", null),
        ["names with line breaks"] = ("cp -r repositories/team/app $'repositories/team/a\\npp'; cp -r repositories/team/app/_manifests/tags/2.0 $'repositories/team/app/_manifests/tags/2\\n0'; mkdir $'repositories/team/app/_layers/sha256/\\n'", "no repository can have this name"),
        ["names with control characters"] = ("cp -r repositories/team/app $'repositories/team/\\e[31mred\\a'; cp -r repositories/team/app/_manifests/tags/2.0 $'repositories/team/app/_manifests/tags/\\r2.0'", "no repository can have this name"),
        ["names that are no text"] = ("cp -r repositories/team/app $'repositories/team/\\xff\\xfe'; cp -r repositories/team/app/_manifests/tags/2.0 $'repositories/team/app/_manifests/tags/\\xc3\\x28'; cp -r repositories/team/app/_manifests/tags/2.0 $'repositories/team/app/_manifests/tags/\\xff'", "v2/repositories/team/app/_manifests/tags/"),
        ["names that look like options"] = ("cp -r repositories/team/app repositories/-rf; cp -r repositories/team/app/_manifests/tags/2.0 repositories/team/app/_manifests/tags/--", "no repository can have this name"),
        ["names that look like commands"] = ("cp -r repositories/team/app 'repositories/team/$(touch pwned)'; cp -r repositories/team/app/_manifests/tags/2.0 'repositories/team/app/_manifests/tags/;touch pwned;'", "no repository can have this name"),
        ["names of 255 bytes"] = ("n=$(printf 'n%.0s' {1..255}); cp -r repositories/team/app repositories/$n; cp -r repositories/team/app/_manifests/tags/2.0 repositories/team/app/_manifests/tags/$n; mkdir repositories/team/app/_layers/sha256/$n", null),
        ["directories 4,000 deep"] = ("cd repositories; perl -e 'for (1..4000) { mkdir \"d\"; chdir \"d\" }'", null),
        ["directories 4,000 deep in an upload"] = ("cd repositories/team/app/_uploads/f3a1; perl -e 'for (1..4000) { mkdir \"d\"; chdir \"d\" }'", null),
        ["a device that has no end"] = ("f=repositories/team/app/_manifests/tags/1.0/current/link; rm $f; mknod $f c 1 5 || echo > $f; rm " + s_oldData[3..] + "; mknod " + s_oldData[3..] + " c 1 5 || echo > " + s_oldData[3..], "team/app:1.0"),
        ["a manifest of 500 MB"] = ("f=$(ls repositories/gone/_manifests/revisions/sha256 | head -n 1); truncate -s 500M blobs/sha256/${f:0:2}/$f/data", "gone"),
        ["a journal of a run that is no journal"] = ("mkdir -p ../registry-cleaner/trash/20200101T000000Z-00000000; head -c 100000 /dev/urandom > ../registry-cleaner/trash/20200101T000000Z-00000000/journal.json; touch ../registry-cleaner/trash/20200101T000000Z-00000000/completed", null),
        ["a journal that is a pipe"] = ("mkdir -p ../registry-cleaner/trash/20200101T000000Z-00000000; mkfifo ../registry-cleaner/trash/20200101T000000Z-00000000/journal.json; mkfifo ../registry-cleaner/trash/20200101T000000Z-00000000/completed", null),
        ["trash with links out of it"] = ("mkdir -p ../registry-cleaner/trash/20200101T000000Z-00000000/v2/repositories; ln -s $OUTSIDE ../registry-cleaner/trash/20200101T000000Z-00000000/v2/repositories/out; ln -s $OUTSIDE ../registry-cleaner/trash/out; ln -s $OUTSIDE/precious ../registry-cleaner/lock-owner.json", null),
    };

    public static TheoryData<string> Tricks { get; } = [.. s_tricks.Keys];

    [Theory]
    [MemberData(nameof(Tricks))]
    public async Task Whatever_lies_about_nothing_is_harmed_and_it_is_named(string name)
    {
        using var scene = new HostileStore();
        scene.Shell(s_tricks[name].Script.Replace("$OUTSIDE", scene.Outside(""), StringComparison.Ordinal));

        var ends = await ShouldHarmNothingAsync(scene);

        if (s_tricks[name].Said is { } said)
            ends[0].Said.ShouldContain(said);
        Directory.GetFiles(scene.Store.FullPath("v2"), "pwned", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 20 }).ShouldBeEmpty();
    }

    [Fact]
    public async Task Directories_4000_deep_in_a_repository_that_goes_keep_no_later_run_from_anything()
    {
        using var scene = new HostileStore();
        scene.Store.Write("v2/repositories/gone/_uploads/f3a1/startedat", "2026-01-01T00:00:00Z"u8);
        scene.Store.Age(TimeSpan.FromDays(2));
        scene.Shell("cd repositories/gone/_uploads/f3a1; perl -e 'for (1..4000) { mkdir \"d\"; chdir \"d\" }'");

        var ends = await ShouldHarmNothingAsync(scene);

        // What was about to be pruned and what has been is looked at by nobody but these.
        ends.Where(end => !end.Verb.StartsWith("CheckRegistry", StringComparison.Ordinal)).ShouldAllBe(end => end.ExitCode == ExitCode.Done);
        ends.ShouldAllBe(end => end.Said.Split('\n', StringSplitOptions.None).All(line => line.Length < 2000));
        Directory.GetFileSystemEntries(scene.Store.FullPath(StoreLayout.Trash)).ShouldBeEmpty();

        // It came back with what else its run had removed, and goes again.
        (await new Cleaner().CleanImagesAsync(new CleanImagesOptions { RegistryRoot = scene.Store.RootDirectory, Images = ["gone"] })).ExitCode.ShouldBe(ExitCode.Done);
        Directory.Exists(scene.Store.FullPath("v2/repositories/gone")).ShouldBeFalse();
    }

    [Fact]
    public async Task Nesting_without_end_is_no_reason_to_crash()
    {
        using var scene = new HostileStore();
        var json = new StringBuilder("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"annotations\":").Append(new string('[', 100_000)).Append(new string(']', 100_000)).Append('}');
        scene.Store.Tag("gone", "deep", scene.Store.Manifest("gone", json.ToString()));

        var ends = await ShouldHarmNothingAsync(scene);

        ends[0].Said.ShouldContain("gone");
    }

    // Real content cannot contain its own digest; what a broken disk or somebody's hand leaves can.
    [Fact]
    public async Task Indexes_that_contain_each_other_or_themselves_end_somewhere()
    {
        using var scene = new HostileStore();
        var (one, other) = (Digest.OfContent("one"u8), Digest.OfContent("other"u8));
        foreach (var (digest, child) in new[] { (one, other), (other, one) })
        {
            scene.Store.Write(StoreLayout.BlobData(digest), Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"{{child}}","size":1}]}"""));
            scene.Store.WriteLink(StoreLayout.RevisionLink(RepositoryName.Parse("gone"), digest), digest);
        }

        scene.Store.Tag("gone", "cycle", one);

        await ShouldHarmNothingAsync(scene);
    }

    // Its content names its own sha512, which nobody can have computed, but a link by that name may lead to it.
    [Fact]
    public async Task An_index_that_contains_itself_through_another_algorithm_ends_somewhere()
    {
        using var scene = new HostileStore();
        var alias = Digest.Parse("sha512:" + new string('a', 128));
        var digest = scene.Store.Manifest("gone", $$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"{{alias}}","size":1}]}""");
        scene.Store.WriteLink(StoreLayout.RevisionLink(RepositoryName.Parse("gone"), alias), digest);
        scene.Store.Tag("gone", "cycle", digest);
        scene.Store.Tag("gone", "alias", alias);

        await ShouldHarmNothingAsync(scene);
    }

    [Fact]
    public async Task Ever_so_many_links_in_one_directory_are_looked_at()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("REGISTRY_CLEANER_LINKS"), out var more) ? more : 5_000;
        using var scene = new HostileStore { Patience = TimeSpan.FromMinutes(2 + (count / 100_000)) };
        var links = scene.Store.FullPath("v2/repositories/gone/_layers/sha256");
        for (var i = 0; i < count; i++)
        {
            var digest = Digest.OfContent(BitConverter.GetBytes(i));
            Directory.CreateDirectory(Path.Combine(links, digest.Hex));
            File.WriteAllText(Path.Combine(links, digest.Hex, "link"), digest.ToString());
        }

        var before = GC.GetTotalAllocatedBytes();
        await ShouldHarmNothingAsync(scene);
        output.WriteLine($"{count} links: {(GC.GetTotalAllocatedBytes() - before) >> 20} MiB allocated by eight verbs");
    }

    private async Task<IReadOnlyList<(string Verb, ExitCode ExitCode, string Said)>> ShouldHarmNothingAsync(HostileStore scene)
    {
        var outside = scene.OutsideContent();
        var whole = s_kept.Intersect(scene.Oracle.WholeTags).ToList();

        var ends = await scene.RunEverythingAsync();

        output.WriteLine(string.Join('\n', ends.Select(end => $"{end.Verb}: {end.ExitCode} {string.Join(" | ", end.Said.Split('\n').Take(4))}")));
        scene.OutsideContent().ShouldBe(outside);
        whole.Except(scene.Oracle.WholeTags).ShouldBeEmpty();
        return ends;
    }

    private static byte[] Filled(string seed)
    {
        var pattern = Encoding.UTF8.GetBytes(seed);
        return [.. Enumerable.Range(0, 1024).Select(i => pattern[i % pattern.Length])];
    }
}
