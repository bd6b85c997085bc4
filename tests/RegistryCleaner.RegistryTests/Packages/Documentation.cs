namespace RegistryCleaner.RegistryTests.Packages;

// What the documentation shows in fenced blocks.
internal static class Documentation
{
    private const string Run = "<!-- run -->";

    // The commands that a test runs, of every page, one after the other.
    public static string Commands => string.Join('\n', Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md").Order(StringComparer.Ordinal)
        .Append(Path.Combine(Repository.Root, "README.md"))
        .SelectMany(file => Blocks(file, "sh", behind: Run)));

    public static IEnumerable<string> Blocks(string file, string language, string? behind = null)
    {
        List<string>? block = null;
        var previous = "";
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, file)))
        {
            if (block is null && line == "```" + language && (behind is null || previous == behind))
                block = [];
            else if (line == "```" && block is not null)
            {
                yield return string.Join('\n', block);
                block = null;
            }
            else
                block?.Add(line);
            previous = line;
        }
    }
}
