using CliWrap;
using CliWrap.Buffered;

namespace RegistryCleaner.Tests.CommandLine;

/// <summary>The completion scripts, asked by the shells that they are for, where these are installed.</summary>
public class ShellCompletionTests
{
    [Theory]
    [InlineData("", "CleanImages GarbageCollect RestoreImages EmptyTrash History CheckRegistry")]
    [InlineData("Gar", "GarbageCollect")]
    [InlineData("--dr", "--dry-run")]
    public async Task Bash_completes_targets_and_switches(string begun, string expected) =>
        (await BashAsync($"registry-cleaner '{begun}'", 1)).ShouldBe(expected.Split(' '), ignoreOrder: true);

    [Fact]
    public async Task Bash_completes_a_switch_s_values() =>
        (await BashAsync("registry-cleaner --collector ''", 2)).ShouldBe(["targeted", "full", "registry", "none"], ignoreOrder: true);

    [SkippableFact]
    public async Task Fish_completes_targets_switches_and_values()
    {
        var script = await ScriptAsync("fish");

        (await RunAsync("fish", $"{script}\ncomplete -C 'registry-cleaner Gar'")).ShouldBe(["GarbageCollect"]);
        (await RunAsync("fish", $"{script}\ncomplete -C 'registry-cleaner --dr' | cut -f 1")).ShouldBe(["--dry-run"]);
        (await RunAsync("fish", $"{script}\ncomplete -C 'registry-cleaner --collector ' | cut -f 1")).ShouldBe(["targeted", "full", "registry", "none"], ignoreOrder: true);
    }

    [SkippableFact]
    public async Task Zsh_reads_its_script()
    {
        var script = await ScriptAsync("zsh");

        (await RunAsync("zsh", $"compdef() {{ echo $1 for $2 }}\n{script}")).ShouldBe(["_registry_cleaner for registry-cleaner"]);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("powershell")]
    public async Task Every_switch_is_in_every_script(string shell)
    {
        var script = await ScriptAsync(shell);

        CleanerParameter.All.ShouldAllBe(parameter => script.Contains(parameter.Name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--completion", "ksh")]
    [InlineData("--completion", "bash", "team/app:1.0")]
    [InlineData("team/app:1.0", "--completion", "bash")]
    public async Task It_stands_alone(params string[] words) =>
        (await ConsoleRun.RunAsync(words, CancellationToken.None)).ExitCode.ShouldBe(2);

    private static async Task<string> ScriptAsync(string shell)
    {
        var run = await ConsoleRun.RunAsync(["--completion", shell], CancellationToken.None);
        run.ExitCode.ShouldBe(0);
        return run.Output;
    }

    private static async Task<string[]> BashAsync(string words, int current) =>
        await RunAsync("bash", $"{await ScriptAsync("bash")}\nCOMP_WORDS=({words}); COMP_CWORD={current}; _registry_cleaner; printf '%s\\n' \"${{COMPREPLY[@]}}\"");

    private static async Task<string[]> RunAsync(string shell, string script)
    {
        Skip.IfNot((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(directory => File.Exists(Path.Combine(directory, shell))), $"{shell} is not installed here");
        var run = await Cli.Wrap(shell).WithArguments(["-c", script]).ExecuteBufferedAsync();
        run.StandardError.ShouldBeEmpty();
        return run.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
