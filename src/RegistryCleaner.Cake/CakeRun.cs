using Cake.Core;
using Cake.Core.Diagnostics;
using RegistryCleaner.CommandLine;
using RegistryCleaner.Reporting;

namespace RegistryCleaner.Cake;

/// <summary>Runs a verb inside a Cake script: Cake's log, Cake's way to fail, our exit codes.</summary>
internal static class CakeRun
{
    // Cake's own, and what nearly every script has.
    private static readonly string[] s_common = ["target", "configuration", "verbosity", "exclusive", "settings_skippackageversioncheck"];

    public static CleanerReport Run(ICakeContext context, Func<Cleaner, CancellationToken, Task<CleanerReport>> verb)
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
            // Cake runs its tasks one after the other on a thread of their own: nothing waits for the one that waits here.
            var report = verb(new Cleaner(new CakeLogger(context.Log)), cancellation.Token).GetAwaiter().GetResult();
            Show(context.Log, report);
            return report.ExitCode == ExitCode.Done ? report : throw Incomplete(report);
        }
        catch (CleanerException e)
        {
            throw new CakeException((int)e.ExitCode, e.Message, e);
        }
        catch (OperationCanceledException e)
        {
            throw new CakeException((int)ExitCode.Cancelled, "Cancelled. Everything that is still tagged can be pulled; the next run finishes what was begun.", e);
        }
        finally
        {
            Console.CancelKeyPress -= Cancel;
        }
    }

    public static T Read<T>(ICakeContext context, CleanerVerbs verb, IEnumerable<string> others, Func<ParameterValues, T> options)
    {
        var words = context.Arguments.GetArguments().SelectMany(argument => argument.Value.Select(value => WordOf(argument.Key, value)));
        var commandLine = new CleanerCommandLine(CleanerCommandLine.Others(s_common.Concat(others).Select(name => "--" + name)));
        var values = commandLine.ReadInBuild([.. words], [], verb, [], out var errors);
        try
        {
            return options(values ?? throw new CleanerException(ExitCode.BadInput, errors));
        }
        catch (CleanerException e)
        {
            throw new CakeException((int)e.ExitCode, e.Message, e);
        }
    }

    // The report goes along, for a script that catches this.
    private static CakeException Incomplete(CleanerReport report) =>
        new((int)report.ExitCode, "Not everything was done; see the warnings above.") { Data = { [nameof(CleanerReport)] = report } };

    private static string WordOf(string name, string? value) => string.IsNullOrEmpty(value) ? $"--{name}" : $"--{name}={value}";

    private static void Show(ICakeLog log, CleanerReport report)
    {
        var table = ReportTable.Of(report);
        foreach (var row in table.Rows)
            log.Information("{0}", $"{row.Action,-11} {row.Item}  ({row.Reason})");
        foreach (var sentence in table.Summary)
            log.Information("{0}", sentence);
    }
}
