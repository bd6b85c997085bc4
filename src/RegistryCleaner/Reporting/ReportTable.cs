using System.Globalization;
using RegistryCleaner.Collecting;
using RegistryCleaner.Planning;
using RegistryCleaner.Pruning;
using RegistryCleaner.Selection;

namespace RegistryCleaner.Reporting;

/// <summary>A report as rows for people; a front end draws them.</summary>
/// <param name="Rows">What goes or stays, and why.</param>
/// <param name="Summary">The totals, one sentence each.</param>
public sealed record ReportTable(IReadOnlyList<ReportRow> Rows, IReadOnlyList<string> Summary)
{
    /// <summary>Makes the rows of a report.</summary>
    public static ReportTable Of(CleanerReport report)
    {
        var rows = report.Plan is { } plan
            ? plan.Repositories.SelectMany(repository => RowsOf(repository, plan, report.Outcome))
                .Concat(ReportSelection.Untouched(report).SelectMany(RowsOf))
                .Concat(plan.Missing.Select(missing => new ReportRow("not found", missing.Image.ToString(), missing.Reason)))
            : report.Restoration?.Images.Select(image => UndoTable.RowOf(image, report.DryRun)) ?? report.Runs.Select(UndoTable.RowOf).Concat(report.Findings.Select(UndoTable.RowOf));
        return new ReportTable([.. RowFolding.Fold(rows)], [.. SummaryOf(report), .. UndoTable.SummaryOf(report)]);
    }

    /// <summary>A number of bytes for people: <c>1.5 MiB (1,572,864 bytes)</c>.</summary>
    public static string Bytes(long bytes) =>
        bytes < 1024 ? ShortBytes(bytes) : string.Create(CultureInfo.InvariantCulture, $"{ShortBytes(bytes)} ({bytes:N0} bytes)");

    /// <summary>A number of bytes in few characters: <c>1.5 MiB</c>.</summary>
    public static string ShortBytes(long bytes)
    {
        string[] units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];
        var value = (double)bytes;
        var unit = 0;
        while (value >= 1024 && unit < units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {units[unit]}");
    }

    private static IEnumerable<ReportRow> RowsOf(RepositoryPlan repository, PrunePlan plan, PruneOutcome? outcome)
    {
        var images = plan.Images.ToDictionary(image => image.Image, StringComparer.Ordinal);
        foreach (var tag in repository.Tags)
        {
            var name = $"{repository.Name}:{tag.Tag}";
            yield return new ReportRow(Action(tag.Removed, name, outcome?.Tags), name, tag.Reason, images.GetValueOrDefault(name));
        }

        foreach (var manifest in repository.Manifests)
        {
            var name = $"{repository.Name}@{manifest.Digest}";
            yield return new ReportRow(Action(manifest.Removed, name, outcome?.Manifests), $"{repository.Name}@{manifest.Digest.Abbreviated}", manifest.Reason, images.GetValueOrDefault(name));
        }

        yield return new ReportRow(Action(repository.Removed, repository.Name.Value, outcome?.Repositories), repository.Name.Value, repository.Reason);
    }

    private static IEnumerable<ReportRow> RowsOf(RepositorySelection repository) =>
    [
        .. repository.Tags.Select(tag => new ReportRow("keep", $"{repository.Name}:{tag.Tag}", tag.Reason)),
        .. repository.Untagged.Select(manifest => new ReportRow("keep", $"{repository.Name}@{manifest.Digest.Abbreviated}", manifest.Reason)),
    ];

    // The report says what happened, not what was meant to.
    private static string Action(bool planned, string name, IReadOnlyList<string>? done) => planned switch
    {
        false => "keep",
        true when done is null => "remove",
        true => done.Contains(name) ? "removed" : "NOT removed",
    };

    private static IEnumerable<string> SummaryOf(CleanerReport report)
    {
        foreach (var sentence in report.Story)
            yield return sentence;
        if (report.Plan is { } plan)
        {
            var tags = report.Outcome?.Tags.Count ?? plan.Repositories.Sum(repository => repository.Tags.Count(tag => tag.Removed));
            var manifests = report.Outcome?.Manifests.Count ?? plan.Repositories.Sum(repository => repository.Manifests.Count(manifest => manifest.Removed));
            var layers = report.Outcome?.Layers.Count ?? plan.Repositories.Sum(repository => repository.Layers.Length);
            var repositories = report.Outcome?.Repositories.Count ?? plan.Repositories.Count(repository => repository.Removed);
            yield return $"{(report.DryRun ? "Would remove" : "Removed")} {tags} tags, {manifests} manifests, {layers} layer links, {repositories} repositories.";
            if (report.Selection is { } selection)
                yield return $"Rules and patterns chose {selection.TagsRemoved} of {selection.TagsInScope} tags in scope, in {selection.Repositories.Length} repositories.";
            yield return $"Blobs that only these held: {plan.Blobs.Count(blob => blob.Removed)}, {Bytes(plan.BytesFreed)}.";
            if (plan.Blobs.Where(blob => !blob.Removed).ToList() is { Count: > 0 } needed)
                yield return $"Blobs that others need and that stay: {needed.Count}, {Bytes(needed.Sum(blob => blob.Size))}.";
        }

        if (report.Collection is { } collection)
        {
            foreach (var sentence in SentencesOf(collection, report.DryRun))
                yield return sentence;
        }
        else if (report is { DryRun: false, Plan: not null })
            yield return "No collector ran: the blobs stay until the next GarbageCollect.";
        if (report.DryRun && report.Verb != "History")
            yield return "Dry run: nothing was touched.";
    }

    private static IEnumerable<string> SentencesOf(CollectionReport collection, bool isDryRun)
    {
        yield return collection.BytesInTrash > 0
            ? $"Removed {collection.Blobs} blobs, {Bytes(collection.Bytes)}: {Bytes(collection.Bytes - collection.BytesInTrash)} are free now, {Bytes(collection.BytesInTrash)} lie in the trash."
            : $"{(isDryRun ? "Would free" : "Freed")} {collection.Blobs} blobs, {Bytes(collection.Bytes)}.";
        (int Count, string What)[] others =
        [
            (collection.Manifests, "untagged manifests"), (collection.Tags, "tags of their signatures and the like"), (collection.Layers, "links to layers that nothing needs"),
            (collection.Uploads, "abandoned uploads"), (collection.Leftovers, "temporary files"),
        ];
        foreach (var (count, what) in others.Where(other => other.Count > 0))
            yield return $"{(isDryRun ? "Would remove" : "Removed")} {count} {what}.";
        if (collection.WaitingBlobs > 0)
            yield return $"Wait for a restart of the registry, which remembers them: {collection.WaitingBlobs} manifests, {Bytes(collection.WaitingBytes)}.";
        if (collection.RecentBlobs > 0)
            yield return $"Stay for now, because they may belong to a push in progress: {collection.RecentBlobs} blobs, {Bytes(collection.RecentBytes)}.";
    }
}

/// <summary>One row of a report.</summary>
/// <param name="Action">remove, removed, NOT removed, keep or not found.</param>
/// <param name="Item">A tag, a manifest or a repository.</param>
/// <param name="Reason">Why.</param>
/// <param name="Image">What the image holds, where the row is about one that goes; else null.</param>
public sealed record ReportRow(string Action, string Item, string Reason, ImagePlan? Image = null);
