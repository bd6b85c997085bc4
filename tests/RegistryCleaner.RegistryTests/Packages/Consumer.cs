using CliWrap;
using CliWrap.Buffered;
using RegistryCleaner.RegistryTests.Fixture;

namespace RegistryCleaner.RegistryTests.Packages;

// A directory of somebody who has nothing of ours but the packages.
internal sealed class Consumer : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    // Ours come from the feed, and land in the directory itself, so that no other build of the same version gets in the way.
    // All others are on this machine already.
    public Consumer(PackedFeed feed) => Write(
        "nuget.config",
        $"""
        <configuration>
          <packageSources><add key="packed" value="{feed.Path}" /></packageSources>
          <config><add key="globalPackagesFolder" value="packages" /></config>
          <fallbackPackageFolders><add key="machine" value="{Repository.PackagesDirectory}" /></fallbackPackageFolders>
        </configuration>
        """);

    public string Path => directory.Path;

    public void Write(string name, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(directory.File(name))!);
        File.WriteAllText(directory.File(name), text);
    }

    public async Task<BufferedCommandResult> RunAsync(string program, params IEnumerable<string> words) => await Cli.Wrap(program)
        .WithArguments(words)
        .WithWorkingDirectory(Path)
        .WithEnvironmentVariables(new Dictionary<string, string?> { ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1", ["DOTNET_NOLOGO"] = "1", ["NUKE_TELEMETRY_OPTOUT"] = "1", ["NUGET_PACKAGES"] = null })
        .WithValidation(CommandResultValidation.None)
        .ExecuteBufferedAsync();

    public void Dispose() => directory.Dispose();
}

internal static class CommandResults
{
    // With all that is needed to see why it was another.
    public static BufferedCommandResult ShouldEndWith(this BufferedCommandResult result, int exitCode) => result.ExitCode == exitCode
        ? result
        : throw new InvalidOperationException($"It ended with {result.ExitCode} instead of {exitCode}.\n{result.StandardOutput}\n{result.StandardError}");
}
