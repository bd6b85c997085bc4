using System.Diagnostics.CodeAnalysis;

namespace RegistryCleaner.Naming;

/// <summary>A tag: 1 to 128 characters, <c>[A-Za-z0-9_][A-Za-z0-9_.-]*</c>, case-sensitive.</summary>
public sealed class Tag : IEquatable<Tag>, IComparable<Tag>
{
    /// <summary>The most characters that a tag may have.</summary>
    public const int MaxLength = 128;

    private Tag(string value) => Value = value;

    /// <summary>The tag as text.</summary>
    public string Value { get; }

    /// <summary>Reads a tag.</summary>
    /// <exception cref="ReferenceFormatException">The text is not a tag.</exception>
    public static Tag Parse(string text) =>
        TryParse(text, out var tag, out var reason) ? tag : throw new ReferenceFormatException(text, reason);

    /// <summary>Reads a tag, or tells what is wrong with it.</summary>
    public static bool TryParse(
        [NotNullWhen(true)] string? text,
        [NotNullWhen(true)] out Tag? tag,
        [NotNullWhen(false)] out string? reason)
    {
        reason = Grammar.CheckTag(text);
        tag = reason is null ? new Tag(text!) : null;
        return tag is not null;
    }

    /// <inheritdoc/>
    public bool Equals(Tag? other) => other is not null && string.Equals(Value, other.Value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Tag);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public int CompareTo(Tag? other) => string.CompareOrdinal(Value, other?.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;

    /// <summary>Whether both are the same tag.</summary>
    public static bool operator ==(Tag? left, Tag? right) => Equals(left, right);

    /// <summary>Whether the two are different tags.</summary>
    public static bool operator !=(Tag? left, Tag? right) => !Equals(left, right);

    /// <summary>Ordinal order.</summary>
    public static bool operator <(Tag left, Tag right) => left.CompareTo(right) < 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >(Tag left, Tag right) => left.CompareTo(right) > 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator <=(Tag left, Tag right) => left.CompareTo(right) <= 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >=(Tag left, Tag right) => left.CompareTo(right) >= 0;
}
