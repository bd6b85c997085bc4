using System.Text;
using RegistryCleaner.Selection;

namespace RegistryCleaner.Reporting;

/// <summary>A plan for those who review it. Says nothing of the time, so that two differ only where the store does.</summary>
internal static class PlanMarkdown
{
    public static string Write(PlanFile plan)
    {
        var text = new StringBuilder();
        var tags = plan.Repositories.SelectMany(repository => repository.Tags).ToList();
        Line($"# What would be removed");
        Line($"{tags.Count(tag => tag.Removed)} of {tags.Count} tags, {plan.Repositories.Sum(repository => repository.Manifests.Count)} manifests, {plan.Repositories.Count(repository => repository.Removed)} repositories; {ReportTable.Bytes(plan.BytesFreed)} would be freed.");
        Line($"Store: {plan.Store}, {plan.Where}. Rules: `{plan.Policy}`. Made by {plan.Tool}.");
        foreach (var repository in plan.Repositories)
        {
            Line($"## {repository.Name}{(repository.Removed ? " (goes itself)" : "")}");
            text.Append("| | tag | points to | why |\n| --- | --- | --- | --- |\n");
            foreach (var tag in repository.Tags.OrderByDescending(tag => tag.Removed).ThenBy(tag => tag.Tag, StringComparer.Ordinal))
                text.Append($"| {(tag.Removed ? "**remove**" : "keep")} | `{tag.Tag}` | `{Short(tag.Digest)}` | {Cell(tag.Reason)} |\n");
            foreach (var manifest in repository.Manifests)
                text.Append($"| **remove** | | `{Short(manifest.Digest)}` | {Cell(manifest.Reason)} |\n");
            text.Append('\n');
        }

        return text.ToString().TrimEnd('\n') + "\n";

        void Line(string line) => text.Append(line).Append("\n\n");
    }

    private static string Short(string? digest) => digest is null ? "?" : digest[..Math.Min(digest.Length, "sha256:".Length + 12)];

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
