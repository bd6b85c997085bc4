using System.Collections.Immutable;
using System.Globalization;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Selection;

/// <summary>When an image expires and when it was made, by its own word.</summary>
internal static class ExpiryReading
{
    // RFC 3339, and a day. Whoever writes 01-12-2026 may mean two days. Where no zone is given, it is over when it is over everywhere: the
    // last place is at UTC-12.
    private static readonly (string[] Forms, TimeSpan Later)[] s_times =
    [
        (["yyyy-MM-dd"], TimeSpan.FromHours(24 + 12)),
        (["yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm:ss"], TimeSpan.FromHours(12)),
        (["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ssK"], TimeSpan.Zero),
    ];

    // Quay's label counts from the push; the other is a time. Either is read as what it looks like.
    private static readonly string[] s_names = ["org.opencontainers.image.expires", "quay.expires-after"];

    /// <summary>When an image was made, of an index the newest of its images; null where one of them does not say so.</summary>
    public static DateTimeOffset? CreatedOf(ImageDetails details) =>
        details.Images.Any(image => image?.Created is null) ? null : details.Images.Max(image => image!.Created);

    /// <summary>When an image expires. An index does by its annotation, or when all of its images have.</summary>
    /// <param name="details">What the image says.</param>
    /// <param name="pushed">When it was pushed, or null.</param>
    /// <param name="annotation">The name of an annotation or label that is looked at besides; null for none.</param>
    public static Expiry ExpiryOf(ImageDetails details, DateTimeOffset? pushed, string? annotation)
    {
        string[] names = annotation is null ? s_names : [annotation, .. s_names];
        if (Read(details.Annotations, names, pushed) is { } own)
            return own;
        var each = details.Images.Select(image => image is null ? new Expiry(null, "its configuration cannot be read") : Read(image.Labels, names, pushed) ?? default).ToList();
        if (each.Find(expiry => expiry.Problem is not null) is { Problem: not null } problem)
            return problem;
        return each.Count == 0 || each.Exists(expiry => expiry.At is null) ? default : each.MaxBy(expiry => expiry.At);
    }

    // Of several words the last to come true counts.
    private static Expiry? Read(ImmutableDictionary<string, string> texts, string[] names, DateTimeOffset? pushed)
    {
        var found = names.Where(texts.ContainsKey).Select(name => Read(name, texts[name].Trim(), pushed)).ToList();
        if (found.Find(expiry => expiry.Problem is not null) is { Problem: not null } problem)
            return problem;
        return found.Count == 0 ? null : found.MaxBy(expiry => expiry.At);
    }

    private static Expiry Read(string name, string text, DateTimeOffset? pushed)
    {
        // To some, 0 is never.
        if (DurationText.TryParse(text, out var after) && after > TimeSpan.Zero)
        {
            return pushed is null ? new Expiry(null, $"it expires {text} after it was pushed, and when that was is not known")
                : after < DateTimeOffset.MaxValue - pushed.Value ? new Expiry(pushed + after)
                : new Expiry(DateTimeOffset.MaxValue);
        }

        foreach (var (forms, later) in s_times)
        {
            if (DateTimeOffset.TryParseExact(text, forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
                return new Expiry(at < DateTimeOffset.MaxValue - later ? at + later : DateTimeOffset.MaxValue);
        }

        return new Expiry(null, $"what it says of its expiry is not understood ({name}: '{ReferenceFormatException.Shown(text)}')");
    }
}
