using RegistryCleaner.Hosts;

namespace RegistryCleaner.Store;

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
