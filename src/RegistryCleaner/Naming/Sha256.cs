using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace RegistryCleaner.Naming;

/// <summary>The 32 bytes of a sha256 digest, as a value: a large store has millions of them. Its order is that of the digits.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct Sha256(ulong A, ulong B, ulong C, ulong D) : IComparable<Sha256>, ISpanFormattable
{
    public const int HexLength = 64;

    public byte FirstByte => (byte)(A >> 56);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, stackalloc char[HexLength], $"{A:x16}{B:x16}{C:x16}{D:x16}");

    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        destination.TryWrite(CultureInfo.InvariantCulture, $"{A:x16}{B:x16}{C:x16}{D:x16}", out charsWritten);

    public static Sha256 OfContent(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return OfBytes(hash);
    }

    /// <summary>Reads 64 lower-case hexadecimal digits, and nothing else.</summary>
    public static bool TryParseHex(ReadOnlySpan<char> hex, out Sha256 value)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        var isRead = hex.Length == HexLength && !hex.ContainsAnyInRange('A', 'F') && Convert.FromHexString(hex, bytes, out _, out _) == OperationStatus.Done;
        value = isRead ? OfBytes(bytes) : default;
        return isRead;
    }

    public int CompareTo(Sha256 other)
    {
        var order = A.CompareTo(other.A);
        if (order == 0)
            order = B.CompareTo(other.B);
        if (order == 0)
            order = C.CompareTo(other.C);
        return order == 0 ? D.CompareTo(other.D) : order;
    }

    // The digits of a cryptographic hash are as good as any other hash of them.
    public override int GetHashCode() => (int)A;

    private static Sha256 OfBytes(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64BigEndian(bytes),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]));
}
