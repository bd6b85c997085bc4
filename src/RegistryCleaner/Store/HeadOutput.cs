using System.Text;
using RegistryCleaner.Hosts;

namespace RegistryCleaner.Store;

/// <summary>
/// Takes apart what <c>head -c N /dev/null FILE...</c> prints for files whose names and order are known.
/// </summary>
/// <remarks>
/// Before each file comes <c>\n==> NAME &lt;==\n</c>. A file that holds such lines itself can only make its own content come out
/// short or garbled; links are checked to be exactly a digest, manifests to have the digest under which they are stored, so that it
/// then counts as unreadable, never as something else.
/// </remarks>
internal sealed class HeadOutput : IAnswerReader
{
    // Components of a path have 255 bytes at most, paths that are read here a few of them.
    private const int MaxHeader = 8192;

    private static ReadOnlySpan<byte> BatchStart => "==> /dev/null <==\n"u8;

    private static ReadOnlySpan<byte> HeaderStart => "\n==> ./"u8;

    private static ReadOnlySpan<byte> HeaderEnd => " <==\n"u8;

    private readonly Dictionary<string, int> _order;
    private readonly byte[] _batchEnd;
    private readonly Action<int, ReadOnlySpan<byte>> _onContent;
    private int _current = -1;
    private int _next;
    private int _searched;

    /// <param name="names">The files, in the order in which head was given them, without the leading <c>./</c>.</param>
    /// <param name="mark">What is printed as the name behind each batch.</param>
    /// <param name="onContent">Takes the index of a file and its content.</param>
    public HeadOutput(IReadOnlyList<string> names, string mark, Action<int, ReadOnlySpan<byte>> onContent)
    {
        _order = new Dictionary<string, int>(names.Count, StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++)
            _order[names[i]] = i;
        _batchEnd = Encoding.UTF8.GetBytes($"\n==> {mark} <==\n");
        _onContent = onContent;
    }

    // What is used of the output ends where the current file's content begins.
    public int Read(ReadOnlySpan<byte> output, bool isEnd)
    {
        var contentStart = 0;
        var position = _searched;
        while (position < output.Length && (isEnd || output.Length - position > MaxHeader))
        {
            var rest = output[position..];
            if (_current < 0 && rest.StartsWith(BatchStart))
            {
                position += BatchStart.Length;
            }
            else if (rest.StartsWith(_batchEnd))
            {
                Close(output[contentStart..position]);
                position += _batchEnd.Length;
                contentStart = position;
            }
            else if (HeaderAt(rest, out var length) is { } index)
            {
                Close(output[contentStart..position]);
                _current = index;
                _next = index + 1;
                position += length;
                contentStart = position;
            }
            else
            {
                var skip = rest[1..].IndexOf((byte)'\n');
                position += skip < 0 ? rest.Length : skip + 1;
            }
        }

        // Between batches there is no content to be kept.
        var used = _current < 0 ? position : contentStart;
        _searched = position - used;
        return used;
    }

    private int? HeaderAt(ReadOnlySpan<byte> rest, out int length)
    {
        length = 0;
        if (!rest.StartsWith(HeaderStart))
            return null;
        var name = rest[HeaderStart.Length..];
        var nameLength = name.IndexOf(HeaderEnd);
        if (nameLength < 0 || nameLength > MaxHeader)
            return null;
        length = HeaderStart.Length + nameLength + HeaderEnd.Length;
        return _order.TryGetValue(Encoding.UTF8.GetString(name[..nameLength]), out var index) && index >= _next ? index : null;
    }

    private void Close(ReadOnlySpan<byte> content)
    {
        if (_current >= 0)
            _onContent(_current, content);
        _current = -1;
    }
}
