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

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rename(string source, string target);
}
