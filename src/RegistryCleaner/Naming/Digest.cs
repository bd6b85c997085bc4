using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace RegistryCleaner.Naming;

/// <summary>
/// A content digest, <c>sha256:&lt;64 lower-case hexadecimal digits&gt;</c>; sha384 and sha512 are read too.
/// </summary>
/// <remarks>
/// What a registry stores is named by sha256: that digest is held as 32 bytes. The rule is that of opencontainers/go-digest: a
/// known algorithm, lower-case digits, exactly the algorithm's length.
/// </remarks>
public readonly struct Digest : IEquatable<Digest>, IComparable<Digest>, ISpanFormattable
{
    private const string Sha256Prefix = "sha256:";

    private readonly Sha256 _sha256;

    // Only for sha384 and sha512: the whole text.
    private readonly string? _other;

    internal Digest(Sha256 sha256) => _sha256 = sha256;

    private Digest(string other) => _other = other;

    /// <summary>The algorithms besides the one by which everything is stored.</summary>
    internal static IReadOnlyList<string> OtherAlgorithms { get; } = ["sha384", "sha512"];

    /// <summary><c>sha256</c>, <c>sha384</c> or <c>sha512</c>.</summary>
    public string Algorithm => _other is null ? "sha256" : _other[.._other.IndexOf(':', StringComparison.Ordinal)];

    /// <summary>The digits alone, in lower case.</summary>
    public string Hex => _other is null ? _sha256.ToString() : _other[(_other.IndexOf(':', StringComparison.Ordinal) + 1)..];

    /// <summary>The 32 bytes of a sha256 digest; null for another algorithm's.</summary>
    internal Sha256? Sha256 => _other is null ? _sha256 : null;

    /// <summary>The digest's first twelve digits, for tables and logs.</summary>
    public string Abbreviated => $"{Algorithm}:{Hex[..12]}";

    /// <summary>The sha256 digest of <paramref name="content"/>.</summary>
    public static Digest OfContent(ReadOnlySpan<byte> content) => new(Naming.Sha256.OfContent(content));

    /// <summary>Reads a digest.</summary>
    /// <exception cref="ReferenceFormatException">The text is not a digest.</exception>
    public static Digest Parse(string text) =>
        TryParse(text, out var digest, out var reason) ? digest : throw new ReferenceFormatException(text, reason);

    /// <summary>Reads a digest, or tells what is wrong with it.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest, [NotNullWhen(false)] out string? reason)
    {
        reason = null;
        if (text?.StartsWith(Sha256Prefix, StringComparison.Ordinal) == true && Naming.Sha256.TryParseHex(text.AsSpan(Sha256Prefix.Length), out var sha256))
        {
            digest = new Digest(sha256);
            return true;
        }

        reason = Check(text);
        digest = reason is null ? new Digest(text!) : default;
        return reason is null;
    }

    /// <summary>Reads the digits of a sha256 digest.</summary>
    internal static bool TryParseHex(ReadOnlySpan<char> hex, out Digest digest)
    {
        var isRead = Naming.Sha256.TryParseHex(hex, out var sha256);
        digest = new Digest(sha256);
        return isRead;
    }

    /// <summary>Reads a digest as it stands in a link: UTF-8, nothing around it.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> utf8, out Digest digest, [NotNullWhen(false)] out string? reason)
    {
        Span<char> text = stackalloc char[Sha256Prefix.Length + Naming.Sha256.HexLength];
        if (utf8.Length == text.Length && Ascii.ToUtf16(utf8, text, out _) == OperationStatus.Done
            && text.StartsWith(Sha256Prefix) && Naming.Sha256.TryParseHex(text[Sha256Prefix.Length..], out var sha256))
        {
            digest = new Digest(sha256);
            reason = null;
            return true;
        }

        return TryParse(Encoding.UTF8.GetString(utf8), out digest, out reason);
    }

    /// <inheritdoc/>
    public bool Equals(Digest other) =>
        _sha256 == other._sha256 && string.Equals(_other, other._other, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Digest other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _other is null ? _sha256.GetHashCode() : _other.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public int CompareTo(Digest other) => _other is null && other._other is null
        ? _sha256.CompareTo(other._sha256)
        : string.CompareOrdinal(ToString(), other.ToString());

    /// <inheritdoc/>
    public override string ToString() => _other ?? $"{Sha256Prefix}{_sha256}";

    /// <summary>The digest as text, or some of its digits.</summary>
    /// <param name="format">Null or empty for all, <c>x</c> for the digits alone, <c>x2</c> for the first two of them.</param>
    /// <param name="formatProvider">Not used.</param>
    /// <exception cref="FormatException">There is no such format.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider) => format switch
    {
        null or "" => ToString(),
        "x" => Hex,
        "x2" => Hex[..2],
        _ => throw new FormatException($"A digest has no format '{format}'."),
    };

    /// <summary>Writes what <see cref="ToString(string?, IFormatProvider?)"/> gives, without making a string of it.</summary>
    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        if (_other is not null || format is not ("" or "x" or "x2"))
            return destination.TryWrite($"{ToString(format.ToString(), provider)}", out charsWritten);
        return format switch
        {
            "x" => destination.TryWrite($"{_sha256}", out charsWritten),
            "x2" => destination.TryWrite($"{_sha256.FirstByte:x2}", out charsWritten),
            _ => destination.TryWrite($"{Sha256Prefix}{_sha256}", out charsWritten),
        };
    }

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
}
