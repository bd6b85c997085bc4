using System.Diagnostics.CodeAnalysis;

namespace RegistryCleaner.Naming;

/// <summary>
/// What a user names for removal: <c>repo</c>, <c>repo:tag</c>, <c>repo@digest</c> or <c>repo:tag@digest</c>, each with
/// an optional <c>host[:port]/</c> in front.
/// </summary>
public sealed record ImageSelector
{
    private ImageSelector(string text, string? host, RepositoryName repository, Tag? tag, Digest? digest)
    {
        Text = text;
        Host = host;
        Repository = repository;
        Tag = tag;
        Digest = digest;
    }

    /// <summary>The selector as it was written.</summary>
    public string Text { get; }

    /// <summary>
    /// The registry's host, where the first component can be nothing else (it has a port, or an address in brackets); otherwise null.
    /// </summary>
    public string? Host { get; private init; }

    /// <summary>The repository.</summary>
    public RepositoryName Repository { get; private init; }

    /// <summary>The tag, or null.</summary>
    public Tag? Tag { get; }

    /// <summary>The digest, or null. Together with a tag: the tag is meant only while it points to this digest.</summary>
    public Digest? Digest { get; }

    /// <summary>Whether a tag that points there is meant, by its name or with all of its repository.</summary>
    internal bool Takes(RepositoryName repository, Tag tag, Digest? digest) =>
        Repository == repository && (Tag is null ? Digest is null : Tag == tag && (Digest is null || Digest == digest));

    /// <summary>Reads a selector.</summary>
    /// <exception cref="ReferenceFormatException">The text is not a reference.</exception>
    public static ImageSelector Parse(string text) =>
        TryParse(text, out var selector, out var reason) ? selector : throw new ReferenceFormatException(text, reason);

    /// <summary>Reads a selector in linear time, or tells which part of it is wrong and why.</summary>
    public static bool TryParse(
        [NotNullWhen(true)] string? text,
        [NotNullWhen(true)] out ImageSelector? selector,
        [NotNullWhen(false)] out string? reason)
    {
        selector = null;
        if (string.IsNullOrEmpty(text))
        {
            reason = "the reference is empty";
            return false;
        }

        var rest = text;
        Digest? digest = null;
        var at = rest.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
        {
            if (!Naming.Digest.TryParse(rest[(at + 1)..], out var parsed, out reason))
                return false;
            digest = parsed;
            rest = rest[..at];
        }

        // A ':' before the last '/' belongs to the host's port. Without a '/', what follows ':' is a tag, never a port.
        Tag? tag = null;
        var lastSlash = rest.LastIndexOf('/');
        var colon = rest.IndexOf(':', lastSlash + 1);
        if (colon >= 0 && (lastSlash >= 0 || !rest.StartsWith('[')))
        {
            if (!Naming.Tag.TryParse(rest[(colon + 1)..], out tag, out reason))
                return false;
            rest = rest[..colon];
        }

        reason = RepositoryName.Check(rest, storable: false);
        if (reason is not null)
            return false;

        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var host = slash >= 0 && rest.AsSpan(0, slash).ContainsAny(':', '[') ? rest[..slash] : null;
        if (!RepositoryName.TryParse(host is null ? rest : rest[(slash + 1)..], out var repository, out reason))
            return false;

        selector = new ImageSelector(text, host, repository, tag, digest);
        return true;
    }

    /// <summary>
    /// The same selector with its first component read as the registry's host, if it has a second one.
    /// </summary>
    /// <remarks><c>registry.example.com/app</c> may name a repository of that name, or <c>app</c> on that host.</remarks>
    public ImageSelector? WithFirstComponentAsHost()
    {
        var slash = Repository.Value.IndexOf('/', StringComparison.Ordinal);
        return Host is null && slash > 0 && RepositoryName.TryParse(Repository.Value[(slash + 1)..], out var repository, out _)
            ? this with { Host = Repository.Value[..slash], Repository = repository }
            : null;
    }

    /// <summary>The selector as it is meant: without the host.</summary>
    public override string ToString() =>
        Repository + (Tag is null ? "" : $":{Tag}") + (Digest is null ? "" : $"@{Digest}");
}
