using System.Text;
using System.Text.RegularExpressions;

namespace RegistryCleaner.Tests;

/// <summary>Every front end offers every verb and every parameter; the reference lists them all.</summary>
public partial class FrontEndTests
{
    private static readonly IReadOnlyList<string> s_verbs = [.. Enum.GetValues<CleanerVerbs>()
        .Where(verb => verb != CleanerVerbs.None && (verb & (verb - 1)) == 0).Select(verb => verb.ToString())];

    // By its text: where Nuke.Common does not restore, there is nothing to load.
    [Fact]
    public void NUKE_has_a_component_for_each_verb_and_a_property_for_each_parameter()
    {
        var source = Source("RegistryCleaner.Nuke");

        s_verbs.ShouldAllBe(verb => source.Contains($"interface I{verb} ", StringComparison.Ordinal) && source.Contains($"Target {verb} =>", StringComparison.Ordinal));
        NukeProperty().Matches(source).Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value}")
            .ShouldBe(CleanerParameter.All.Select(parameter => $"{NukeType(parameter.Kind)} {PropertyName(parameter)}"), ignoreOrder: true);
    }

    [Fact]
    public void NUKE_has_a_setter_for_each_option()
    {
        var source = Source("RegistryCleaner.Nuke");
        var options = typeof(Cleaner).Assembly.GetExportedTypes().Where(typeof(RegistryCleaner.Hosts.RegistryOptions).IsAssignableFrom)
            .SelectMany(type => type.GetProperties().Where(property => property.SetMethod is not null && property.DeclaringType == type)).ToList();

        options.Count.ShouldBeGreaterThan(60);
        options.Select(option => $"Set{option.Name}").Where(setter => !source.Contains($" {setter}(", StringComparison.Ordinal) && !source.Contains($" {setter}<T>(", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Cake_has_an_alias_for_each_verb_and_one_that_reads_its_arguments()
    {
        var source = Source("RegistryCleaner.Cake");

        s_verbs.ShouldAllBe(verb => source.Contains($" {verb}(this ICakeContext", StringComparison.Ordinal) && source.Contains($" {verb}Arguments(this ICakeContext", StringComparison.Ordinal));
    }

    [Fact]
    public void The_reference_of_the_parameters_is_up_to_date()
    {
        var file = Path.Combine(RepositoryRoot.Path, "docs", "parameters.md");
        var received = Path.Combine(RepositoryRoot.Path, "docs", "parameters.received.txt");
        var reference = Reference();
        if (File.Exists(file) && File.ReadAllText(file).ReplaceLineEndings("\n") == reference)
        {
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, reference);
        Assert.Fail($"docs/parameters.md is not what CleanerParameter.All says. To renew it: mv {received} {file}");
    }

    private static string Reference()
    {
        var text = new StringBuilder("# Parameters\n\nEvery front end has all of them: `--dry-run` on a command line is `DryRun` in NUKE and in the options, and `--dry-run` in Cake. "
            + "Made from `CleanerParameter.All`; a test fails where it is out of date.\n");
        foreach (var group in CleanerParameter.All.GroupBy(parameter => parameter.Verbs))
        {
            text.Append($"\n## {(group.Key == CleanerVerbs.All ? "Every target" : group.Key.ToString())}\n\n| parameter | value | what it does |\n| --- | --- | --- |\n");
            foreach (var parameter in group)
                text.Append($"| `--{parameter.Name}` | {Value(parameter)} | {parameter.Description.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        }

        return text.ToString();
    }

    private static string Value(CleanerParameter parameter) => parameter switch
    {
        { Values.Count: > 0 } => string.Join(", ", parameter.Values.Select(value => $"`{value}`")),
        { Kind: CleanerParameterKind.Flag } => "",
        { Kind: CleanerParameterKind.List } => "one or more",
        _ => "one",
    };

    private static string NukeType(CleanerParameterKind kind) => kind switch
    {
        CleanerParameterKind.Flag => "bool?",
        CleanerParameterKind.List => "string[]",
        _ => "string",
    };

    private static string PropertyName(CleanerParameter parameter) =>
        string.Concat(parameter.Name.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    private static string Source(string project) => string.Concat(
        Directory.GetFiles(Path.Combine(RepositoryRoot.Path, "src", project), "*.cs").Select(File.ReadAllText));

    [GeneratedRegex(@"\[Parameter\(""[^\n]*""\)\]\s+(?:new )?(bool\?|string|string\[\]) (\w+) => TryGetValue")]
    private static partial Regex NukeProperty();
}
