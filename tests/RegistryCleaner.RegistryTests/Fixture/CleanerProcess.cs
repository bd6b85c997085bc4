using System.Diagnostics;
using System.Text;
using System.Text.Json;
using CliWrap;

namespace RegistryCleaner.RegistryTests.Fixture;

// The tool as people run it: a process of its own, built beside these tests.
internal sealed class CleanerProcess : IDisposable
{
    private readonly Process process;
    private readonly Task<string> output;
    private readonly StringBuilder error = new();

    private CleanerProcess(Process process)
    {
        this.process = process;
        output = process.StandardOutput.ReadToEndAsync();
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null)
                return;
            lock (error)
                error.Append(line.Data).Append('\n');
        };
        process.BeginErrorReadLine();
    }

    // Found once, so that a test can take the PATH away from the tool.
    private static string Dotnet { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH")
        ?? (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(directory => Path.Combine(directory, "dotnet"))
            .First(File.Exists);

    public static IReadOnlyList<string> Words { get; } = [Dotnet, Path.Combine(AppContext.BaseDirectory, "registry-cleaner.dll")];

    public bool HasEnded => process.HasExited;

    public int Id => process.Id;

    // A line at a time, as it comes.
    public string Error
    {
        get
        {
            lock (error)
                return error.ToString();
        }
    }

    // Most of these tests look at what is freed, at once; those about taking back say how long it is kept.
    public static IReadOnlyList<string> WithoutTrash(IReadOnlyList<string> words) =>
        words.Contains("--trash-retention") || words is [] or ["RestoreImages" or "EmptyTrash" or "History" or "CheckRegistry", ..] ? words : [.. words, "--trash-retention", "0"];

    public static Task<CleanerResult> RunAsync(params IEnumerable<string> words) => RunAsync(words, null);

    public static async Task<CleanerResult> RunAsync(IEnumerable<string> words, IReadOnlyDictionary<string, string>? environment)
    {
        using var process = Start(words, environment);
        return await process.EndAsync();
    }

    // Behind other words, such as those of setpriv, where some are given.
    public static CleanerProcess Start(
        IEnumerable<string> words, IReadOnlyDictionary<string, string>? environment = null, params IEnumerable<string> behind)
    {
        List<string> all = [.. behind, .. Words, .. WithoutTrash([.. words])];
        var start = new ProcessStartInfo(all[0], all[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new(process);
    }

    public async Task<CleanerResult> EndAsync()
    {
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, Error);
    }

    // SIGKILL, to the process alone: those that it started in containers are left to themselves, as after a crash.
    public void Kill() => process.Kill(entireProcessTree: false);

    // SIGINT, to the process alone, or as a terminal sends it to all of its group (then it was started behind setsid).
    public async Task InterruptAsync(bool group = false) =>
        await Cli.Wrap("kill").WithArguments(["-INT", "--", $"{(group ? "-" : "")}{process.Id}"]).WithValidation(CommandResultValidation.None).ExecuteAsync();

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.Dispose();
    }
}

internal sealed record CleanerResult(int ExitCode, string Output, string Error)
{
    // What `--output json` printed.
    public JsonElement Json => JsonElement.Parse(Output);

    // A number of the collection's, in a report of one verb.
    public long Collected(string name) => Json.GetProperty("collection").GetProperty(name).GetInt64();

    // What is `planned` or `removed`, of every kind.
    public static IReadOnlyList<string> Items(JsonElement report, string property) => [.. report.GetProperty(property).EnumerateObject()
        .SelectMany(kind => kind.Value.EnumerateArray().Select(item => $"{kind.Name} {item.GetString()}"))
        .Order(StringComparer.Ordinal)];

    public IReadOnlyList<string> Texts(string name) => [.. Json.GetProperty(name).EnumerateArray().Select(item => item.GetString()!)];

    // With all that is needed to see why it was another.
    public CleanerResult ShouldEndWith(int exitCode)
    {
        if (ExitCode != exitCode)
            throw new InvalidOperationException($"The cleaner ended with {ExitCode} instead of {exitCode}.\n{Output}\n{Error}");
        return this;
    }
}
