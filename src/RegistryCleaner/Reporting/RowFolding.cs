namespace RegistryCleaner.Reporting;

/// <summary>Of many rows that say the same of one repository's images, people need to see some and their number; JSON has them all.</summary>
internal static class RowFolding
{
    private const int MaxAlike = 10;
    private const int Shown = 5;

    /// <summary>The rows, where a long run of alike ones that are kept ends in one that counts the rest.</summary>
    public static IEnumerable<ReportRow> Fold(IEnumerable<ReportRow> rows)
    {
        var alike = new List<ReportRow>();
        foreach (var row in rows)
        {
            if (alike.Count > 0 && !AreAlike(alike[0], row))
            {
                foreach (var folded in FoldAlike(alike))
                    yield return folded;
                alike.Clear();
            }

            alike.Add(row);
        }

        foreach (var folded in FoldAlike(alike))
            yield return folded;
    }

    private static IEnumerable<ReportRow> FoldAlike(List<ReportRow> alike) =>
        alike.Count <= MaxAlike || alike[0].Action != "keep"
            ? alike
            : alike.Take(Shown).Append(new ReportRow("keep", $"{alike.Count - Shown} more of {RepositoryOf(alike[0].Item)}", alike[0].Reason));

    private static bool AreAlike(ReportRow row, ReportRow other) =>
        row.Action == other.Action && row.Reason == other.Reason && RepositoryOf(row.Item).SequenceEqual(RepositoryOf(other.Item));

    private static ReadOnlySpan<char> RepositoryOf(string item) => item.AsSpan(0, item.IndexOfAny([':', '@']) is var end and >= 0 ? end : item.Length);
}
