using RegistryCleaner.Naming;

namespace RegistryCleaner.Marking;

/// <summary>
/// Digests in pieces of a few kilobytes: a list that grows into ever larger arrays leaves as much garbage as it holds, and the runtime
/// frees large arrays late.
/// </summary>
internal sealed class DigestList
{
    private const int Bits = 7;
    private const int PieceLength = 1 << Bits;

    private readonly List<Sha256[]> _pieces = [];

    public int Count { get; private set; }

    public Sha256 this[int index] => _pieces[index >> Bits][index & (PieceLength - 1)];

    public void Add(Sha256 sha256)
    {
        if (Count == _pieces.Count << Bits)
            _pieces.Add(new Sha256[PieceLength]);
        _pieces[Count >> Bits][Count & (PieceLength - 1)] = sha256;
        Count++;
    }

    /// <summary>Sorts, and leaves each digest once.</summary>
    /// <param name="buffer">Grows as needed, and can be used again.</param>
    public void Sort(ref Sha256[] buffer)
    {
        if (buffer.Length < Count)
            buffer = new Sha256[Count * 2];
        var sorted = buffer.AsSpan(0, Count);
        for (var i = 0; i < Count; i++)
            sorted[i] = this[i];
        sorted.Sort();

        Count = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            if (i == 0 || sorted[i] != sorted[i - 1])
                Add(sorted[i]);
        }
    }

    /// <summary>The place of a digest in a sorted list, or -1.</summary>
    public int Find(Sha256 sha256)
    {
        var (low, high) = (0, Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = this[middle].CompareTo(sha256);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return -1;
    }
}
