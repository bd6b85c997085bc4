using System.Runtime.InteropServices;

namespace RegistryCleaner.Store;

/// <summary>
/// flock(2): the lock that util-linux's and busybox's flock take, too. The runtime takes it for a file that is not shared, unless the
/// program that this library is part of has switched that off (System.IO.DisableFileLocking): so it is taken once more, which changes
/// nothing where it is held.
/// </summary>
internal static partial class FileLock
{
    // LOCK_EX | LOCK_NB of <sys/file.h>.
    private const int ExclusiveNow = 2 | 4;

    // What a lock that somebody else holds looks like: EWOULDBLOCK, and ERROR_SHARING_VIOLATION.
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);

    /// <summary>How many seconds those are waited for that a killed cleaner left behind in a container.</summary>
    public const int FencePatience = 10;

    /// <summary>Opens a file and locks it until it is closed; null where another holds it.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be opened.</exception>
    public static FileStream? TryTake(string path)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult is LinuxWouldBlock or MacWouldBlock or WindowsSharingViolation)
        {
            return null;
        }

        if (OperatingSystem.IsWindows() || flock(file.SafeFileHandle, ExclusiveNow) == 0 || Marshal.GetLastPInvokeError() is not (LinuxWouldBlock or MacWouldBlock))
            return file;
        file.Dispose();
        return null;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int flock(SafeHandle file, int operation);
}
