using System.CommandLine;
using System.Text.RegularExpressions;
using RegistryCleaner.CommandLine;
using YamlDotNet.RepresentationModel;

namespace RegistryCleaner.Tests.CommandLine;

/// <summary>Every command line that the documentation and the samples show is one that is understood.</summary>
public partial class ShownCommandTests
{
    private static readonly string[] s_verbs = Enum.GetNames<CleanerVerbs>();

    public static IEnumerable<object[]> Shown => Files()
        .SelectMany(file => Commands(File.ReadAllText(file)).Distinct().Select(words => new object[] { Path.GetRelativePath(RepositoryRoot.Path, file), words }));

    [Theory]
    [MemberData(nameof(Shown))]
    public void A_command_line_that_is_shown_is_understood(string file, string words)
    {
        var others = new[] { "--log", "-l", "--output" }.Select(name => new Option<string>(name));

        new CleanerCommandLine(others).Read(words.Split(' '), []).Errors.ShouldBeEmpty(file);
    }

    [Fact]
    public void Every_block_of_commands_says_whether_a_test_runs_it_and_if_not_why()
    {
        foreach (var file in Files().Append(Path.Combine(RepositoryRoot.Path, "CONTRIBUTING.md")).Where(file => file.EndsWith(".md", StringComparison.Ordinal)))
        {
            var lines = File.ReadAllLines(file);
            for (var i = 0; i < lines.Length; i++)
            {
                if (lines[i] == "```sh")
                    (lines[Math.Max(0, i - 1)] is "<!-- run -->" || lines[Math.Max(0, i - 1)].StartsWith("<!-- not run: ", StringComparison.Ordinal)).ShouldBeTrue($"{file}:{i + 1}");
            }
        }
    }

    [Fact]
    public void All_places_that_show_one_are_looked_at() =>
        Shown.Select(row => row[0]).Distinct().Count().ShouldBeGreaterThan(8);

    [Fact]
    public void The_samples_are_readable_yaml()
    {
        foreach (var file in Files().Where(file => file.EndsWith("ml", StringComparison.Ordinal)))
        {
            var yaml = new YamlStream();
            Should.NotThrow(() => yaml.Load(new StringReader(File.ReadAllText(file))), file);
            yaml.Documents.ShouldNotBeEmpty(file);
        }
    }

    private static IEnumerable<string> Files()
    {
        string[] extensions = [".md", ".yml", ".yaml", ".cs", ".cake", ""];
        foreach (var folder in new[] { "docs", "samples", "container" })
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, folder), "*", SearchOption.AllDirectories))
            {
                if (extensions.Contains(Path.GetExtension(file)) && !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal))
                    yield return file;
            }
        }

        yield return Path.Combine(RepositoryRoot.Path, "README.md");
    }

    // On a command line, behind a comment that a line may have; or as a list in YAML.
    private static IEnumerable<string> Commands(string text) => CommandLine().Matches(text).Select(match => match.Groups[1].Value)
        .Concat(YamlList().Matches(text).Select(match => match.Groups[1].Value.Replace(", ", " ", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal)))
        .Select(words => words.Replace("'", "", StringComparison.Ordinal).Trim())
        .Where(words => !words.Contains("...", StringComparison.Ordinal) && s_verbs.Contains(words.Split(' ')[0]));

    [GeneratedRegex(@"(?:registry-cleaner|build\.sh|dotnet run --) ((?:[A-Z][a-z]+){1,2}\b(?:[^\n'`#>]|'[^'\n]*')*)")]
    private static partial Regex CommandLine();

    [GeneratedRegex(@"\[((?:CleanImages|GarbageCollect)\b[^\]\n]*)\]")]
    private static partial Regex YamlList();
}
