using RegistryCleaner.Planning;
using RegistryCleaner.RegistryTests.Fixture;
using RegistryCleaner.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace RegistryCleaner.RegistryTests.Disk;

// What a disk does to a run: full at any moment, read-only, another one for a part of the store. These need a machine where one may
// mount; there is no registry in them, as it is the files that count.
public class DiskSpecs(ITestOutputHelper output)
{
    private static readonly string[] Kept = ["app:2", "other:1"];

    public static TheoryData<string> Verbs { get; } = ["CleanImages", "GarbageCollect", "RestoreImages", "EmptyTrash"];

    [DockerTheory]
    [MemberData(nameof(Verbs))]
    public async Task Full_at_any_moment_it_loses_nothing_and_the_next_run_completes(string verb)
    {
        await using var disk = await MadeAsync(verb);
        await disk.ResetAsync();
        (await TryAsync(disk, verb)).ExitCode.ShouldBe(ExitCode.Done);
        var expected = Tags(disk);
        var (failed, done) = (0, 0);
        foreach (var shrink in new Func<long, Task>[] { disk.LeaveInodesAsync, disk.LeavePagesAsync })
        {
            // Until it is room enough.
            for (var room = 0; room < 200; room++)
            {
                await disk.ResetAsync();
                await shrink(room);
                var (exitCode, said) = await TryAsync(disk, verb);
                Kept.Except(disk.Oracle.WholeTags).ShouldBeEmpty($"{verb}, room for {room}: {said}");
                disk.Oracle.BrokenTags.ShouldBeEmpty($"{verb}, room for {room}: {said}");
                if (exitCode == ExitCode.Done)
                {
                    done++;
                    break;
                }

                failed++;
                exitCode.ShouldBe(ExitCode.Incomplete, said);
                said.ShouldContain("space", Case.Insensitive);

                await disk.GrowAsync();
                (await TryAsync(disk, verb)).ShouldSatisfyAllConditions(
                    end => end.ExitCode.ShouldBeOneOf(ExitCode.Done, ExitCode.NotFound),
                    _ => Tags(disk).ShouldBe(expected, $"{verb}, room for {room}, and again with more"));
            }
        }

        output.WriteLine($"{verb}: {failed} times there was not room enough");
        done.ShouldBe(2);
        if (verb != "EmptyTrash")
            failed.ShouldBeGreaterThan(5);
    }

    [DockerTheory]
    [MemberData(nameof(Verbs))]
    public async Task Read_only_it_is_left_as_it_is_and_the_run_says_so(string verb)
    {
        await using var disk = await MadeAsync(verb);
        await disk.ResetAsync();
        await disk.MakeReadOnlyAsync();
        var before = disk.Oracle.Content(withWorkDirectory: true);

        var (exitCode, said) = await TryAsync(disk, verb);

        exitCode.ShouldBe(ExitCode.Incomplete, said);
        said.ShouldContain("Read-only file system");
        disk.Oracle.Content(withWorkDirectory: true).ShouldBe(before);
    }

    [DockerFact]
    public async Task A_dry_run_and_a_look_need_not_write()
    {
        await using var disk = await MadeAsync("CleanImages");
        await disk.ResetAsync();
        await disk.MakeReadOnlyAsync();

        (await new Cleaner().CleanImagesAsync(Clean(disk) with { DryRun = true })).ExitCode.ShouldBe(ExitCode.Done);
        (await new Cleaner().GarbageCollectAsync(Collect(disk) with { DryRun = true })).ExitCode.ShouldBe(ExitCode.Done);
        (await new Cleaner().CheckRegistryAsync(new CheckRegistryOptions { RegistryRoot = disk.Root })).ExitCode.ShouldBe(ExitCode.Done);
    }

    // A rename cannot go from one file system to another, and copying what is deleted would be no way to make room.
    [DockerTheory]
    [InlineData("docker/registry/registry-cleaner")]
    [InlineData("docker/registry/v2/blobs")]
    [InlineData("docker/registry/v2/repositories")]
    public async Task With_another_for_a_part_of_the_store_nothing_goes_and_the_run_says_so(string directory)
    {
        await using var disk = await MadeAsync("CleanImages");
        await disk.ResetAsync();
        await disk.MountOverAsync(directory);
        var before = disk.Oracle.Content();

        foreach (var verb in new[] { "CleanImages", "GarbageCollect" })
        {
            var (exitCode, said) = await TryAsync(disk, verb);

            exitCode.ShouldBe(ExitCode.Refused, said);
            said.ShouldContain("file system");
            disk.Oracle.Content().ShouldBe(before, verb);
        }
    }

