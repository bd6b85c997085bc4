using System.CommandLine;
using Spectre.Console;

namespace RegistryCleaner.Tool;

/// <summary>What --help prints: how to call it, examples, and every parameter under the targets that take it.</summary>
internal static class HelpText
{
    // Where there is no terminal to tell.
    private const int Width = 100;

    private static readonly string[] s_examples =
    [
        "registry-cleaner CleanImages --images team/app:1.4.0 --dry-run    what would go, and why",
        "registry-cleaner CleanImages --images team/app:1.4.0              removes it, and frees its space",
        "registry-cleaner GarbageCollect                                   frees what nothing refers to",
        "registry-cleaner CleanImages --images team/app:1.4.0 --registry-container my-registry",
        "registry-cleaner GarbageCollect --registry-root /srv/registry --offline",
    ];

    public static void Write(IEnumerable<Option> others)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected)
            console.Profile.Width = Width;

        console.WriteLine("Prunes superseded images from a self-hosted container registry (CNCF distribution).");
        Title(console, "Usage");
        console.WriteLine($"  registry-cleaner TARGET... [switches]     targets: {string.Join(", ", Targets.Names)}");
        console.WriteLine("  registry-cleaner IMAGE... [switches]      the same as CleanImages --images IMAGE...");
        Title(console, "Examples");
        foreach (var example in s_examples)
            console.WriteLine("  " + example);
        foreach (var group in ParameterGroups.All)
            Table(console, group.Key, group.Select(parameter => ($"--{parameter.Name}{ValueOf(parameter.Kind)}", parameter.Description)));
        Table(console, "This program", others.Where(option => !option.Hidden).Select(option => (string.Join(", ", option.Aliases.Where(alias => alias.StartsWith('-')).Prepend(option.Name)), option.Description ?? "")));
        Title(console, "Exit codes");
        console.WriteLine("  0 done, 2 bad input, 3 not found (--strict), 4 refused as unsafe, 5 incomplete, 6 findings (CheckRegistry), 130 cancelled");
    }

    private static string ValueOf(CleanerParameterKind kind) => kind switch
    {
        CleanerParameterKind.Flag => "",
        CleanerParameterKind.List => " VALUE...",
        _ => " VALUE",
    };

    private static void Title(IAnsiConsole console, string title)
    {
        console.WriteLine();
        console.Write(new Text(title + ":", new Style(decoration: Decoration.Bold)));
        console.WriteLine();
    }

    private static void Table(IAnsiConsole console, string title, IEnumerable<(string Name, string Description)> rows)
    {
        Title(console, title);
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadLeft(2).Width(32)).AddColumn();
        foreach (var (name, description) in rows)
            grid.AddRow(new Text(name), new Text(description));
        console.Write(grid);
    }
}
