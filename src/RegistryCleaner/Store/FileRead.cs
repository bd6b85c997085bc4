using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace RegistryCleaner.Store;

/// <summary>
/// Reads small files with as few calls as the system allows. A store's marks are hundreds of thousands of files of 71 bytes, and the
/// runtime's own reading also looks at each, and locks and unlocks it. A pipe, which would make the runtime wait, ends at once.
/// </summary>
internal static partial class FileRead
{
    // <fcntl.h> and <errno.h> of Linux, the same on x64 and arm64.
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int NotFound = 2;
    private const int Interrupted = 4;
    private const int NotADirectory = 20;

    /// <summary>The content of a file, at the beginning of a buffer that grows as needed.</summary>
    /// <param name="root">The store.</param>
    /// <param name="path">The file in it.</param>
    /// <param name="maxLength">Where reading ends: a longer file comes with one byte more, or some.</param>
    /// <param name="buffer">What is read into.</param>
    /// <returns>The length that was read; null where there is no such file.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read.</exception>
    public static int? Read(string root, string path, int maxLength, ref byte[] buffer) =>
        OperatingSystem.IsLinux() ? ReadDirectly(root, path, maxLength, ref buffer) : ReadManaged(Path.Combine(root, path), maxLength, ref buffer);

    private static int? ReadDirectly(string root, string path, int maxLength, ref byte[] buffer)
    {
        Span<byte> encoded = stackalloc byte[NativePath.Usual];
        ref readonly var name = ref MemoryMarshal.GetReference(NativePath.Encode(root, path, encoded));
        int file;
        while ((file = open(in name, NonBlocking | CloseOnExec)) < 0)
        {
            switch (Marshal.GetLastPInvokeError())
            {
                case Interrupted:
                    continue;
                case NotFound or NotADirectory:
                    return null;
                case var error:
                    throw Failed(error, Path.Combine(root, path));
            }
        }

        try
        {
            // Files below /proc say that they are empty: what counts is the read that gives nothing.
            var length = 0;
            while (length <= maxLength)
            {
                if (length == buffer.Length)
                    Array.Resize(ref buffer, buffer.Length * 2);
                var count = (int)read(file, ref buffer[length], buffer.Length - length);
                if (count == 0)
                    break;
                if (count > 0)
                    length += count;
                else if (Marshal.GetLastPInvokeError() is not Interrupted and var error)
                    throw Failed(error, Path.Combine(root, path));
            }

            return length;
        }
        finally
        {
            _ = close(file);
        }
    }

    private static int? ReadManaged(string path, int maxLength, ref byte[] buffer)
    {
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        using (handle)
        {
            var length = 0;
            while (length <= maxLength)
            {
                if (length == buffer.Length)
                    Array.Resize(ref buffer, buffer.Length * 2);
                var count = RandomAccess.Read(handle, buffer.AsSpan(length), length);
                if (count == 0)
                    break;
                length += count;
            }

            return length;
        }
    }

    private static IOException Failed(int error, string path)
    {
        var reason = new Win32Exception(error);
        return new IOException($"'{path}': {reason.Message}", error);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int open(in byte path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int file, ref byte buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int file);
}