    // All but one repository can be read: what that one may need stays.
    [DockerFact]
    public async Task A_repository_that_may_not_be_read_keeps_what_it_may_need()
    {
        await using var disk = await MadeAsync("CleanImages");
        await disk.ResetAsync();
        await CliWrap.Cli.Wrap("chown").WithArguments(["-R", "65534:65534", disk.Root]).ExecuteAsync();
        var locked = Path.Combine(disk.Root, "docker/registry/v2/repositories/other");
        await CliWrap.Cli.Wrap("chown").WithArguments(["0:0", locked]).ExecuteAsync();
        await CliWrap.Cli.Wrap("chmod").WithArguments(["0", locked]).ExecuteAsync();
        string[] anybody = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
        await CliWrap.Cli.Wrap("chmod").WithArguments(["755", Path.GetDirectoryName(disk.Root)!]).ExecuteAsync();

        using (var process = CleanerProcess.Start(["CleanImages", "--images", "app:1", "--registry-root", disk.Root, "--offline"], null, anybody))
            (await process.EndAsync()).Error.ShouldContain("v2/repositories/other");
        using (var process = CleanerProcess.Start(["GarbageCollect", "--delete-untagged", "--grace", "0", "--max-delete", "100%", "--registry-root", disk.Root, "--offline"], null, anybody))
            (await process.EndAsync()).Error.ShouldContain("v2/repositories/other");

        disk.Oracle.BrokenTags.ShouldBeEmpty();
        disk.Oracle.WholeTags.ShouldBe(["app:2", "other:1"]);
    }

    // Two images that share a layer, one like them elsewhere, and what nobody needs.
    internal static void Fill(StoreBuilder store)
    {
        foreach (var (image, repository) in new[] { ("1", "app"), ("2", "app"), ("1", "other") })
            store.Tag(repository, image, store.Image(repository, $"{repository} {image}", store.Layer(repository, "base", 5000), store.Layer(repository, $"{repository} {image}", 9000)));
        store.Layer("app", "nobody's", 9000);
        store.Blob("orphan"u8);
        store.Age(TimeSpan.FromDays(2));
    }

    private static async Task<SmallDisk> MadeAsync(string verb)
    {
        var disk = await SmallDisk.MountAsync();
        var store = disk.Store;
        Fill(store);
        if (verb is "RestoreImages" or "EmptyTrash")
            await new Cleaner().CleanImagesAsync(new CleanImagesOptions { Images = ["app:1"], RegistryRoot = store.RootDirectory, Offline = true });
        return disk;
    }

    private static CleanImagesOptions Clean(SmallDisk disk) => new() { Images = ["app:1"], RegistryRoot = disk.Root, Offline = true };

    private static GarbageCollectOptions Collect(SmallDisk disk) =>
        new() { RegistryRoot = disk.Root, Offline = true, DeleteUntagged = true, Grace = TimeSpan.Zero, MaxDelete = DeletionLimit.None };

    private static async Task<(ExitCode ExitCode, string Said)> TryAsync(SmallDisk disk, string verb)
    {
        try
        {
            var cleaner = new Cleaner();
            var report = verb switch
            {
                "CleanImages" => await cleaner.CleanImagesAsync(Clean(disk)),
                "GarbageCollect" => await cleaner.GarbageCollectAsync(Collect(disk)),
                "RestoreImages" => await cleaner.RestoreImagesAsync(new RestoreImagesOptions { RegistryRoot = disk.Root }),
                _ => await cleaner.EmptyTrashAsync(new EmptyTrashOptions { RegistryRoot = disk.Root, Offline = true }),
            };
            return (report.ExitCode, string.Join('\n', [.. report.Warnings, .. report.Restoration?.Images.Select(image => image.Reason) ?? [], .. report.Restoration?.Remarks ?? []]));
        }
        catch (CleanerException e)
        {
            return (e.ExitCode, e.Message);
        }
    }

    private static List<string> Tags(SmallDisk disk) => [.. disk.Oracle.WholeTags];
}
