using System.ComponentModel;
using System.Runtime.InteropServices;

namespace RegistryCleaner.Store;

/// <summary>
/// rename(2) itself: one step, or none. The runtime's own move makes a second link and removes the first, and copies where the target
/// is on another file system: killed in between, it leaves two files, or half of one.
/// </summary>
internal static partial class FileRename
{
    private const int NotFound = 2;
    private const int Exists = 17;

    /// <exception cref="FileNotFoundException">The source is gone, or what was to hold the target is.</exception>
    /// <exception cref="IOException">The system refused, as it does where the target is on another file system.</exception>
    public static void Rename(string source, string target, bool isDirectory)
    {
        if (OperatingSystem.IsWindows())
        {
            // There it is one step within a volume, and refused for a directory between two.
            if (isDirectory)
                Directory.Move(source, target);
            else
                File.Move(source, target, overwrite: false);
            return;
        }

        if (rename(source, target) == 0)
            return;
        var error = new Win32Exception(Marshal.GetLastPInvokeError());
        throw error.NativeErrorCode == NotFound ? new FileNotFoundException(error.Message, source) : new IOException(error.Message, error.NativeErrorCode);
    }

    /// <summary>
    /// Moves a file to where another may appear at any moment, and never over it, as rename(2) would: by a second link, and the end of the
    /// first. Killed in between, it leaves the file in both places.
    /// </summary>
    /// <returns>False where something is there.</returns>
    /// <exception cref="FileNotFoundException">The source is gone, or what was to hold the target is.</exception>
    /// <exception cref="IOException">The system refused.</exception>
    public static bool TryMoveFile(string source, string target)
    {
        if (OperatingSystem.IsWindows())
        {
            File.Move(source, target, overwrite: false);
            return true;
        }

        if (link(source, target) != 0)
        {
            var error = new Win32Exception(Marshal.GetLastPInvokeError());
            if (error.NativeErrorCode == Exists)
                return false;
            throw error.NativeErrorCode == NotFound ? new FileNotFoundException(error.Message, source) : new IOException(error.Message, error.NativeErrorCode);
        }

        File.Delete(source);
        return true;
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string source, string target);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rename(string source, string target);
}
