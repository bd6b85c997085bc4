using System.Runtime.CompilerServices;
using Nuke.Common;
using RegistryCleaner.Reporting;
using Serilog;
using Serilog.Extensions.Logging;

namespace RegistryCleaner.Nuke;

/// <summary>Runs a verb inside a NUKE target: NUKE's log, NUKE's summary, and our exit codes.</summary>
internal static class CleanerTarget
{
    // What CleanImages did in this build, or in a dry run would do: GarbageCollect counts on it.
    private static readonly ConditionalWeakTable<INukeBuild, CleanerReport> s_pruned = [];

    public static async Task RunAsync(INukeBuild build, CleanerVerbs verb)
    {
        var values = StrictParameters.Read(build, verb);
        using var cancellation = new CancellationTokenSource();
        void Cancel(object? sender, ConsoleCancelEventArgs arguments)
        {
            arguments.Cancel = true;
            cancellation.Cancel();
        }

        Console.CancelKeyPress += Cancel;
        try
        {
            using var loggers = new SerilogLoggerFactory(Log.Logger);
            var cleaner = new Cleaner(loggers.CreateLogger("RegistryCleaner"));
            var report = verb == CleanerVerbs.CleanImages
                ? await cleaner.CleanImagesAsync(values.ToCleanImagesOptions(), cancellation.Token)
                : await cleaner.GarbageCollectAsync(values.ToGarbageCollectOptions() with { After = s_pruned.TryGetValue(build, out var pruned) ? pruned : null }, cancellation.Token);
            if (verb == CleanerVerbs.CleanImages)
                s_pruned.AddOrUpdate(build, report);
            Show(build, report);
        }
        catch (CleanerException e)
        {
            throw Fail(build, e.ExitCode, e.Message);
        }
        catch (OperationCanceledException)
        {
            throw Fail(build, ExitCode.Cancelled, "Cancelled. Everything that is still tagged can be pulled; the next run finishes what was begun.");
        }
        finally
        {
            Console.CancelKeyPress -= Cancel;
        }
    }

    private static void Show(INukeBuild build, CleanerReport report)
    {
        var table = ReportTable.Of(report);
        foreach (var row in table.Rows)
            Log.Information("{Action,-11} {Item}  ({Reason})", row.Action, row.Item, row.Reason);
        foreach (var sentence in table.Summary)
            Log.Information("{Sentence}", sentence);
        build.ReportSummary(summary =>
        {
            summary["Tags"] = $"{report.Outcome?.Tags.Count ?? report.Plan?.Repositories.Sum(repository => repository.Tags.Count(tag => tag.Removed)) ?? 0}";
            summary["Freed"] = ReportTable.Bytes(report.Collection?.Bytes ?? 0);
            summary["Mode"] = report.DryRun ? "dry run" : "real";
            return summary;
        });
        if (report.ExitCode != ExitCode.Done)
            throw Fail(build, report.ExitCode, "Not everything was done; see the warnings above.");
    }

    private static InvalidOperationException Fail(INukeBuild build, ExitCode exitCode, string message)
    {
        build.ExitCode = (int)exitCode;
        return new InvalidOperationException(message);
    }
}
