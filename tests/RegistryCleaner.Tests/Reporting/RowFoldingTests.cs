using RegistryCleaner.Reporting;

namespace RegistryCleaner.Tests.Reporting;

public class RowFoldingTests
{
    [Theory]
    [InlineData(10, 10)]
    [InlineData(11, 6)]
    [InlineData(1000, 6)]
    public void Many_that_are_kept_for_one_reason_are_counted(int count, int shown)
    {
        var rows = Rows("keep", "app", count, "not asked for");

        var folded = RowFolding.Fold(rows).ToList();

        folded.Count.ShouldBe(shown);
        folded.Take(5).ShouldBe(rows.Take(5));
        if (shown < count)
            folded[^1].ShouldBe(new ReportRow("keep", $"{count - 5} more of app", "not asked for"));
    }

    [Fact]
    public void What_goes_is_never_folded_nor_what_another_reason_or_repository_parts()
    {
        List<ReportRow> rows =
        [
            .. Rows("keep", "app", 8, "not asked for"), .. Rows("remove", "app", 100, "asked for"), .. Rows("keep", "app", 8, "not asked for"),
            .. Rows("keep", "app", 8, "tag latest points to it"), .. Rows("keep", "app/nested", 8, "tag latest points to it"),
        ];

        RowFolding.Fold(rows).ShouldBe(rows);
        RowFolding.Fold([]).ShouldBeEmpty();
    }

    private static List<ReportRow> Rows(string action, string repository, int count, string reason) =>
        [.. Enumerable.Range(0, count).Select(number => new ReportRow(action, $"{repository}:{number}", reason))];
}
