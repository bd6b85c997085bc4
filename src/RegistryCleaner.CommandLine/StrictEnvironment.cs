namespace RegistryCleaner.CommandLine;

/// <summary>
/// NUKE takes parameters from environment variables of the same name, in any case, with or without NUKE_ and punctuation, and passes
/// over values that it cannot read: DRY_RUN=1 would delete. Such a variable is refused, by every front end alike, unless the
/// command line gives the parameter itself.
/// </summary>
internal static class StrictEnvironment
{
    private const string NukePrefix = "NUKE";

    public static IEnumerable<string> Errors(IEnumerable<string> variables, IReadOnlySet<string> given, CleanerVerbs verbs)
    {
        var parameters = CleanerParameter.All
            .Where(parameter => (parameter.Verbs & verbs) != 0 && !given.Contains(parameter.Name))
            .ToDictionary(parameter => Normalized(parameter.Name), parameter => parameter.Name, StringComparer.Ordinal);
        foreach (var variable in variables.Order(StringComparer.Ordinal))
        {
            var name = Normalized(variable);
            if (parameters.TryGetValue(name, out var parameter)
                || (name.StartsWith(NukePrefix, StringComparison.Ordinal) && parameters.TryGetValue(name[NukePrefix.Length..], out parameter)))
            {
                yield return $"The environment variable {variable} is set, which NUKE would take for --{parameter}: unset it, or give --{parameter} on the command line.";
            }
        }
    }

    private static string Normalized(string name) => new string([.. name.Where(char.IsAsciiLetterOrDigit).Select(char.ToUpperInvariant)]);
}
