using System.Runtime.InteropServices;
using System.Text;

namespace RegistryCleaner.Store;

/// <summary>
/// Whether a store can be renamed about: not if a part of it is another file system, or the same one mounted a second time (rename(2):
/// EXDEV).
/// </summary>
internal static partial class StoreMounts
{
    // PATH_MAX of <linux/limits.h>.
    private const int MaxPath = 4096;

    // proc(5): mount id, parent, device, root, mount point, options.
    private const int PlaceField = 4;

    private static readonly string[] s_parts = ["", StoreLayout.Version2, StoreLayout.Repositories, StoreLayout.Blobs, StoreLayout.WorkDirectory, StoreLayout.Trash];

    /// <summary>Whether all parts that are there lie on one mount. Where the system cannot be asked, a rename that fails tells.</summary>
    public static bool AreOne(string root)
    {
        if (!OperatingSystem.IsLinux())
            return true;
        try
        {
            var mounts = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')).Select(fields => (Id: fields[0], Place: Unescape(fields[PlaceField]))).ToList();
            return s_parts.Select(part => RealPath(Path.Combine(root, part))).OfType<string>()
                // Of two at one place the later one is seen.
                .Select(path => mounts.Where(mount => IsBelow(path, mount.Place)).MaxBy(mount => (mount.Place.Length, mounts.IndexOf(mount))).Id)
                .Distinct(StringComparer.Ordinal).Count() <= 1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    private static bool IsBelow(string path, string directory) =>
        path == directory || path.StartsWith(directory.EndsWith('/') ? directory : directory + '/', StringComparison.Ordinal);

    // A blank is \040, and so on.
    private static string Unescape(string place)
    {
        if (!place.Contains('\\', StringComparison.Ordinal))
            return place;
        var text = new StringBuilder();
        for (var i = 0; i < place.Length; i++)
        {
            if (place[i] == '\\' && i + 3 < place.Length)
            {
                text.Append((char)Convert.ToInt32(place.Substring(i + 1, 3), 8));
                i += 3;
            }
            else
            {
                text.Append(place[i]);
            }
        }

        return text.ToString();
    }

    private static string? RealPath(string path)
    {
        var resolved = new byte[MaxPath];
        return realpath(path, resolved) == 0 ? null : Encoding.UTF8.GetString(resolved, 0, Array.IndexOf(resolved, (byte)0));
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint realpath(string path, [Out] byte[] resolved);
}
