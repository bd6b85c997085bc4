using RegistryCleaner.Selection;

namespace RegistryCleaner.Reporting;

/// <summary>What patterns and rules decided, where a plan does not say it.</summary>
internal static class ReportSelection
{
    /// <summary>The repositories in scope of which nothing goes: a plan has nothing to do with them.</summary>
    public static IEnumerable<RepositorySelection> Untouched(CleanerReport report)
    {
        var planned = report.Plan?.Repositories.Select(repository => repository.Name).ToHashSet() ?? [];
        return report.Selection?.Repositories.Where(repository => !planned.Contains(repository.Name)) ?? [];
    }
}
