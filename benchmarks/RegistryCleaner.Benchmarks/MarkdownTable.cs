namespace RegistryCleaner.Benchmarks;

/// <summary>A table in Markdown; all columns but the first are numbers.</summary>
internal sealed class MarkdownTable(params IReadOnlyList<string> head)
{
    private readonly List<IReadOnlyList<string>> _rows = [];

    public void Add(params IReadOnlyList<string> row) => _rows.Add(row);

    public void Print(TextWriter writer)
    {
        writer.WriteLine(Line(head));
        writer.WriteLine(Line([.. head.Select((_, index) => index == 0 ? "---" : "---:")]));
        foreach (var row in _rows)
            writer.WriteLine(Line(row));
    }

    private static string Line(IReadOnlyList<string> cells) => $"| {string.Join(" | ", cells)} |";
}
