using System.Text;

namespace RegistryCleaner.Hosts;

/// <summary>Takes what a command prints, piece by piece, as it comes.</summary>
internal interface IAnswerReader
{
    /// <summary>Takes the next piece. What the reader cannot use before more comes is given to it again, with more behind it.</summary>
    /// <param name="output">What is left of earlier pieces, and the new one.</param>
    /// <param name="isEnd">Whether nothing more comes.</param>
    /// <returns>How much was used.</returns>
    int Read(ReadOnlySpan<byte> output, bool isEnd);
}

/// <summary>Feeds a reader from a stream, up to the mark that tells an answer that is whole from one that broke off.</summary>
internal sealed class MarkedAnswer(IAnswerReader reader, string mark)
{
    private readonly byte[] _mark = Encoding.ASCII.GetBytes(mark);
    private byte[] _buffer = new byte[64 << 10];
    private int _length;

    /// <summary>What stands behind the mark in its line; null where there was none.</summary>
    public string? Rest { get; private set; }

    public async Task ReadAsync(Stream stream)
    {
        int read;
        while ((read = await stream.ReadAsync(_buffer.AsMemory(_length))) > 0)
        {
            _length += read;
            // What came before was looked through then, but for what may be the beginning of the mark.
            if (await TryEndAsync(stream, Math.Max(0, _length - read - _mark.Length + 1)))
                return;
            Feed(Math.Max(0, _length - _mark.Length + 1), isEnd: false);
            if (_length == _buffer.Length)
                Array.Resize(ref _buffer, _buffer.Length * 2);
        }
    }

    private async Task<bool> TryEndAsync(Stream stream, int from)
    {
        var found = _buffer.AsSpan(from, _length - from).IndexOf(_mark);
        if (found < 0)
            return false;
        var start = from + found + _mark.Length;
        int end;
        while ((end = _buffer.AsSpan(start, _length - start).IndexOf((byte)'\n')) < 0)
        {
            if (_length == _buffer.Length)
                Array.Resize(ref _buffer, _buffer.Length * 2);
            var read = await stream.ReadAsync(_buffer.AsMemory(_length));
            if (read == 0)
                return true;
            _length += read;
        }

        var rest = Encoding.ASCII.GetString(_buffer, start, end);
        Feed(from + found, isEnd: true);
        Rest = rest;
        return true;
    }

    private void Feed(int length, bool isEnd)
    {
        var used = reader.Read(_buffer.AsSpan(0, length), isEnd);
        _buffer.AsSpan(used, _length - used).CopyTo(_buffer);
        _length -= used;
    }
}

/// <summary>Text from a stream, up to a mark.</summary>
internal sealed class MarkedText(string mark)
{
    private readonly StringBuilder _text = new();
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    /// <summary>Whether the mark came.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>What came before it.</summary>
    public string Text => _text.ToString();

    public async Task ReadAsync(Stream stream)
    {
        var bytes = new byte[4096];
        var characters = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
        int read;
        while (!IsWhole && (read = await stream.ReadAsync(bytes)) > 0)
        {
            var from = Math.Max(0, _text.Length - mark.Length + 1);
            _text.Append(characters, 0, _decoder.GetChars(bytes, 0, read, characters, 0));
            var found = _text.ToString(from, _text.Length - from).IndexOf(mark, StringComparison.Ordinal);
            if (found < 0)
                continue;
            _text.Length = from + found;
            IsWhole = true;
        }
    }
}
