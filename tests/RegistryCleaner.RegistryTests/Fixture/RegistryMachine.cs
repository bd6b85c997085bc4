using System.ComponentModel;
using CliWrap;
using CliWrap.Buffered;
using CliWrap.Exceptions;

namespace RegistryCleaner.RegistryTests.Fixture;

// Whether real registries can be run and pushed to here. Found out once in a process: a test that cannot run
// is told so when it is discovered, with the reason, instead of failing later for one that nobody understands.
internal static class RegistryMachine
{
    private const string Enable = "sudo tests/registry-machine.sh";

    private static readonly Lazy<string?> Docker = new(() => Wait(() => WhyNotAsync(ContainerEngine.Docker)));
    private static readonly Lazy<string?> Podman = new(() => Wait(() => WhyNotAsync(ContainerEngine.Podman)));

    // Null where the tests can run; otherwise the reason to skip them, ending with the command that enables them.
    public static string? DockerUnavailable => Docker.Value;

    public static string? PodmanUnavailable => Podman.Value;

    // On CI nothing may be skipped without notice: there the tests run, and fail with the reason.
    public static bool Required => Environment.GetEnvironmentVariable("REGISTRY_TESTS_REQUIRED") == "1";

    public static string? SkipReason(string engine) =>
        Required ? null : engine == ContainerEngine.Podman.Name ? PodmanUnavailable : DockerUnavailable;

    public static void Require(string engine)
    {
        var reason = engine == ContainerEngine.Podman.Name ? PodmanUnavailable : DockerUnavailable;
        if (reason is not null)
            throw new InvalidOperationException(reason);
    }

    private static async Task<string?> WhyNotAsync(ContainerEngine engine)
    {
        var reason = await WhyNoEngineAsync(engine)
            ?? await WhyNoSkopeoAsync()
            ?? (await RegistryImages.FindAsync(engine, 2)).Unavailable;

        return reason is null ? null : $"{reason}. To enable the tests on real registries, on Debian: {Enable}";
    }

    private static async Task<string?> WhyNoEngineAsync(ContainerEngine engine)
    {
        // The containers are reached through the host's network, which is the user's own only on Linux.
        if (!OperatingSystem.IsLinux())
            return "The tests on real registries need Linux";

        return await TryAsync(engine.Command(["info"])) is { } problem
            ? $"`{engine.Name} info` does not answer ({problem})"
            : null;
    }

    private static async Task<string?> WhyNoSkopeoAsync() =>
        await TryAsync(Cli.Wrap("skopeo").WithArguments(["--version"])) is { } problem
            ? $"skopeo is not installed ({problem})"
            : null;

    // Null when the command succeeds, otherwise what is wrong in a few words.
    internal static async Task<string?> TryAsync(Command command, TimeSpan? patience = null)
    {
        using var timeout = new CancellationTokenSource(patience ?? TimeSpan.FromSeconds(20));
        try
        {
            var result = await command.WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(timeout.Token);
            return result.ExitCode == 0 ? null : LastLine(result.StandardError) ?? $"exit code {result.ExitCode}";
        }
        catch (OperationCanceledException)
        {
            return "no answer in time";
        }
        catch (Win32Exception)
        {
            return $"there is no {command.TargetFilePath} command";
        }
        catch (Exception exception) when (exception is CliWrapException or IOException)
        {
            // Not of the command itself, which is not validated, but of what feeds its standard input.
            return exception.Message.Split('\n')[0];
        }
    }

    private static string? LastLine(string text) =>
        text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault()?.TrimEnd('.');

    // Attributes are constructed synchronously; on the thread pool nothing waits for the thread that waits here.
    private static T Wait<T>(Func<Task<T>> question) => Task.Run(question).GetAwaiter().GetResult();
}
