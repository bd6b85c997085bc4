using RegistryCleaner.Hosts;

namespace RegistryCleaner.Tool;

/// <summary>The parameters as people look for them: by the verbs that take them, and last those that say which registry is meant.</summary>
internal static class ParameterGroups
{
    public static IEnumerable<IGrouping<string, CleanerParameter>> All { get; } = CleanerParameter.All.GroupBy(TitleOf).OrderBy(group => group.Key == Registry);

    private const string Registry = "Which registry, and how to reach it";

    private static string TitleOf(CleanerParameter parameter) =>
        typeof(RegistryOptions).GetProperties().Any(property => property.Name.Equals(parameter.Name.Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase)) ? Registry
        : parameter.Verbs == CleanerVerbs.All ? "Every target"
        : parameter.Verbs.ToString();
}
