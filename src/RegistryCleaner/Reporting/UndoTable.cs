using System.Globalization;
using RegistryCleaner.Checking;
using RegistryCleaner.Pruning;
using RegistryCleaner.Restoring;

namespace RegistryCleaner.Reporting;

/// <summary>What can be taken back, and what was, as rows and sentences.</summary>
internal static class UndoTable
{
    private const int MaxTags = 5;

    private static readonly TimeSpan s_lifetime = TimeSpan.FromDays(36500);

    private static readonly DateTimeOffset s_end = DateTimeOffset.MaxValue - s_lifetime;

    public static ReportRow RowOf(RestoredImage image, bool isDryRun) => new(
        image.Decision switch
        {
            RestoreDecision.Restore or RestoreDecision.Overwrite => isDryRun ? "restore" : "restored",
            RestoreDecision.Present => "keep",
            RestoreDecision.PushedAnew => "NOT restored",
            _ => "LOST",
        },
        image.Image,
        image.Reason);

    public static ReportRow RowOf(RunSummary run)
    {
        var tags = string.Join(", ", run.Tags.Take(MaxTags)) + (run.Tags.Length > MaxTags ? ", ..." : "");
        var inTrash = run.BytesInTrash > 0 ? $"; {ReportTable.Bytes(run.BytesInTrash)} in the trash{(run.KeptUntil < s_end ? $" until {Time(run.KeptUntil.Value)}" : "")}" : "";
        return new ReportRow(
            run.State switch
            {
                RunState.InTrash => "in trash",
                RunState.Interrupted => "interrupted",
                RunState.Freed => "freed",
                _ => "restored",
            },
            run.Run,
            $"{run.Verb}: {run.Tags.Length} tags{(tags.Length > 0 ? $" ({tags})" : "")}, {run.Manifests} manifests, {run.Blobs} blobs{inTrash}");
    }

    public static ReportRow RowOf(Finding finding) => new(finding.Severity.ToString().ToLowerInvariant(), finding.Where, $"{finding.What}. To do: {finding.Advice}.");

    public static IEnumerable<string> SummaryOf(CleanerReport report)
    {
        if (report.Restoration is { } plan)
        {
            var count = plan.Images.Count(image => image.Decision is RestoreDecision.Restore or RestoreDecision.Overwrite);
            yield return $"{(report.DryRun ? "Would restore" : "Restored")} of run {plan.Run}: {count} images; {plan.Manifests} manifests, {plan.Layers} layer links, {plan.Blobs} blobs, {ReportTable.Bytes(plan.Bytes)}.";
            foreach (var remark in plan.Remarks)
                yield return remark;
        }

        if (report.Verb == "EmptyTrash")
            yield return $"{(report.DryRun ? "Would free" : "Freed")} what {report.Runs.Count} runs had removed, {ReportTable.Bytes(report.Runs.Sum(run => run.BytesInTrash))}.";
        if (report is { Verb: "History", Runs.Count: 0 })
            yield return "No run has removed anything yet.";

        if (report.Verb == "CheckRegistry")
            yield return report.Findings.Count == 0
                ? "Everything is as it should be."
                : string.Join(", ", report.Findings.GroupBy(finding => finding.Severity).OrderByDescending(group => group.Key).Select(group => $"{group.Count()} {(group.Key == Severity.Notice ? "notices" : group.Key == Severity.Warning ? "warnings" : "errors")}")) + ".";

        foreach (var runId in report.Outcome?.RunIds ?? [])
        {
            yield return report.Outcome!.TrashRetention switch
            {
                var kept when kept == TimeSpan.Zero => $"The journal of this run is {runId}.",
                var kept when kept > s_lifetime => $"RestoreImages --run {runId} puts back what was removed, as long as its trash is kept.",
                var kept => $"RestoreImages --run {runId} puts back what was removed, until {Time(DateTimeOffset.UtcNow + kept)}; the first run after that frees the space, or EmptyTrash at once.",
            };
        }
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
