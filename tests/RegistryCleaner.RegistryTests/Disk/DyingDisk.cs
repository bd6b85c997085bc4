using System.ComponentModel;
using System.Runtime.InteropServices;
using CliWrap;
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

    private readonly TemporaryDirectory directory = new();
    private readonly bool hasJournal;
    private bool isMounted;

    private DyingDisk(bool hasJournal)
    {
        this.hasJournal = hasJournal;
        Store = new StoreBuilder(Path.Combine(Base, "store"));
        Directory.CreateDirectory(MountPoint);
    }

    // To be filled before the first Reset.
    public StoreBuilder Store { get; }

    public string Root => Path.Combine(MountPoint, "store");

    public StoreOracle Oracle => new(Root);

    // Where something lies on the disk that was made, from its end on.
    public IReadOnlyList<long> UsedFromTheEnd()
    {
        var all = File.ReadAllBytes(Blank);
        return [.. Enumerable.Range(0, all.Length / Block).Where(block => all.AsSpan(block * Block, Block).ContainsAnyExcept((byte)0)).Reverse().Select(block => (long)block * Block)];
    }

    private string Base => directory.File("base");

    private string MountPoint => directory.File("mounted");

    private string Device => directory.File("device");

    private string Blank => directory.File("blank");

    // Without a journal there is less that has to be read to mount it.
    public static DyingDisk Make(bool hasJournal = true) => new(hasJournal);

    // The store as it was made, on a disk that works.
    public async Task ResetAsync()
    {
        await UnmountAsync();
        if (!File.Exists(Blank))
            await RunAsync("mkfs.ext4", "-q", "-O", hasJournal ? "has_journal" : "^has_journal", "-d", Base, Blank, "24M");
        File.Copy(Blank, Device, overwrite: true);
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

    // What lies behind this place can be written, but not be read any more: the kernel reads behind the end of the file that it is in.
    public void LoseBehind(long place)
    {
        using var device = File.OpenHandle(Device, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.SetLength(device, place);
    }

    // It can be read again, as it was written at last.
    public async Task RegainAsync(long place)
    {
        await UnmountAsync();
        var (before, now) = (await File.ReadAllBytesAsync(Blank), await File.ReadAllBytesAsync(Device));
        for (var at = (int)place; at < before.Length; at += Block)
        {
            // Nothing that is there says nothing of a kind.
            if (at + Block <= now.Length && now.AsSpan(at, Block).ContainsAnyExcept((byte)0))
                now.AsSpan(at, Block).CopyTo(before.AsSpan(at));
        }

        now.AsSpan(0, (int)place).CopyTo(before);
        await File.WriteAllBytesAsync(Device, before);
        await MountAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await UnmountAsync();
        directory.Dispose();
    }

    private async Task MountAsync()
    {
        await RunAsync("mount", "-o", "loop", Device, MountPoint);
        isMounted = true;
    }

    private async Task UnmountAsync()
    {
        if (isMounted)
            await RunAsync("umount", MountPoint);
        isMounted = false;
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
