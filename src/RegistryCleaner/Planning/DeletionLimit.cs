using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace RegistryCleaner.Planning;

/// <summary>How much may go at once: a share of all, or a number. More than that is refused rather than done.</summary>
public readonly record struct DeletionLimit
{
    private DeletionLimit(long number, bool isPercent)
    {
        Number = number;
        IsPercent = isPercent;
    }

    /// <summary>Half of all.</summary>
    public static DeletionLimit Default { get; } = new(50, true);

    /// <summary>No limit.</summary>
    public static DeletionLimit None { get; } = new(100, true);

    /// <summary>The number, or the per cent, 0 to 100.</summary>
    public long Number { get; }

    /// <summary>Whether <see cref="Number"/> is a share of all.</summary>
    public bool IsPercent { get; }

    /// <summary>Reads <c>50%</c> or <c>1000</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out DeletionLimit limit)
    {
        var isPercent = text?.EndsWith('%') ?? false;
        var digits = isPercent ? text![..^1] : text;
        limit = default;
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || (isPercent && number > 100))
            return false;
        limit = new DeletionLimit(number, isPercent);
        return true;
    }

    /// <summary>Whether so many of so many may go.</summary>
    public bool Allows(long going, long all) => IsPercent ? (Int128)going * 100 <= (Int128)all * Number : going <= Number;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}{(IsPercent ? "%" : "")}");
}
