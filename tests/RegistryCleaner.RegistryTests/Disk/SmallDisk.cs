using CliWrap;
using RegistryCleaner.RegistryTests.Fixture;
using RegistryCleaner.TestKit;

namespace RegistryCleaner.RegistryTests.Disk;

// A file system of its own, in memory, whose size can be changed while it is in use. The base is what comes back with each Reset.
internal sealed class SmallDisk : IAsyncDisposable
{
    private const string Plenty = "size=64m,nr_inodes=100000";

    private readonly TemporaryDirectory mountPoint = new();
    private readonly TemporaryDirectory copy = new();

    private SmallDisk() => Store = new StoreBuilder(Path.Combine(copy.Path, "store"));

    // To be filled before the first Reset.
    public StoreBuilder Store { get; }

    public string Root => Path.Combine(mountPoint.Path, "store");

    public StoreOracle Oracle => new(Root);

    public static async Task<SmallDisk> MountAsync()
    {
        var disk = new SmallDisk();
        await RunAsync("mount", "-t", "tmpfs", "-o", Plenty, "registry-cleaner-tests", disk.mountPoint.Path);
        return disk;
    }

    // The store as it was made, on a disk with room for all.
    public async Task ResetAsync()
    {
        await GrowAsync();
        await RunAsync("rm", "-rf", Root);
        await RunAsync("cp", "-a", Store.RootDirectory, Root);
    }

    public Task GrowAsync() => RunAsync("mount", "-o", $"remount,rw,{Plenty}", mountPoint.Path);

    public Task MakeReadOnlyAsync() => RunAsync("mount", "-o", "remount,ro", mountPoint.Path);

    // Room for so many files and directories more.
    public Task LeaveInodesAsync(long count) => RunAsync("mount", "-o", $"remount,nr_inodes={Directory.EnumerateFileSystemEntries(mountPoint.Path, "*", EveryKind).LongCount() + 2 + count}", mountPoint.Path);

    // Room for so many pages of 4 KiB more.
    public async Task LeavePagesAsync(long count)
    {
        var used = Directory.EnumerateFiles(mountPoint.Path, "*", SearchOption.AllDirectories).Sum(file => (new FileInfo(file).Length + 4095) / 4096);
        await RunAsync("mount", "-o", $"remount,size={(used + count) * 4096}", mountPoint.Path);
    }

    // Another file system at a directory of the store; what is there moves along.
    public async Task MountOverAsync(string directory)
    {
        var full = Path.Combine(Root, directory);
        Directory.CreateDirectory(full);
        var kept = Path.Combine(copy.Path, Guid.NewGuid().ToString("n"));
        await RunAsync("cp", "-a", full, kept);
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=16m", "registry-cleaner-tests", full);
        await RunAsync("cp", "-a", $"{kept}/.", full);
    }

    public async ValueTask DisposeAsync()
    {
        // With what is mounted below it.
        await RunAsync("umount", "--recursive", mountPoint.Path);
        mountPoint.Dispose();
        copy.Dispose();
    }

    private static EnumerationOptions EveryKind { get; } = new() { RecurseSubdirectories = true, AttributesToSkip = 0 };

    private static async Task RunAsync(string command, params string[] arguments) => await Cli.Wrap(command).WithArguments(arguments).ExecuteAsync();
}
