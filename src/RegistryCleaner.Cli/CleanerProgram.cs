using System.CommandLine;
using System.Reflection;
using System.Security.Cryptography;
using RegistryCleaner.CommandLine;
using RegistryCleaner.Reporting;

namespace RegistryCleaner.Tool;

/// <summary>The program: words in, a report on standard output, a log on standard error, an exit code.</summary>
internal static class CleanerProgram
{
    private const string NotAPolicyCheck = "A policy is checked with 'registry-cleaner policy check FILE': one file, and nothing else. Repositories of these names are removed with CleanImages --images policy check.";

    public static async Task<int> RunAsync(IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        // Never a prune of the repositories policy and check, whatever else is given or left out.
        if (words is ["policy", "check", ..])
        {
            return words is [_, _, "-" or [not '-', ..]] ? await CheckPolicyAsync(words[2], cancellationToken) : Fail(ExitCode.BadInput, [NotAPolicyCheck]);
        }

        var frontEnd = new FrontEndOptions();
        var commandLine = new CleanerCommandLine(frontEnd.All);
        var parsed = commandLine.Parse(words);
        // Also where the parser takes it for the value of the switch before it, and with a value of its own, whatever that is.
        bool IsGiven(Option<bool> option) => parsed.GetResult(option) is { Implicit: false } || words.Any(word => word == option.Name || option.Aliases.Contains(word));
        if (IsGiven(frontEnd.Help))
        {
            HelpText.Write(commandLine.Root.Options.ExceptBy(CleanerParameter.All.Select(parameter => "--" + parameter.Name), option => option.Name));
            return 0;
        }

        if (words is ["--version"])
        {
            Console.Out.WriteLine(typeof(CleanerProgram).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);
            return 0;
        }

        if (IsGiven(frontEnd.Version))
            return Fail(ExitCode.BadInput, ["--version stands alone."], words);
        if (parsed.GetResult(commandLine.Root.Arguments[0]) is { Tokens: [{ Value: "policy" }, { Value: "check" }, ..] })
            return Fail(ExitCode.BadInput, [NotAPolicyCheck]);
        if (words.Contains("--completion"))
            return PrintCompletion(words, commandLine);

        // The first hash loads the system's library, which takes as long as reading some hundred files: the two go side by side.
        _ = Task.Run(() => SHA256.HashData([]), cancellationToken);
        var reading = commandLine.Read(words, EnvironmentNames());
        var (level, isJson, errors) = frontEnd.Read(parsed);
        errors = [.. reading.Errors, .. reading.Errors.Count == 0 ? errors : []];
        if (errors.Count > 0)
            return Fail(ExitCode.BadInput, errors, words);

        using var terminal = TerminalProgress.OnError();
        return await RunAsync(reading, new Cleaner(new LineLog(level, terminal.WriteLine), Terminal.Confirm, terminal.IsShown ? terminal : null), isJson, cancellationToken);
    }

    // What was done before something else was refused is reported all the same.
    private static async Task<int> RunAsync(CommandLineReading reading, Cleaner cleaner, bool isJson, CancellationToken cancellationToken)
    {
        var reports = new List<CleanerReport>();
        ExitCode exitCode;
        IReadOnlyList<string> messages = [];
        try
        {
            await RunAsync(reading, cleaner, reports, cancellationToken);
            exitCode = reports[^1].ExitCode;
        }
        catch (CleanerException e)
        {
            (exitCode, messages) = (e.ExitCode, e.Messages);
        }
        catch (OperationCanceledException)
        {
            (exitCode, messages) = (ExitCode.Cancelled, ["Cancelled. Everything that is still tagged can be pulled; the next run finishes what was begun."]);
        }
        catch (Exception e)
        {
            (exitCode, messages) = (ExitCode.Incomplete, [$"This should not have happened; what was begun is finished by the next run. Please report it with the following: {e}"]);
        }

        Print(reports, isJson);
        return Fail(exitCode, messages);
    }

    private static async Task RunAsync(CommandLineReading reading, Cleaner cleaner, List<CleanerReport> reports, CancellationToken cancellationToken)
    {
        if (reading.RestoreImages is { } restoreImages)
            reports.Add(await cleaner.RestoreImagesAsync(restoreImages, cancellationToken));
        if (reading.CleanImages is { } cleanImages)
            reports.Add(await cleaner.CleanImagesAsync(cleanImages, cancellationToken));
        if (reading.GarbageCollect is { } garbageCollect && reports.All(report => report.ExitCode == ExitCode.Done))
            reports.Add(await cleaner.GarbageCollectAsync(garbageCollect with { After = reports.FirstOrDefault() }, cancellationToken));
        if (reading.EmptyTrash is { } emptyTrash && reports.All(report => report.ExitCode == ExitCode.Done))
            reports.Add(await cleaner.EmptyTrashAsync(emptyTrash, cancellationToken));
        if (reading.CheckRegistry is { } checkRegistry && reports.All(report => report.ExitCode == ExitCode.Done))
            reports.Add(await cleaner.CheckRegistryAsync(checkRegistry, cancellationToken));
        if (reading.History is { } history && reports.All(report => report.ExitCode == ExitCode.Done))
            reports.Add(await cleaner.HistoryAsync(history, cancellationToken));
    }

    private static void Print(List<CleanerReport> reports, bool isJson)
    {
        if (reports.Count == 0)
            return;
        if (isJson)
            Console.Out.WriteLine(ReportJson.Write(reports));
        else
            reports.ForEach(report => ReportPrinter.Print(ReportTable.Of(report)));
    }

    private static int PrintCompletion(IReadOnlyList<string> words, CleanerCommandLine commandLine)
    {
        if (words is not ["--completion", var shell] || !ShellCompletion.Shells.Contains(shell))
            return Fail(ExitCode.BadInput, [$"--completion takes {string.Join(", ", ShellCompletion.Shells)}, and stands alone."], words);
        Console.Out.WriteLine(new ShellCompletion(commandLine.Root.Options).For(shell));
        return 0;
    }

    private static async Task<int> CheckPolicyAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            Console.Out.WriteLine(await RetentionPolicy.CheckAsync(file, cancellationToken));
            return (int)ExitCode.Done;
        }
        catch (CleanerException e)
        {
            return Fail(e.ExitCode, e.Messages);
        }
    }

    private static int Fail(ExitCode exitCode, IReadOnlyList<string> messages, IReadOnlyList<string>? words = null)
    {
        foreach (var message in messages)
        {
            Console.Error.WriteLine($"registry-cleaner: {message}");
            if (words is not null && ErrorPointer.Of(words, message) is { } pointer)
                Console.Error.WriteLine(pointer);
        }

        return (int)exitCode;
    }

    private static IEnumerable<string> EnvironmentNames() => Environment.GetEnvironmentVariables().Keys.Cast<string>();
}
