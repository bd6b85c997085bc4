using System.Globalization;
using RegistryCleaner.Naming;
using RegistryCleaner.Selection;

namespace RegistryCleaner.Tests.Selection;

/// <summary>The keep rules are restic's: cases whose answers follow from what its documentation says of forget.</summary>
public class ResticSemanticsTests
{
    [Theory]
    [InlineData("the newest so many", "--keep-last 2", "0 1", "0 1 2 3 4")]
    [InlineData("more than there are", "--keep-last 9", "0 1 2", "0 1 2")]
    [InlineData("one of each day that has one", "--keep-daily 2", "0 1", "0 1 2")]
    [InlineData("days without any do not count", "--keep-daily 3", "0 7 30", "0 7 30 31")]
    [InlineData("within counts from the newest, not from today", "--keep-within 10d", "100 105 110", "100 105 110 111")]
    [InlineData("only Sundays: the last four of them", "--keep-daily 4", "2 9 16 23", "2 9 16 23 30 37 44 51")]
    [InlineData("weeks are those of ISO 8601, from Monday on", "--keep-weekly 2", "0 2", "0 1 2 3 4 5 6 7 8")]
    [InlineData("months", "--keep-monthly 3", "0 24 55", "0 10 24 30 55 60 90")]
    [InlineData("days and weeks together: a day may count as both", "--keep-daily 2 --keep-weekly 2", "0 1 2", "0 1 2 3 4")]
    [InlineData("the oldest of all fills a place that is left over", "--keep-monthly 2", "0 3", "0 1 2 3")]
    public async Task Exactly_these_stay(string what, string words, string kept, string daysAgo)
    {
        // 2026-11-24, a Tuesday; each image under a tag that says how many days ago it was pushed, and one out of scope beside them.
        var tags = string.Join(", ", daysAgo.Split(' ').Select(days => $"d{days} i{days} {days}d").Append("other z 999d"));

        var selection = await RetentionScene.SelectAsync(tags, $"--images team/app:d* {words}");

        var removed = selection.Removed().Split(' ').ToHashSet();
        daysAgo.Split(' ').Where(days => !removed.Contains($"d{days}")).ShouldBe(kept.Split(' '), what);
    }

    [Theory]
    [InlineData("the days about a new year are one week", "--keep-weekly 2", "2026-12-20T12:00Z 2027-01-03T12:00Z", "2026-12-20T12:00Z 2026-12-28T12:00Z 2026-12-31T12:00Z 2027-01-01T12:00Z 2027-01-03T12:00Z")]
    [InlineData("and the Monday behind them is of the next", "--keep-weekly 2", "2027-01-03T12:00Z 2027-01-04T00:00Z", "2026-12-28T12:00Z 2027-01-03T12:00Z 2027-01-04T00:00Z")]
    [InlineData("a day ends at midnight UTC", "--keep-daily 2", "2027-01-01T23:59Z 2027-01-02T00:01Z", "2027-01-01T12:00Z 2027-01-01T23:59Z 2027-01-02T00:01Z")]
    [InlineData("whatever the zone", "--keep-daily 2", "2027-01-02T00:30+01:00 2027-01-02T00:01Z", "2027-01-01T12:00Z 2027-01-02T00:30+01:00 2027-01-02T00:01Z")]
    public async Task On_the_calendar_exactly_these_stay(string what, string words, string kept, string pushed)
    {
        var times = pushed.Split(' ');
        RepositoryFacts facts = new()
        {
            Name = RepositoryName.Parse("team/app"),
            Tags = [.. times.Select((time, index) => new TagFacts(Tag.Parse($"t{index}"), RetentionScene.Image(time), DateTimeOffset.Parse(time, CultureInfo.InvariantCulture)))],
        };

        var selection = RetentionScene.Select([facts], await RetentionScene.RequestAsync($"--images team/app {words}"), new DateTimeOffset(2027, 2, 1, 0, 0, 0, TimeSpan.Zero));

        selection.Repositories.Single().Tags.Where(tag => !tag.Removed).Select(tag => times[int.Parse(tag.Tag.Value[1..], CultureInfo.InvariantCulture)]).ShouldBe(kept.Split(' '), what);
    }

    [Fact]
    public async Task Of_one_day_the_newest_stays()
    {
        var selection = await RetentionScene.SelectAsync("a a 1h, b b 2h, c c 3h, d d 1d", "--images team/app --keep-daily 2");

        selection.Removed().ShouldBe("b c");
    }

    [Fact]
    public async Task A_backup_every_day_for_years_keeps_seven_days_four_more_weeks_and_eleven_more_months()
    {
        var tags = string.Join(", ", Enumerable.Range(0, 800).Select(day => string.Create(CultureInfo.InvariantCulture, $"d{day} i{day} {day}d")));

        var selection = await RetentionScene.SelectAsync(tags, "--images team/app --keep-daily 7 --keep-weekly 5 --keep-monthly 12");

        // Days 0 to 6 are 11-24 to 11-18 and hold the weeks 48 and 47 (11-22); the weeks 46, 45, 44 end on 11-15, 11-08, 11-01; the months
        // before November end on 10-31, 09-30 and so on.
        var kept = selection.Repositories.Single().Tags.Where(tag => !tag.Removed).Select(tag => int.Parse(tag.Tag.Value[1..], CultureInfo.InvariantCulture)).Order().ToList();
        kept.ShouldBe([0, 1, 2, 3, 4, 5, 6, 9, 16, 23, 24, 55, 85, 116, 147, 177, 208, 238, 269, 297, 328]);
    }
}
