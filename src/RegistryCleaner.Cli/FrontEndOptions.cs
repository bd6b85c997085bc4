using System.CommandLine;
using Microsoft.Extensions.Logging;

namespace RegistryCleaner.Tool;

/// <summary>The switches of this front end alone: what is logged, how the result is printed, and those of NUKE's that do no harm.</summary>
internal sealed class FrontEndOptions
{
    private static readonly Dictionary<string, LogLevel> s_levels = new(StringComparer.OrdinalIgnoreCase)
    {
        ["debug"] = LogLevel.Debug,
        ["info"] = LogLevel.Information,
        ["warning"] = LogLevel.Warning,
        ["error"] = LogLevel.Error,
        ["critical"] = LogLevel.Critical,
    };

    // NUKE's --verbosity, so that a command line that runs under NUKE runs without it.
    private static readonly Dictionary<string, LogLevel> s_verbosities = new(StringComparer.OrdinalIgnoreCase)
    {
        ["verbose"] = LogLevel.Debug,
        ["normal"] = LogLevel.Information,
        ["minimal"] = LogLevel.Warning,
        ["quiet"] = LogLevel.Error,
    };

    public Option<string> Log { get; } = new("--log", "-l") { Description = "What is logged to standard error: debug, info (the default), warning, error or critical." };

    public Option<string> Output { get; } = new("--output") { Description = "How the result is printed to standard output: text (the default) or json." };

    public Option<string> Completion { get; } = new("--completion") { Description = "Prints the completion script of a shell: bash, zsh, fish or powershell." };

    public Option<string> Verbosity { get; } = new("--verbosity") { Hidden = true };

    public Option<bool> Help { get; } = new("--help", "-h", "-?") { Description = "Shows this help." };

    public Option<bool> Version { get; } = new("--version") { Description = "Shows the version." };

    public Option<bool> NoLogo { get; } = new("--no-logo") { Hidden = true };

    public FrontEndOptions()
    {
        Log.CompletionSources.Add(_ => s_levels.Keys);
        Output.CompletionSources.Add("text", "json");
        Completion.CompletionSources.Add(_ => ShellCompletion.Shells);
    }

    public IEnumerable<Option> All => [Help, Version, Log, Output, Completion, Verbosity, NoLogo];

    public (LogLevel Level, bool IsJson, IReadOnlyList<string> Errors) Read(ParseResult parsed)
    {
        var errors = new List<string>();
        var level = LogLevel.Information;
        if (parsed.GetValue(Verbosity) is { } verbosity && !s_verbosities.TryGetValue(verbosity, out level))
            errors.Add($"--verbosity takes {string.Join(", ", s_verbosities.Keys)}, not '{verbosity}'.");
        if (parsed.GetValue(Log) is { } log && !s_levels.TryGetValue(log, out level))
            errors.Add($"--log takes {string.Join(", ", s_levels.Keys)}, not '{log}'.");
        var output = parsed.GetValue(Output) ?? "text";
        if (output is not ("text" or "json"))
            errors.Add($"--output takes text or json, not '{output}'.");
        return (level, output == "json", errors);
    }
}
