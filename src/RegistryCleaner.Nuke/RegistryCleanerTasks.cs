using Nuke.Common.Tooling;
using RegistryCleaner.Reporting;
using Serilog;
using Serilog.Extensions.Logging;

namespace RegistryCleaner.Nuke;

/// <summary>The verbs as tasks, for a target of one's own: <c>CleanImages(_ => _.SetImages(superseded).SetDryRun())</c>.</summary>
public static class RegistryCleanerTasks
{
    /// <summary>Removes images, and frees what they alone held.</summary>
    /// <param name="configure">Names the images, and says how to go about it.</param>
    /// <returns>What was found, decided and done.</returns>
    /// <exception cref="CleanerException">Not everything was done; it carries the exit code.</exception>
    public static CleanerReport CleanImages(Configure<CleanImagesOptions> configure) =>
        RequireDone(Run((cleaner, cancellation) => cleaner.CleanImagesAsync(configure(new CleanImagesOptions { Images = [] }), cancellation)));

    /// <summary>Collects what nothing in the registry refers to any longer.</summary>
    /// <param name="configure">Says how to go about it.</param>
    /// <returns>What was found, decided and done.</returns>
    /// <exception cref="CleanerException">Not everything was done; it carries the exit code.</exception>
    public static CleanerReport GarbageCollect(Configure<GarbageCollectOptions>? configure = null) =>
        RequireDone(Run((cleaner, cancellation) => cleaner.GarbageCollectAsync((configure ?? (options => options))(new GarbageCollectOptions()), cancellation)));

    /// <summary>Puts back what an earlier run removed, while the trash holds it.</summary>
    /// <param name="configure">Says how to go about it.</param>
    /// <returns>What was found, decided and done.</returns>
    /// <exception cref="CleanerException">Not everything was done; it carries the exit code.</exception>
    public static CleanerReport RestoreImages(Configure<RestoreImagesOptions>? configure = null) =>
        RequireDone(Run((cleaner, cancellation) => cleaner.RestoreImagesAsync((configure ?? (options => options))(new RestoreImagesOptions()), cancellation)));

    /// <summary>Frees what the trash holds: it cannot be put back afterwards.</summary>
    /// <param name="configure">Says how to go about it.</param>
    /// <returns>What was found, decided and done.</returns>
    /// <exception cref="CleanerException">Not everything was done; it carries the exit code.</exception>
    public static CleanerReport EmptyTrash(Configure<EmptyTrashOptions>? configure = null) =>
        RequireDone(Run((cleaner, cancellation) => cleaner.EmptyTrashAsync((configure ?? (options => options))(new EmptyTrashOptions()), cancellation)));

    /// <summary>Shows earlier runs, and which of them can be taken back.</summary>
    /// <param name="configure">Says how to go about it.</param>
    /// <returns>What was found, decided and done.</returns>
    /// <exception cref="CleanerException">Not everything was done; it carries the exit code.</exception>
    public static CleanerReport History(Configure<HistoryOptions>? configure = null) =>
        RequireDone(Run((cleaner, cancellation) => cleaner.HistoryAsync((configure ?? (options => options))(new HistoryOptions()), cancellation)));

    /// <summary>Looks whether everything that a tag leads to is there.</summary>
    /// <param name="configure">Says how to go about it.</param>
    /// <returns>What was found, decided and done.</returns>
    /// <exception cref="CleanerException">Not everything was done; it carries the exit code.</exception>
    public static CleanerReport CheckRegistry(Configure<CheckRegistryOptions>? configure = null) =>
        RequireDone(Run((cleaner, cancellation) => cleaner.CheckRegistryAsync((configure ?? (options => options))(new CheckRegistryOptions()), cancellation)));

    /// <summary>Runs a verb with NUKE's log, until it ends or Ctrl+C ends it between two steps.</summary>
    internal static CleanerReport Run(Func<Cleaner, CancellationToken, Task<CleanerReport>> verb)
    {
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
            var report = verb(new Cleaner(loggers.CreateLogger("RegistryCleaner")), cancellation.Token).GetAwaiter().GetResult();
            Show(report);
            return report;
        }
        catch (OperationCanceledException)
        {
            throw new CleanerException(ExitCode.Cancelled, "Cancelled. Everything that is still tagged can be pulled; the next run finishes what was begun.");
        }
        finally
        {
            Console.CancelKeyPress -= Cancel;
        }
    }

    internal static CleanerReport RequireDone(CleanerReport report) => report.ExitCode == ExitCode.Done
        ? report
        : throw new CleanerException(report.ExitCode, "Not everything was done; see the warnings above.");

    private static void Show(CleanerReport report)
    {
        var table = ReportTable.Of(report);
        foreach (var row in table.Rows)
            Log.Information("{Action,-11} {Item}  ({Reason})", row.Action, row.Item, row.Reason);
        foreach (var sentence in table.Summary)
            Log.Information("{Sentence}", sentence);
    }
}
