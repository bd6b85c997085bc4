namespace RegistryCleaner.Naming;

/// <summary>A reference, or a part of one, that does not follow the grammar of distribution/reference.</summary>
public sealed class ReferenceFormatException : FormatException
{
    /// <summary>Makes the exception for <paramref name="text"/> and the reason why it was rejected.</summary>
    public ReferenceFormatException(string text, string reason)
        : base($"'{Shown(text)}': {reason}")
    {
        Text = text;
        Reason = reason;
    }

    /// <summary>The text as it was given.</summary>
    public string Text { get; }

    /// <summary>Which part is wrong, and why.</summary>
    public string Reason { get; }

    // Input can be megabytes long or hold control characters; an error message must stay one readable line.
    internal static string Shown(string text)
    {
        const int limit = 120;
        var shortened = text.Length <= limit ? text : string.Concat(text.AsSpan(0, limit), "...");
        return string.Concat(shortened.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()));
    }
}
