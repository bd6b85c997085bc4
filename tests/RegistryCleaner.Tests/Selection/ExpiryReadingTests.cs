using System.Collections.Immutable;
using System.Globalization;
using RegistryCleaner.Selection;
using RegistryCleaner.Store;

namespace RegistryCleaner.Tests.Selection;

/// <summary>When an image expires, by its own word.</summary>
public class ExpiryReadingTests
{
    private const string Label = "quay.expires-after";

    private static readonly DateTimeOffset s_pushed = new(2026, 11, 1, 6, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2d", "2026-11-03T06:00:00Z")]
    [InlineData("9000000d", "9999-12-31T23:59:59.9999999Z")]
    [InlineData("2026-12-24T18:00:00Z", "2026-12-24T18:00:00Z")]
    [InlineData("2026-12-24T18:00:00.5Z", "2026-12-24T18:00:00.5Z")]
    [InlineData("2026-12-24T18:00:00+02:00", "2026-12-24T16:00:00Z")]
    [InlineData("2026-12-24 18:00:00Z", "2026-12-24T18:00:00Z")]
    // Where no zone is given, it is so everywhere.
    [InlineData("2026-12-24T18:00:00", "2026-12-25T06:00:00Z")]
    [InlineData("2026-12-24T18:00:00.5", "2026-12-25T06:00:00.5Z")]
    [InlineData("2026-12-24 18:00:00", "2026-12-25T06:00:00Z")]
    [InlineData("2026-12-24", "2026-12-25T12:00:00Z")]
    [InlineData("9999-12-31", "9999-12-31T23:59:59.9999999Z")]
    public void A_time_or_an_age_is_understood(string text, string at) =>
        Of(text, s_pushed).ShouldBe(new Expiry(DateTimeOffset.Parse(at, CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData("0")]
    [InlineData("0d")]
    [InlineData("soon")]
    [InlineData("")]
    [InlineData("-2d")]
    [InlineData("24-12-2026")]
    [InlineData("2026-12-24T18:00")]
    public void What_is_in_other_words_is_not(string text)
    {
        var expiry = Of(text, s_pushed);

        expiry.At.ShouldBeNull();
        expiry.Problem.ShouldBe($"what it says of its expiry is not understood ({Label}: '{text}')");
    }

    [Fact]
    public void An_age_counts_from_a_push_that_is_known() =>
        Of("2d", null).Problem.ShouldBe("it expires 2d after it was pushed, and when that was is not known");

    [Fact]
    public void What_says_nothing_does_not_expire() =>
        ExpiryReading.ExpiryOf(new ImageDetails(ImmutableDictionary<string, string>.Empty, []), s_pushed, null).ShouldBe(default);

    private static Expiry Of(string text, DateTimeOffset? pushed) =>
        ExpiryReading.ExpiryOf(new ImageDetails(ImmutableDictionary<string, string>.Empty.Add(Label, text), []), pushed, null);
}
