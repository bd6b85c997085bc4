using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace RegistryCleaner.Naming;

/// <summary>The 32 bytes of a sha256 digest, as a value: a large store has millions of them. Its order is that of the digits.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct Sha256(ulong A, ulong B, ulong C, ulong D) : IComparable<Sha256>
{
    public const int HexLength = 64;

    public byte FirstByte => (byte)(A >> 56);

    public string Hex => string.Create(CultureInfo.InvariantCulture, stackalloc char[HexLength], $"{A:x16}{B:x16}{C:x16}{D:x16}");

    public static Sha256 OfContent(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return new Sha256(
            BinaryPrimitives.ReadUInt64BigEndian(hash),
            BinaryPrimitives.ReadUInt64BigEndian(hash[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(hash[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(hash[24..]));
    }

    /// <summary>Reads 64 lower-case hexadecimal digits, and nothing else.</summary>
    public static bool TryParseHex(ReadOnlySpan<char> hex, out Sha256 value)
    {
        value = default;
        if (hex.Length != HexLength || !TryRead(hex, out var a) || !TryRead(hex[16..], out var b) || !TryRead(hex[32..], out var c) || !TryRead(hex[48..], out var d))
            return false;
        value = new Sha256(a, b, c, d);
        return true;
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

    private static bool TryRead(ReadOnlySpan<char> hex, out ulong value)
    {
        value = 0;
        foreach (var c in hex[..16])
        {
            var digit = c is >= '0' and <= '9' ? c - '0' : c is >= 'a' and <= 'f' ? c - 'a' + 10 : -1;
            if (digit < 0)
                return false;
            value = (value << 4) | (uint)digit;
        }

        return true;
    }
}
