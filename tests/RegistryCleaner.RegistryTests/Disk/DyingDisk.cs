using System.ComponentModel;
using System.Runtime.InteropServices;
using CliWrap;
using CliWrap.Buffered;
using RegistryCleaner.RegistryTests.Fixture;
using RegistryCleaner.TestKit;

namespace RegistryCleaner.RegistryTests.Disk;

// What a disk that dies had written by then.
internal enum Loss
{
    // All that it was told.
    Nothing,

    // All but what came after a moment half-way.
    SomeOfIt,

    // What nobody insisted on: it is as after a power cut.
    AllThatMayBe,
}

// A file system on a device of its own, which can be made to fail as a disk does that is pulled out: whoever needs it is told EIO from
// then on (ext4, EXT4_IOC_SHUTDOWN), until it is mounted again. The base is what comes back with each Reset.
internal sealed partial class DyingDisk : IAsyncDisposable
{
    // _IOR('X', 125, __u32), with whether what is not written yet is written first (fs/ext4/ext4.h).
    private const nuint Shutdown = 0x8004587D;
    private const uint WriteFirst = 0;
    private const uint WriteNothing = 2;

    // Of small file systems.
    private const int Block = 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly byte[] Nonsense = "nonsense nonsense"u8[..16].ToArray();

    private readonly TemporaryDirectory directory = new();
    private bool isMounted;

    private DyingDisk()
    {
        Store = new StoreBuilder(Path.Combine(Base, "store"));
        Directory.CreateDirectory(MountPoint);
    }

    // To be filled before the first Reset.
    public StoreBuilder Store { get; }

    public string Root => Path.Combine(MountPoint, "store");

    public StoreOracle Oracle => new(Root);

    // Where something lies on the disk as it was made.
    public IReadOnlyList<long> UsedBlocks()
    {
        var all = File.ReadAllBytes(Blank);
        return [.. Enumerable.Range(0, all.Length / Block).Where(block => all.AsSpan(block * Block, Block).ContainsAnyExcept((byte)0)).Select(block => (long)block * Block)];
    }

    private string Base => directory.File("base");

    private string MountPoint => directory.File("mounted");

    private string Device => directory.File("device");

    private string Blank => directory.File("blank");

    public static DyingDisk Make() => new();

    // The store as it was made, on a disk that works.
    public async Task ResetAsync()
    {
        await UnmountAsync();
        if (!File.Exists(Blank))
            await RunAsync("mkfs.ext4", "-q", "-O", "metadata_csum", "-d", Base, Blank, "24M");
        File.Copy(Blank, Device, overwrite: true);
        await MountAsync();
    }

    // The same, but for one block, in which nonsense stands. The kernel refuses what it finds there of directories and of its tables of
    // files; of a file it is the content. False where it does not mount such a disk at all.
    public async Task<bool> ResetAsync(long spoiled)
    {
        await UnmountAsync();
        File.Copy(Blank, Device, overwrite: true);
        using (var device = File.OpenHandle(Device, FileMode.Open, FileAccess.Write))
        {
            for (var at = spoiled; at < spoiled + Block; at += Nonsense.Length)
                RandomAccess.Write(device, Nonsense, at);
        }

        return await TryMountAsync();
    }

    // What was not written anew meanwhile is there again.
    public async Task MendAsync(long spoiled)
    {
        await UnmountAsync();
        var (before, now) = (await File.ReadAllBytesAsync(Blank), await File.ReadAllBytesAsync(Device));
        for (var at = (int)spoiled; at < spoiled + Block; at += Nonsense.Length)
        {
            if (now.AsSpan(at, Nonsense.Length).SequenceEqual(Nonsense))
                before.AsSpan(at, Nonsense.Length).CopyTo(now.AsSpan(at));
        }

        await File.WriteAllBytesAsync(Device, now);
        await MountAsync();
    }

    // All that was told is on the disk.
    public void Write() => Ask(SyncFileSystem);

    public void Die(Loss loss) => Ask(descriptor => Control(descriptor, Shutdown, loss == Loss.Nothing ? WriteFirst : WriteNothing));

    // As after a new start of the machine.
    public async Task ReviveAsync()
    {
        await UnmountAsync();
        await MountAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await UnmountAsync();
        directory.Dispose();
    }

    private async Task MountAsync()
    {
        if (!await TryMountAsync())
            throw new InvalidOperationException($"{Device} cannot be mounted.");
    }

    private async Task<bool> TryMountAsync() =>
        isMounted = await TryAsync("mount", "-o", "loop", Device, MountPoint);

    private async Task UnmountAsync()
    {
        if (!isMounted)
            return;
        isMounted = false;
        // A process that another test is starting has a copy of all that is open and mounted here, for a moment; until it is gone the
        // file system lives on, as dead as it is.
        await WaitAsync(() => TryAsync("umount", MountPoint));
        await WaitAsync(async () => !await IsInUseAsync());
    }

    private async Task WaitAsync(Func<Task<bool>> isSo)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!await isSo())
        {
            if (DateTime.UtcNow > deadline)
                throw new InvalidOperationException($"{Device} stays in use.");
            await Task.Delay(50);
        }
    }

    private void Ask(Func<int, int> call)
    {
        var descriptor = Open(MountPoint, 0);
        var result = descriptor < 0 ? descriptor : call(descriptor);
        var error = Marshal.GetLastPInvokeError();
        if (descriptor >= 0)
            _ = Close(descriptor);
        if (result < 0)
            throw new Win32Exception(error);
    }

    private async Task<bool> IsInUseAsync() =>
        (await Cli.Wrap("losetup").WithArguments(["--associated", Device]).ExecuteBufferedAsync()).StandardOutput.Length > 0;

    private static async Task<bool> TryAsync(string command, params string[] arguments) =>
        (await Cli.Wrap(command).WithArguments(arguments).WithValidation(CommandResultValidation.None).ExecuteAsync()).ExitCode == 0;

    private static async Task RunAsync(string command, params string[] arguments) => await Cli.Wrap(command).WithArguments(arguments).ExecuteAsync();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFileSystem(int descriptor);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, nuint request, in uint argument);
}
