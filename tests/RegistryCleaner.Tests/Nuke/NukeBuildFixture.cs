using CliWrap;
using CliWrap.Buffered;

namespace RegistryCleaner.Tests.Nuke;

/// <summary>This repository's own NUKE build, compiled once, where Nuke.Common restores.</summary>
public sealed class NukeBuildFixture : IAsyncLifetime
{
    /// <summary>Why the build cannot run here, or null.</summary>
    public string? Unavailable { get; private set; }

    public async Task InitializeAsync()
    {
        var project = Path.Combine(RepositoryRoot.Path, "build", "_build.csproj");
        var restore = await Dotnet("restore", project);
        if (restore.ExitCode != 0)
        {
            restore.StandardOutput.ShouldContain("NU110");
            Unavailable = "Nuke.Common does not restore from this machine's package feeds, so that the NUKE build cannot be tried.";
            return;
        }

        var build = await Dotnet("build", project, "--no-restore", "-c", "Debug");
        build.ExitCode.ShouldBe(0, build.StandardOutput);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>Runs the build as a user does.</summary>
    public static async Task<BufferedCommandResult> RunAsync(IEnumerable<string> words, IReadOnlyDictionary<string, string?> environment) =>
        await Cli.Wrap("dotnet")
            .WithArguments([Path.Combine(RepositoryRoot.Path, "build", "bin", "Debug", "_build.dll"), .. words])
            .WithEnvironmentVariables(environment.Append(new("NUKE_TELEMETRY_OPTOUT", "1")).ToDictionary())
            .WithWorkingDirectory(RepositoryRoot.Path)
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync();

    private static async Task<BufferedCommandResult> Dotnet(params string[] words) =>
        await Cli.Wrap("dotnet").WithArguments(words).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
}
