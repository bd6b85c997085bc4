using System.Text.Json;
using RegistryCleaner.Collecting;
using RegistryCleaner.Marking;
using RegistryCleaner.Planning;
using RegistryCleaner.Pruning;
using RegistryCleaner.Restoring;
using RegistryCleaner.Selection;

namespace RegistryCleaner.Reporting;

/// <summary>Renders reports as one JSON document.</summary>
public static class ReportJson
{
    /// <summary>The document, indented, without a line break at its end.</summary>
    public static string Write(CleanerReport report) => JsonSerializer.Serialize(DocumentOf(report), ReportJsonContext.Default.ReportDocument);

    /// <summary>The same for a run of several verbs: one document alone, or an array of them.</summary>
    public static string Write(IReadOnlyList<CleanerReport> reports) => reports is [var report]
        ? Write(report)
        : JsonSerializer.Serialize([.. reports.Select(DocumentOf)], ReportJsonContext.Default.ListReportDocument);

    private static ReportDocument DocumentOf(CleanerReport report) => new()
    {
        Verb = report.Verb,
        DryRun = report.DryRun,
        ExitCode = (int)report.ExitCode,
        Where = report.Where,
        Repositories = report.Plan?.Repositories.Select(Document).Concat(ReportSelection.Untouched(report).Select(Document)).ToList(),
        Missing = report.Plan?.Missing.Select(missing => new MissingDocument(missing.Image.ToString(), missing.Reason)).ToList(),
        Planned = report switch
        {
            { Plan: { } plan } => Planned(plan, report.Collector),
            { CollectionPlan: { } collection } => Planned(collection),
            _ => null,
        },
        Removed = report is { Outcome: { } outcome } && (report.Plan is not null || report.CollectionPlan is not null)
            ? new RemovalDocument(outcome.Tags, outcome.Manifests, outcome.Layers, outcome.Repositories, outcome.Blobs)
            : null,
        Images = report.Plan?.Images.Select(image => new ImageDocument(image.Image, image.BytesFreedAlone, image.BytesShared)).ToList(),
        Blobs = report.Plan?.Blobs.Select(blob => new BlobDocument(blob.Digest.ToString(), blob.Size, blob.Removed, blob.Reason)).ToList(),
        BytesReclaimable = report.Plan?.BytesFreed,
        Collection = report.Collection is { } counts
            ? new CollectionDocument(
                counts.Blobs, counts.Bytes, counts.Manifests, counts.Tags, counts.Layers, counts.Uploads, counts.Leftovers, counts.RecentBlobs, counts.RecentBytes,
                counts.BytesInTrash, counts.WaitingBlobs, counts.WaitingBytes)
            : null,
        Explanation = report.Story.Count > 0 ? report.Story : null,
        RunIds = report.Outcome is { RunIds: { Count: > 0 } runIds } ? runIds : null,
        Restoration = report.Restoration is { } restored ? Document(restored) : null,
        Runs = report.Verb is "History" or "EmptyTrash" ? [.. report.Runs.Select(Document)] : null,
        Findings = report.Verb == "CheckRegistry"
            ? [.. report.Findings.Select(finding => new FindingDocument(JsonNamingPolicy.CamelCase.ConvertName(finding.Severity.ToString()), finding.Where, finding.What, finding.Advice, finding.Repair is not null))]
            : null,
        Drifted = report.Outcome?.Drifted,
        Failures = report.Outcome?.Failures,
        Warnings = report.Warnings,
    };

    private static RepositoryDocument Document(RepositoryPlan repository) => new(
        repository.Name.Value,
        repository.Removed,
        repository.Reason,
        [.. repository.Tags.Select(tag => new TagDocument(tag.Tag.Value, tag.Digest?.ToString(), tag.Removed, tag.Reason))],
        [.. repository.Manifests.Select(manifest => new ManifestDocument(manifest.Digest.ToString(), manifest.MediaType, manifest.Removed, manifest.Reason))]);

    private static RepositoryDocument Document(RepositorySelection repository) => new(
        repository.Name.Value,
        false,
        "nothing of it is removed",
        [.. repository.Tags.Select(tag => new TagDocument(tag.Tag.Value, tag.Digest?.ToString(), false, tag.Reason))],
        [.. repository.Untagged.Select(manifest => new ManifestDocument(manifest.Digest.ToString(), manifest.MediaType, false, manifest.Reason))]);

    private static RestorationDocument Document(RestorePlan plan) => new(
        plan.Run,
        [.. plan.Images.Select(image => new RestoredDocument(image.Image, image.Digest?.ToString(), JsonNamingPolicy.CamelCase.ConvertName(image.Decision.ToString()), image.Reason))],
        plan.Manifests, plan.Layers, plan.Blobs, plan.Bytes, plan.Remarks);

    private static RunDocument Document(RunSummary run) => new(
        run.Run, run.Began, run.Verb, JsonNamingPolicy.CamelCase.ConvertName(run.State.ToString()), run.Tags, run.Manifests, run.Blobs, run.Completed, run.KeptUntil, run.BytesInTrash);

    private static RemovalDocument Planned(CollectionPlan plan) => new(
        [.. plan.Repositories.SelectMany(repository => repository.Tags.Select(tag => $"{repository.Name}:{tag.Tag}"))],
        [.. plan.Repositories.SelectMany(repository => repository.Manifests.Select(link => $"{repository.Name}@{link.Digest}"))],
        [.. plan.Repositories.SelectMany(repository => repository.Layers.Select(link => $"{repository.Name}@{link.Digest}"))],
        [],
        [.. plan.Blobs.Select(blob => blob.Digest.ToString())]);

    private static RemovalDocument Planned(PrunePlan plan, CollectorKind collector) => new(
        [.. plan.Repositories.SelectMany(repository => repository.Tags.Where(tag => tag.Removed).Select(tag => $"{repository.Name}:{tag.Tag}"))],
        [.. plan.Repositories.SelectMany(repository => repository.Manifests.Where(manifest => manifest.Removed).Select(manifest => $"{repository.Name}@{manifest.Digest}"))],
        [.. plan.Repositories.SelectMany(repository => repository.Layers.Select(layer => $"{repository.Name}@{layer.Digest?.ToString() ?? layer.Path}"))],
        [.. plan.Repositories.Where(repository => repository.Removed).Select(repository => repository.Name.Value)],
        [.. plan.Blobs.Where(blob => blob.Removed && collector == CollectorKind.Targeted).Select(blob => blob.Digest.ToString())]);
}
