namespace RegistryCleaner.Tool;

/// <summary>The targets, each alone, in the order in which they are declared.</summary>
internal static class Targets
{
    public static IReadOnlyList<string> Names { get; } =
        [.. Enum.GetValues<CleanerVerbs>().Where(verb => verb != CleanerVerbs.None && (verb & (verb - 1)) == 0).Select(verb => verb.ToString())];
}
