using System.Runtime.InteropServices;

namespace RegistryCleaner.Store;

/// <summary>
/// Looks at a path with one call of the system, and with nothing on the heap. A run asks for thousands of links of which nearly none is
/// there; the runtime makes some objects for each.
/// </summary>
internal static partial class FileLook
{
    // <fcntl.h>, <linux/stat.h> and <errno.h>, the same on all processors, as is the layout of what statx gives.
    private const int WorkingDirectory = -100;
    private const int NotFollowed = 0x100;
    private const uint KindSizeAndTime = 0x1 | 0x40 | 0x200;
    private const int NotFound = 2;
    private const int NotADirectory = 20;
    private const int StatusLength = 256;
    private const int ModeAt = 28;
    private const int SizeAt = 40;
    private const int SecondsAt = 112;
    private const int NanosecondsAt = 120;

    private static readonly long s_lastSecond = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    // Older than Linux 4.11 or glibc 2.28, or something that lets no such call through.
    private static bool s_isMissing = !OperatingSystem.IsLinux();

    /// <summary>What is at a path, symbolic links not being followed.</summary>
    /// <param name="root">The store.</param>
    /// <param name="path">The path in it.</param>
    /// <param name="entry">What is there; null where nothing is.</param>
    /// <returns>False where only the runtime can tell, or say why nobody can.</returns>
    public static bool TryLook(string root, string path, out StoreEntry? entry)
    {
        entry = null;
        Span<byte> status = stackalloc byte[StatusLength];
        status.Clear();
        switch (Call(root, path, NotFollowed, status))
        {
            case NotFound or NotADirectory:
                return true;
            case not 0:
                return false;
            default:
                entry = EntryOf(path, status);
                return entry is not null;
        }
    }

    /// <summary>
    /// Whether nothing is found at a path, links being followed. What is in the way may be a link that leads nowhere, and is no file.
    /// </summary>
    public static bool IsNothing(string root, string path)
    {
        Span<byte> status = stackalloc byte[StatusLength];
        return Call(root, path, 0, status) == NotFound;
    }

    // The error's number, 0 for none.
    private static int Call(string root, string path, int flags, Span<byte> status)
    {
        const int Unknown = -1;
        if (s_isMissing)
            return Unknown;
        try
        {
            Span<byte> buffer = stackalloc byte[NativePath.Usual];
            ref readonly var name = ref MemoryMarshal.GetReference(NativePath.Encode(root, path, buffer));
            return statx(WorkingDirectory, in name, flags, KindSizeAndTime, ref MemoryMarshal.GetReference(status)) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        catch (EntryPointNotFoundException)
        {
            s_isMissing = true;
            return Unknown;
        }
    }

    // Null for a time that no calendar of the runtime's has.
    private static StoreEntry? EntryOf(string path, ReadOnlySpan<byte> status)
    {
        var kind = StoreEntry.KindOf(MemoryMarshal.Read<ushort>(status[ModeAt..]));
        var seconds = MemoryMarshal.Read<long>(status[SecondsAt..]);
        if (seconds < 0 || seconds >= s_lastSecond)
            return null;
        var modified = DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(MemoryMarshal.Read<uint>(status[NanosecondsAt..]) / TimeSpan.NanosecondsPerTick);
        return new StoreEntry(path, kind, kind == EntryKind.File ? MemoryMarshal.Read<long>(status[SizeAt..]) : 0, modified);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int statx(int directory, in byte path, int flags, uint mask, ref byte status);
}
