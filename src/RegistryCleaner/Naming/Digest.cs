using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace RegistryCleaner.Naming;

/// <summary>
/// A content digest, <c>sha256:&lt;64 lower-case hexadecimal digits&gt;</c>; sha384 and sha512 are read too.
/// </summary>
/// <remarks>
/// What a registry stores is named by sha256: that digest is held as 32 bytes. The rule is that of opencontainers/go-digest: a
/// known algorithm, lower-case digits, exactly the algorithm's length.
/// </remarks>
public readonly struct Digest : IEquatable<Digest>, IComparable<Digest>
{
    private const string Sha256Prefix = "sha256:";

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    // Only for sha384 and sha512: the whole text.
    private readonly string? _other;

    private Digest(ReadOnlySpan<byte> sha256)
    {
        _a = BinaryPrimitives.ReadUInt64BigEndian(sha256);
        _b = BinaryPrimitives.ReadUInt64BigEndian(sha256[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(sha256[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(sha256[24..]);
    }

    private Digest(string other) => _other = other;

    /// <summary><c>sha256</c>, <c>sha384</c> or <c>sha512</c>.</summary>
    public string Algorithm => _other is null ? "sha256" : _other[.._other.IndexOf(':', StringComparison.Ordinal)];

    /// <summary>The digits alone, in lower case.</summary>
    public string Hex => _other is null ? Convert.ToHexStringLower(Bytes()) : _other[(_other.IndexOf(':', StringComparison.Ordinal) + 1)..];

    /// <summary>The digest's first twelve digits, for tables and logs.</summary>
    public string Abbreviated => $"{Algorithm}:{Hex[..12]}";

    /// <summary>The sha256 digest of <paramref name="content"/>.</summary>
    public static Digest OfContent(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return new Digest(hash);
    }

    /// <summary>Reads a digest.</summary>
    /// <exception cref="ReferenceFormatException">The text is not a digest.</exception>
    public static Digest Parse(string text) =>
        TryParse(text, out var digest, out var reason) ? digest : throw new ReferenceFormatException(text, reason);

    /// <summary>Reads a digest, or tells what is wrong with it.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest, [NotNullWhen(false)] out string? reason)
    {
        digest = default;
        reason = Check(text);
        if (reason is not null)
            return false;

        if (!text!.StartsWith(Sha256Prefix, StringComparison.Ordinal))
        {
            digest = new Digest(text);
            return true;
        }

        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        Convert.FromHexString(text.AsSpan(Sha256Prefix.Length), bytes, out _, out _);
        digest = new Digest(bytes);
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(Digest other) =>
        _a == other._a && _b == other._b && _c == other._c && _d == other._d && string.Equals(_other, other._other, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Digest other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _other is null ? _a.GetHashCode() : _other.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public int CompareTo(Digest other) => string.CompareOrdinal(ToString(), other.ToString());

    /// <inheritdoc/>
    public override string ToString() => _other ?? Sha256Prefix + Hex;

    /// <summary>Whether both are the same digest.</summary>
    public static bool operator ==(Digest left, Digest right) => left.Equals(right);

    /// <summary>Whether the two are different digests.</summary>
    public static bool operator !=(Digest left, Digest right) => !left.Equals(right);

    /// <summary>The order of the texts.</summary>
    public static bool operator <(Digest left, Digest right) => left.CompareTo(right) < 0;

    /// <summary>The order of the texts.</summary>
    public static bool operator >(Digest left, Digest right) => left.CompareTo(right) > 0;

    /// <summary>The order of the texts.</summary>
    public static bool operator <=(Digest left, Digest right) => left.CompareTo(right) <= 0;

    /// <summary>The order of the texts.</summary>
    public static bool operator >=(Digest left, Digest right) => left.CompareTo(right) >= 0;

    private static string? Check(string? text)
    {
        var colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (colon <= 0)
            return "the digest has no algorithm; it must look like sha256:<64 hexadecimal digits>";

        var algorithm = text.AsSpan(0, colon);
        var digits = algorithm switch
        {
            "sha256" => 64,
            "sha384" => 96,
            "sha512" => 128,
            _ => 0,
        };
        if (digits == 0)
            return $"the digest's algorithm '{ReferenceFormatException.Shown(algorithm.ToString())}' is not supported; only sha256, sha384 and sha512 are";

        var hex = text.AsSpan(colon + 1);
        if (hex.Length != digits)
            return $"the digest has {hex.Length} digits; {algorithm} has {digits}";
        foreach (var c in hex)
        {
            if (!char.IsAsciiHexDigitLower(c))
                return $"the digest has {Grammar.Named(c)}; only 0-9 and a-f are allowed";
        }

        return null;
    }

    private byte[] Bytes()
    {
        var bytes = new byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, _a);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), _b);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(16), _c);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(24), _d);
        return bytes;
    }
}
