using System.Text;

namespace RegistryCleaner.Store;

/// <summary>
/// Takes apart what <c>head -c N /dev/null FILE...</c> printed for files whose names and order are known.
/// </summary>
/// <remarks>
/// Before each file comes <c>\n==> NAME &lt;==\n</c>. A file that holds such lines itself can only make its own content come out
/// short or garbled; links are checked to be exactly a digest, manifests to have the digest under which they are stored, so that it
/// then counts as unreadable, never as something else.
/// </remarks>
internal static class HeadOutput
{
    public static Dictionary<string, ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> output, IReadOnlyList<string> names, string mark)
    {
        var order = new Dictionary<string, int>(names.Count, StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++)
            order[names[i]] = i;

        var batchStart = "==> /dev/null <==\n"u8;
        var batchEnd = Encoding.UTF8.GetBytes($"\n==> {mark} <==\n");
        var headerStart = "\n==> ./"u8;
        var headerEnd = " <==\n"u8;

        var contents = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        var position = 0;
        var next = 0;
        string? current = null;
        var contentStart = 0;
        var span = output.Span;
        while (position < span.Length)
        {
            if (current is null && span[position..].StartsWith(batchStart))
            {
                position += batchStart.Length;
                continue;
            }

            if (span[position..].StartsWith(batchEnd))
            {
                Close(position);
                position += batchEnd.Length;
                continue;
            }

            if (span[position..].StartsWith(headerStart) && NameAt(position + 5) is { } name && order.TryGetValue(name, out var index) && index >= next)
            {
                Close(position);
                current = name;
                next = index + 1;
                position += 5 + Encoding.UTF8.GetByteCount(name) + headerEnd.Length;
                contentStart = position;
                continue;
            }

            var skip = span[(position + 1)..].IndexOf((byte)'\n');
            position = skip < 0 ? span.Length : position + 1 + skip;
        }

        return contents;

        void Close(int end)
        {
            if (current is not null)
                contents[current] = output[contentStart..end];
            current = null;
        }

        string? NameAt(int start)
        {
            var rest = output.Span[start..];
            var length = rest.IndexOf(" <==\n"u8);
            return length < 0 ? null : Encoding.UTF8.GetString(rest[..length]);
        }
    }
}
