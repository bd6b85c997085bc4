using RegistryCleaner.Reporting;
using Spectre.Console;

namespace RegistryCleaner.Tool;

/// <summary>Draws a report's table on standard output.</summary>
internal static class ReportPrinter
{
    // A file or a pipe has no width: nothing is wrapped there, so that a line can be searched for.
    private const int UnlimitedWidth = 4096;

    private static readonly string[] s_columns = ["Action", "Item", "Frees alone", "Shares", "Reason"];

    public static void Print(ReportTable report)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected)
            console.Profile.Width = UnlimitedWidth;

        if (report.Rows.Count > 0)
        {
            var table = new Table().Border(TableBorder.Simple);
            table.AddColumns([.. s_columns.Select(title => new TableColumn(new Text(title)))]);
            // Names are what is looked for: on a narrow terminal, reasons give way.
            table.Columns[1].NoWrap();
            table.Columns[2].RightAligned();
            table.Columns[3].RightAligned();
            foreach (var row in report.Rows)
                table.AddRow(new Text(row.Action, StyleOf(row.Action)), new Text(row.Item), BytesOf(row.Image?.BytesFreedAlone), BytesOf(row.Image?.BytesShared), new Text(row.Reason));
            console.Write(table);
        }

        foreach (var sentence in report.Summary)
            console.WriteLine(sentence);
    }

    private static Text BytesOf(long? bytes) => new(bytes is { } number ? ReportTable.ShortBytes(number) : "");

    private static Style StyleOf(string action) => action switch
    {
        "keep" or "restore" or "restored" or "freed" or "in trash" or "notice" => new Style(Color.Green),
        "remove" or "removed" or "warning" => new Style(Color.Yellow),
        _ => new Style(Color.Red),
    };
}
