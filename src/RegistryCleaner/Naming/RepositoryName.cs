using System.Diagnostics.CodeAnalysis;

namespace RegistryCleaner.Naming;

/// <summary>
/// The name of a repository as the registry stores it: <c>team/app</c>.
/// </summary>
/// <remarks>
/// The grammar is that of distribution/reference. The registry takes a first component that could be a host, such as
/// <c>Foo</c> in <c>Foo/bar</c>, for a domain, and so allows capitals there. A name with a port or an address in brackets can
/// be written in a reference but not stored (the file system driver refuses ':' and '['): it is no repository name here.
/// </remarks>
public sealed class RepositoryName : IEquatable<RepositoryName>, IComparable<RepositoryName>
{
    /// <summary>The most characters that a name may have; registry 3.x does not count a leading domain, 2.x does.</summary>
    public const int MaxLength = 255;

    private RepositoryName(string value) => Value = value;

    /// <summary>The name as text, components separated by '/'.</summary>
    public string Value { get; }

    /// <summary>Whether a 2.x registry accepts the name, which counts a leading domain toward <see cref="MaxLength"/>.</summary>
    public bool FitsVersion2 => Value.Length <= MaxLength;

    /// <summary>Reads a name.</summary>
    /// <exception cref="ReferenceFormatException">The text is not a repository name.</exception>
    public static RepositoryName Parse(string text) =>
        TryParse(text, out var name, out var reason) ? name : throw new ReferenceFormatException(text, reason);

    /// <summary>Reads a name, or tells which part of it is wrong and why.</summary>
    public static bool TryParse(
        [NotNullWhen(true)] string? text,
        [NotNullWhen(true)] out RepositoryName? name,
        [NotNullWhen(false)] out string? reason)
    {
        name = null;
        reason = Check(text ?? "", storable: true);
        if (reason is not null)
            return false;
        name = new RepositoryName(text!);
        return true;
    }

    /// <summary>
    /// Checks the whole <c>(domain "/")? remote-name</c>. With <paramref name="storable"/> a domain may have neither port nor brackets.
    /// </summary>
    internal static string? Check(string text, bool storable)
    {
        if (text.Length == 0)
            return "the repository name is empty";

        var remote = text.AsSpan();
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
        {
            var first = text.AsSpan(0, slash);
            var domainReason = Grammar.CheckDomain(first);
            if (domainReason is null)
            {
                if (storable && first.ContainsAny(':', '['))
                    return $"'{first}' is a host with a port, which no registry can store as part of a repository's name";
                remote = text.AsSpan(slash + 1);
            }
            else if (first.ContainsAny(':', '['))
            {
                return domainReason;
            }
        }

        foreach (var range in remote.Split('/'))
        {
            if (Grammar.CheckPathComponent(remote[range]) is { } reason)
                return reason;
        }

        return remote.Length > MaxLength
            ? $"the repository name is {remote.Length} characters long (a leading host not counted); at most {MaxLength} are allowed"
            : null;
    }

    /// <inheritdoc/>
    public bool Equals(RepositoryName? other) => other is not null && string.Equals(Value, other.Value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as RepositoryName);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public int CompareTo(RepositoryName? other) => string.CompareOrdinal(Value, other?.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;

    /// <summary>Whether both are the same name.</summary>
    public static bool operator ==(RepositoryName? left, RepositoryName? right) => Equals(left, right);

    /// <summary>Whether the two are different names.</summary>
    public static bool operator !=(RepositoryName? left, RepositoryName? right) => !Equals(left, right);

    /// <summary>Ordinal order.</summary>
    public static bool operator <(RepositoryName left, RepositoryName right) => left.CompareTo(right) < 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >(RepositoryName left, RepositoryName right) => left.CompareTo(right) > 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator <=(RepositoryName left, RepositoryName right) => left.CompareTo(right) <= 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >=(RepositoryName left, RepositoryName right) => left.CompareTo(right) >= 0;
}
