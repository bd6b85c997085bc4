using System.IO.Enumeration;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace RegistryCleaner.Store;

/// <summary>A directory on the way to a file is a symbolic link and must not be one.</summary>
internal sealed class SymbolicLinkException(string path) : IOException("it lies behind a symbolic link")
{
    /// <summary>The link, by its path in the store.</summary>
    public string Path { get; } = path;
}

/// <summary>
/// A directory that is held open: what is done to a name below <see cref="Place"/> is done in it, whatever somebody puts in its place
/// meanwhile. A look at a path, and then a rename or a deletion by that path, can be led elsewhere in between.
/// </summary>
/// <remarks>
/// Only Linux has such places, /proc/self/fd/N. Elsewhere each directory is looked at just before, and its path has to do.
/// </remarks>
internal sealed partial class HeldDirectory : IDisposable
{
    // <fcntl.h> of Linux, where all processors have the same; two differ (NoLinks).
    private const int WorkingDirectory = -100;
    private const int PathAlone = 0x200000;
    private const int CloseOnExec = 0x80000;
    private const int NotFound = 2;
    private const int NotADirectory = 20;
    private const int TooManyLinks = 40;

    // No registry's directories lie as deep, and no process may hold much more than ten times as many.
    private const int MaxHeld = 64;

    private static readonly (int Directory, int NotFollowed)? s_flags = FindFlags();

    private readonly SafeFileHandle? _handle;

    private HeldDirectory(SafeFileHandle? handle, string path) => (_handle, Place) = (handle, handle is null ? path : $"/proc/self/fd/{handle.DangerousGetHandle()}");

    /// <summary>A path of the directory, good for as long as it is held.</summary>
    public string Place { get; }

    /// <summary>Holds the directory in which a path of a store lies.</summary>
    /// <param name="root">The store.</param>
    /// <param name="path">The path in it.</param>
    /// <param name="make">Whether directories that are not there are made.</param>
    /// <exception cref="DirectoryNotFoundException">It is not there.</exception>
    /// <exception cref="SymbolicLinkException">It, or one above it, is a symbolic link and must not be one (<see cref="StorePaths.IsFreelyPlaced"/>).</exception>
    /// <exception cref="IOException">It cannot be held.</exception>
    public static HeldDirectory OpenParentOf(string root, string path, bool make = false)
    {
        var names = path.Split('/')[..^1];
        var free = Enumerable.Range(1, names.Length).TakeWhile(count => StorePaths.IsFreelyPlaced(string.Join('/', names[..count]))).LastOrDefault();
        var top = System.IO.Path.Combine([root, .. names[..free]]);
        if (make)
            Directory.CreateDirectory(top);
        var held = new HeldDirectory(Open(null, top, follows: true), top);
        for (var i = free; i < names.Length; i++)
        {
            using var above = held;
            held = above.Enter(names[i], string.Join('/', names[..(i + 1)]), make);
        }

        return held;
    }

    /// <summary>Holds a directory that lies in this one.</summary>
    /// <exception cref="DirectoryNotFoundException">It is not there.</exception>
    /// <exception cref="SymbolicLinkException">It is a symbolic link.</exception>
    /// <exception cref="IOException">It cannot be held.</exception>
    public HeldDirectory Enter(string name) => Enter(name, name, make: false);

    /// <summary>Deletes a directory that lies in this one, with all that is in it. Symbolic links are deleted, not followed.</summary>
    /// <exception cref="IOException">Something cannot be deleted.</exception>
    /// <exception cref="UnauthorizedAccessException">Something must not be deleted.</exception>
    public void DeleteTree(string name)
    {
        using (var tree = Enter(name))
        {
            while (tree.Empty(tree, MaxHeld))
                continue;
        }

        Directory.Delete(System.IO.Path.Combine(Place, name), recursive: false);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle?.Dispose();

    // Deletes what is in it; false where nothing is. What lies deeper than so many directories can be held is put directly into the tree,
    // and goes the next time.
    private bool Empty(HeldDirectory tree, int levels)
    {
        var isAny = false;
        foreach (var (name, isDirectory) in new FileSystemEnumerable<(string, bool)>(
            Place,
            (ref FileSystemEntry entry) => (entry.FileName.ToString(), (entry.Attributes & (FileAttributes.Directory | FileAttributes.ReparsePoint)) == FileAttributes.Directory),
            new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false }))
        {
            isAny = true;
            var place = System.IO.Path.Combine(Place, name);
            if (!isDirectory)
            {
                File.Delete(place);
            }
            else if (levels == 0 || (_handle is null && place.Length > StorePaths.MaxWritten))
            {
                FileRename.Rename(place, System.IO.Path.Combine(tree.Place, Guid.NewGuid().ToString()), isDirectory: true);
            }
            else
            {
                using (var inner = Enter(name))
                {
                    // Some file systems leave out names while others are deleted.
                    while (inner.Empty(tree, levels - 1))
                        continue;
                }

                Directory.Delete(place, recursive: false);
            }
        }

        return isAny;
    }

    private HeldDirectory Enter(string name, string path, bool make)
    {
        var place = System.IO.Path.Combine(Place, name);
        if (make && !System.IO.Path.Exists(place) && new FileInfo(place).LinkTarget is null)
            Directory.CreateDirectory(place);
        if (_handle is null && new FileInfo(place).LinkTarget is not null)
            throw new SymbolicLinkException(path);
        return new HeldDirectory(Open(this, name, follows: false, path), place);
    }

    // A process with capabilities of its program's file may not be let see its own places.
    private static (int Directory, int NotFollowed)? FindFlags()
    {
        (int Directory, int NotFollowed)? flags = !OperatingSystem.IsLinux() ? null : RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 or Architecture.X86 => (0x10000, 0x20000),
            Architecture.Arm64 or Architecture.Arm => (0x4000, 0x8000),
            _ => null,
        };
        if (flags is not var (directory, notFollowed))
            return null;
        using var root = new SafeFileHandle(openat(WorkingDirectory, "/", PathAlone | CloseOnExec | directory | notFollowed), ownsHandle: true);
        return !root.IsInvalid && Directory.Exists($"/proc/self/fd/{root.DangerousGetHandle()}/") ? flags : null;
    }

    // Null where nothing can be held.
    private static SafeFileHandle? Open(HeldDirectory? above, string name, bool follows, string? path = null)
    {
        if (s_flags is not var (directory, notFollowed))
        {
            return Directory.Exists(above is null ? name : System.IO.Path.Combine(above.Place, name)) ? null : throw new DirectoryNotFoundException($"'{path ?? name}' is not there.");
        }

        var handle = openat(above?._handle is { } held ? (int)held.DangerousGetHandle() : WorkingDirectory, name, PathAlone | CloseOnExec | directory | (follows ? 0 : notFollowed));
        if (handle >= 0)
            return new SafeFileHandle(handle, ownsHandle: true);
        var error = Marshal.GetLastPInvokeError();
        if (error is NotADirectory or TooManyLinks && above is not null && new FileInfo(System.IO.Path.Combine(above.Place, name)).LinkTarget is not null)
            throw new SymbolicLinkException(path ?? name);
        var reason = new System.ComponentModel.Win32Exception(error).Message;
        throw error is NotFound or NotADirectory ? new DirectoryNotFoundException(reason) : new IOException(reason, error);
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int openat(int directory, string path, int flags);
}
