using System.Runtime.CompilerServices;
using Nuke.Common;
using RegistryCleaner.CommandLine;
using RegistryCleaner.Reporting;

namespace RegistryCleaner.Nuke;

/// <summary>Runs a verb inside a NUKE target: options from the command line and the build, NUKE's summary, our exit codes.</summary>
internal static class CleanerTarget
{
    // What CleanImages did in this build, or in a dry run would do: GarbageCollect counts on it.
    private static readonly ConditionalWeakTable<INukeBuild, CleanerReport> s_pruned = [];

    // By the command line, or by code.
    public static bool HasImages(ICleanImages build) =>
        StrictParameters.NamesImages(StrictParameters.Read(build, CleanerVerbs.CleanImages)) || OptionsOf(build).Images.Count > 0;

    public static void CleanImages(ICleanImages build) => Run(build, () =>
    {
        var report = RegistryCleanerTasks.Run((cleaner, cancellation) => cleaner.CleanImagesAsync(OptionsOf(build), cancellation));
        s_pruned.AddOrUpdate(build, report);
        return report;
    });

    public static void GarbageCollect(IGarbageCollect build) => Run(build, () =>
    {
        var options = StrictParameters.Read(build, CleanerVerbs.GarbageCollect).ToGarbageCollectOptions() with { After = s_pruned.TryGetValue(build, out var pruned) ? pruned : null };
        options = build.GarbageCollectSettings?.Invoke(options) ?? options;
        return RegistryCleanerTasks.Run((cleaner, cancellation) => cleaner.GarbageCollectAsync(options, cancellation));
    });

    public static void RestoreImages(IRestoreImages build) => Run(build, CleanerVerbs.RestoreImages, (cleaner, values, cancellation) => cleaner.RestoreImagesAsync(values.ToRestoreImagesOptions(), cancellation));

    public static void EmptyTrash(IEmptyTrash build) => Run(build, CleanerVerbs.EmptyTrash, (cleaner, values, cancellation) => cleaner.EmptyTrashAsync(values.ToEmptyTrashOptions(), cancellation));

    public static void History(IHistory build) => Run(build, CleanerVerbs.History, (cleaner, values, cancellation) => cleaner.HistoryAsync(values.ToHistoryOptions(), cancellation));

    public static void CheckRegistry(ICheckRegistry build) => Run(build, CleanerVerbs.CheckRegistry, (cleaner, values, cancellation) => cleaner.CheckRegistryAsync(values.ToCheckRegistryOptions(), cancellation));

    private static void Run(INukeBuild build, CleanerVerbs verb, Func<Cleaner, ParameterValues, CancellationToken, Task<CleanerReport>> run)
    {
        var values = StrictParameters.Read(build, verb);
        Run(build, () => RegistryCleanerTasks.Run((cleaner, cancellation) => run(cleaner, values, cancellation)));
    }

    private static CleanImagesOptions OptionsOf(ICleanImages build)
    {
        var options = StrictParameters.Read(build, CleanerVerbs.CleanImages).ToCleanImagesOptions();
        return build.CleanImagesSettings?.Invoke(options) ?? options;
    }

    private static void Run(INukeBuild build, Func<CleanerReport> verb)
    {
        try
        {
            var report = verb();
            // History touches nothing, and CheckRegistry says in the log what it did.
            if (report.Verb is not (nameof(IHistory.History) or nameof(ICheckRegistry.CheckRegistry)))
            {
                build.ReportSummary(summary =>
                {
                    summary["Tags"] = $"{report.Restoration?.Images.Length ?? report.Outcome?.Tags.Count ?? report.Plan?.Repositories.Sum(repository => repository.Tags.Count(tag => tag.Removed)) ?? 0}";
                    summary["Freed"] = ReportTable.Bytes(report.Collection?.Bytes ?? 0);
                    summary["Mode"] = report.DryRun ? "dry run" : "real";
                    return summary;
                });
            }

            RegistryCleanerTasks.RequireDone(report);
        }
        catch (CleanerException e)
        {
            build.ExitCode = (int)e.ExitCode;
            throw;
        }
    }
}
