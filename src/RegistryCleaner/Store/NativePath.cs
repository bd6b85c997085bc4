using System.Text;

namespace RegistryCleaner.Store;

/// <summary>Paths as the system takes them: UTF-8 with a zero at the end, made where they are needed and not on the heap.</summary>
internal static class NativePath
{
    /// <summary>The length of a buffer, in bytes, that nearly all paths of a store fit into.</summary>
    public const int Usual = 1024;

    /// <summary>A path below a directory.</summary>
    /// <param name="root">The directory.</param>
    /// <param name="path">The path in it; empty for the directory itself.</param>
    /// <param name="buffer">Where it is put if there is room.</param>
    public static ReadOnlySpan<byte> Encode(string root, string path, Span<byte> buffer)
    {
        if (buffer.Length < Encoding.UTF8.GetMaxByteCount(root.Length + path.Length) + 2)
            buffer = new byte[Encoding.UTF8.GetMaxByteCount(root.Length + path.Length) + 2];
        var length = Encoding.UTF8.GetBytes(root, buffer);
        if (path.Length > 0)
        {
            buffer[length++] = (byte)'/';
            length += Encoding.UTF8.GetBytes(path, buffer[length..]);
        }

        buffer[length++] = 0;
        return buffer[..length];
    }
}
