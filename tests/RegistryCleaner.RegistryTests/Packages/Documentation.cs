namespace RegistryCleaner.RegistryTests.Packages;

// What the documentation shows in fenced blocks.
internal static class Documentation
{
    public static IEnumerable<string> Blocks(string file, string language)
    {
        List<string>? block = null;
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, file)))
        {
            if (block is null && line == "```" + language)
                block = [];
            else if (line == "```" && block is not null)
            {
                yield return string.Join('\n', block);
                block = null;
            }
            else
                block?.Add(line);
        }
    }
}
