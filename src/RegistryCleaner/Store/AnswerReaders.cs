namespace RegistryCleaner.Store;

/// <summary>Takes what a command prints, piece by piece, as it comes.</summary>
internal interface IAnswerReader
{
    /// <summary>Takes the next piece. What the reader cannot use before more comes is given to it again, with more behind it.</summary>
    /// <param name="output">What is left of earlier pieces, and the new one.</param>
    /// <param name="isEnd">Whether nothing more comes.</param>
    /// <returns>How much was used.</returns>
    int Read(ReadOnlySpan<byte> output, bool isEnd);
}

/// <summary>Cuts output into records, each ended by the same bytes.</summary>
internal sealed class RecordReader(byte[] ending, Action<ReadOnlySpan<byte>> onRecord) : IAnswerReader
{
    private int _searched;

    public int Read(ReadOnlySpan<byte> output, bool isEnd)
    {
        var start = 0;
        var position = _searched;
        while (output[position..].IndexOf(ending) is var found and >= 0)
        {
            onRecord(output[start..(position + found)]);
            start = position = position + found + ending.Length;
        }

        if (isEnd && start < output.Length)
        {
            onRecord(output[start..]);
            start = output.Length;
        }

        // What was looked through is not looked through again when the rest of a long record comes.
        _searched = Math.Max(0, output.Length - start - ending.Length + 1);
        return start;
    }
}

/// <summary>Keeps everything.</summary>
internal sealed class WholeReader : IAnswerReader
{
    public byte[] Output { get; private set; } = [];

    public int Read(ReadOnlySpan<byte> output, bool isEnd)
    {
        if (!isEnd)
            return 0;
        Output = output.ToArray();
        return output.Length;
    }
}

/// <summary>
/// Feeds a reader from a stream, all but the mark at its end, which tells an answer that is whole from one that broke off.
/// </summary>
internal sealed class AnswerPump(IAnswerReader reader, byte[] end)
{
    private byte[] _buffer = new byte[64 << 10];
    private int _length;

    /// <summary>Whether the mark was at the end.</summary>
    public bool IsWhole { get; private set; }

    public async Task ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        int read;
        while ((read = await stream.ReadAsync(_buffer.AsMemory(_length), cancellationToken)) > 0)
        {
            _length += read;
            Feed(Math.Max(0, _length - end.Length), isEnd: false);
            if (_length == _buffer.Length)
                Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        IsWhole = _buffer.AsSpan(0, _length).EndsWith(end);
        if (IsWhole)
            Feed(_length - end.Length, isEnd: true);
    }

    private void Feed(int length, bool isEnd)
    {
        var used = reader.Read(_buffer.AsSpan(0, length), isEnd);
        _buffer.AsSpan(used, _length - used).CopyTo(_buffer);
        _length -= used;
    }
}
