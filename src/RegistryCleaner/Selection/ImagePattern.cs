using System.Diagnostics.CodeAnalysis;
using System.IO.Enumeration;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Selection;

/// <summary>
/// What stands for any number of images: <c>team/*:pr-*</c>, <c>team/**</c>, <c>:stable</c>, <c>repo@digest</c>. A name without a
/// wildcard is a pattern that one image fits.
/// </summary>
/// <remarks>
/// <c>*</c> stands for any characters of a tag or of one component of a name, <c>?</c> for one, <c>**</c> as a component for any number of
/// components, at the end for at least one (the framework's <see cref="FileSystemName.MatchesSimpleExpression"/>, component by component; upper and lower case differ).
/// </remarks>
internal sealed record ImagePattern
{
    private const string AnyDepth = "**";

    private readonly string[] _components;

    private ImagePattern(string text, string? host, string repository, string? tag, Digest? digest)
    {
        Text = text;
        Host = host;
        Repository = repository;
        Tag = tag;
        Digest = digest;
        _components = repository.Split('/');
    }

    /// <summary>The pattern as it was written.</summary>
    public string Text { get; }

    /// <summary>The registry's host, where the first component can be nothing else; otherwise null.</summary>
    public string? Host { get; }

    /// <summary>What fits the repository's name.</summary>
    public string Repository { get; }

    /// <summary>What fits the tag; null where the pattern is about whole repositories.</summary>
    public string? Tag { get; }

    /// <summary>The digest that is meant, under any tag of the repository; null for all.</summary>
    public Digest? Digest { get; }

    /// <summary>The repository, where it is named and not only described.</summary>
    public RepositoryName? ExactRepository => HasWildcard(Repository) ? null : RepositoryName.Parse(Repository);

    /// <summary>Whether one tag of one repository is named.</summary>
    public bool IsExact => ExactRepository is not null && Tag is not null && !HasWildcard(Tag);

    /// <summary>Whether a text has a wildcard.</summary>
    public static bool HasWildcard(string text) => text.AsSpan().ContainsAny('*', '?');

    /// <summary>Reads a pattern, or tells what is wrong with it.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="pattern">The pattern that was read.</param>
    /// <param name="reason">Why it is none.</param>
    /// <param name="selects">Whether it says what may go: then it has a repository, for <c>:tag</c> is what an empty variable in front of the tag leaves.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ImagePattern? pattern, [NotNullWhen(false)] out string? reason, bool selects = false)
    {
        pattern = null;
        // What stands for a wildcard while the rest is held against the grammar: it may stand wherever a letter may.
        var plain = (text.StartsWith(':') || text.StartsWith('@') ? "**" + text : text).Replace("**", "*", StringComparison.Ordinal);
        if (!ImageSelector.TryParse(plain.Replace('*', 'x').Replace('?', 'x'), out var shape, out reason))
            return false;
        if (selects && text.StartsWith(':'))
        {
            reason = $"no repository is named; if the tags of every repository are meant, write '{AnyDepth}{ReferenceFormatException.Shown(text)}'";
            return false;
        }

        var written = text.StartsWith(':') || text.StartsWith('@') ? AnyDepth + text : text;
        var rest = shape.Digest is null ? written : written[..written.IndexOf('@', StringComparison.Ordinal)];
        string? tag = null;
        if (shape.Tag is not null)
        {
            var colon = rest.LastIndexOf(':');
            (rest, tag) = (rest[..colon], rest[(colon + 1)..]);
        }

        if (shape.Host is not null)
        {
            if (HasWildcard(rest[..rest.IndexOf('/', StringComparison.Ordinal)]))
            {
                reason = "a host cannot have a wildcard";
                return false;
            }

            rest = rest[shape.Host.Length..].TrimStart('/');
        }

        if (rest.Split('/').Any(component => component.Contains(AnyDepth, StringComparison.Ordinal) && component != AnyDepth))
        {
            reason = "'**' stands for whole components of a repository's name, such as team/**";
            return false;
        }

        pattern = new ImagePattern(text, shape.Host, rest, tag, shape.Digest);
        return true;
    }

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="ReferenceFormatException">The text is none.</exception>
    public static ImagePattern Parse(string text) => TryParse(text, out var pattern, out var reason) ? pattern : throw new ReferenceFormatException(text, reason);

    /// <summary>Reads patterns.</summary>
    /// <param name="texts">The patterns.</param>
    /// <param name="problem">What is said of one that is none, before the reason.</param>
    /// <param name="selects">Whether they say what may go.</param>
    /// <exception cref="CleanerException">One or more are none; all of these are named.</exception>
    public static List<ImagePattern> ParseAll(IEnumerable<string> texts, string problem, bool selects)
    {
        var patterns = new List<ImagePattern>();
        var reasons = new List<string>();
        foreach (var text in texts)
        {
            if (TryParse(text, out var pattern, out var reason, selects))
                patterns.Add(pattern);
            else
                reasons.Add($"'{ReferenceFormatException.Shown(text)}' {problem}: {reason}.");
        }

        return reasons.Count == 0 ? patterns : throw new CleanerException(ExitCode.BadInput, reasons);
    }

    /// <summary>Whether the pattern is about tags of the repository.</summary>
    public bool Fits(RepositoryName repository) =>
        HasWildcard(Repository) ? Fits(repository.Value.Split('/'), _components, isWide: false) : repository.Value == Repository;

    /// <summary>Whether what the pattern protects may be in the repository: <c>team/**</c> protects <c>team</c>, too, for who writes it may mean all of the team's.</summary>
    public bool Protects(RepositoryName repository) =>
        HasWildcard(Repository) ? Fits(repository.Value.Split('/'), _components, isWide: true) : Fits(repository);

    /// <summary>Whether the pattern is about the tag, in a repository that fits.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="digest">Where it points; null where that is not known.</param>
    public bool Fits(Tag tag, Digest? digest) =>
        (Tag is null || FileSystemName.MatchesSimpleExpression(Tag, tag.Value, ignoreCase: false)) && (Digest is null || Digest == digest);

    /// <summary>The same pattern with its first component read as the registry's host, if it has a second one; else null.</summary>
    public ImagePattern? WithFirstComponentAsHost() => Host is null && _components.Length > 1 && !HasWildcard(_components[0])
        ? new ImagePattern(Text, _components[0], Repository[(_components[0].Length + 1)..], Tag, Digest)
        : null;

    /// <summary>The pattern without a first component that can only be a host's name, such as <c>registry.example.com</c>; null where there is none.</summary>
    public ImagePattern? WithoutHostName() => WithFirstComponentAsHost() is { } other && (_components[0].Contains('.', StringComparison.Ordinal) || _components[0] == "localhost")
        ? new ImagePattern(Text, null, other.Repository, Tag, Digest)
        : null;

    /// <inheritdoc/>
    public override string ToString() => Repository + (Tag is null ? "" : $":{Tag}") + (Digest is null ? "" : $"@{Digest}");

    // What is below something is not that itself, unless it is taken widely.
    private static bool Fits(ReadOnlySpan<string> name, ReadOnlySpan<string> pattern, bool isWide)
    {
        if (pattern.IsEmpty)
            return name.IsEmpty;
        if (pattern is [AnyDepth])
            return isWide || !name.IsEmpty;
        if (pattern[0] == AnyDepth)
            return Fits(name, pattern[1..], isWide) || (!name.IsEmpty && Fits(name[1..], pattern, isWide));
        return !name.IsEmpty && FileSystemName.MatchesSimpleExpression(pattern[0], name[0], ignoreCase: false) && Fits(name[1..], pattern[1..], isWide);
    }
}
