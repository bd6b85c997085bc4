using System.Text.RegularExpressions;
using CliWrap;
using CliWrap.Buffered;

namespace RegistryCleaner.RegistryTests.Fixture;

// A real registry in a container of its own, listening on a loopback port of this machine.
internal sealed partial class RegistryContainer : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan UsualStart = TimeSpan.FromSeconds(2);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5), DefaultRequestHeaders = { ConnectionClose = true } };

    private readonly ContainerEngine engine;

    private RegistryContainer(ContainerEngine engine, int version, int port)
    {
        this.engine = engine;
        Version = version;
        Port = port;
        Name = $"registry-cleaner-test-{Guid.NewGuid():N}";
    }

    public string Engine => engine.Name;

    public int Version { get; }

    public string Name { get; }

    public int Port { get; }

    // As docker and skopeo want it: they take `localhost` for a registry without TLS.
    public string Host => $"localhost:{Port}";

    public RegistryClient Client => new(Port);

    // Where the official image of this version keeps its configuration.
    public string ConfigurationPath => Version == 2 ? RegistryRootArchive.ConfigurationPath : "/etc/distribution/config.yml";

    // Skips the test where registry:3 cannot be had; fails it where this machine can run no registry at all.
    public static async Task<RegistryContainer> StartAsync(string engine = "docker", int version = 2, RegistryContainerOptions? options = null)
    {
        RegistryMachine.Require(engine);
        var containerEngine = ContainerEngine.Named(engine);
        var image = await RegistryImages.FindAsync(containerEngine, version);
        Skip.If(image.Name is null, image.Unavailable);

        // Between finding a free port and listening on it, another process may take it.
        for (var attempt = 1; ; attempt++)
        {
            var container = new RegistryContainer(containerEngine, version, FreePorts.Next());
            try
            {
                await container.RunAsync(image.Name, options ?? new());
                return container;
            }
            catch (Exception exception)
            {
                await container.DisposeAsync();
                if (attempt == 3 || !exception.Message.Contains("address already in use", StringComparison.Ordinal))
                    throw;
            }
        }
    }

    public async Task RestartAsync()
    {
        await RunEngineAsync(["restart", "--time", "5", Name]);
        await WaitUntilServingAsync();
    }

    // Changes with every start.
    public async Task<string> StartedAtAsync() => (await RunEngineAsync(["inspect", "--format", "{{.State.StartedAt}}", Name])).StandardOutput.Trim();

    // The containers that a cleaner made for itself.
    public async Task<IReadOnlyList<string>> HelpersAsync() => [.. (await RunEngineAsync(["ps", "-a", "--format", "{{.Names}}"])).StandardOutput
        .Split('\n', StringSplitOptions.TrimEntries)
        .Where(name => HelperName().IsMatch(name))];

    public Task PauseAsync() => RunEngineAsync(["pause", Name]);

    public Task StopAsync() => RunEngineAsync(["stop", "--time", "5", Name]);

    public async Task StartAgainAsync()
    {
        await RunEngineAsync(["start", Name]);
        await WaitUntilServingAsync();
    }

    // Throws where the command fails, with what it wrote to standard error.
    public Task<BufferedCommandResult> ExecAsync(params string[] arguments) => ExecAsync(arguments, PipeSource.Null);

    public Task<BufferedCommandResult> ExecAsync(
        IEnumerable<string> arguments, PipeSource standardInput, CommandResultValidation validation = CommandResultValidation.ZeroExitCode) =>
        engine.Command(["exec", "-i", Name, .. arguments])
            .WithStandardInputPipe(standardInput)
            .WithValidation(validation)
            .ExecuteBufferedAsync();

    // What runs in the container, besides the registry itself.
    public async Task<IReadOnlyList<string>> OtherProcessesAsync() =>
        [.. (await RunEngineAsync(["top", Name, "-eo", "pid,args"])).StandardOutput
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .Where(line => !line.Contains("registry serve", StringComparison.Ordinal))];

    public async Task WaitForOtherProcessesAsync()
    {
        var deadline = DateTime.UtcNow + StartPatience;
        while (await OtherProcessesAsync() is { Count: > 0 } processes)
        {
            if (DateTime.UtcNow > deadline)
                throw new InvalidOperationException($"In {Name} something still runs: {string.Join("; ", processes)}");
            await Task.Delay(100);
        }
    }

    public async ValueTask DisposeAsync() =>
        await engine.Command(["rm", "-f", "-v", Name]).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();

    private async Task RunAsync(string image, RegistryContainerOptions options)
    {
        var environment = new Dictionary<string, string>(options.Environment)
        {
            ["REGISTRY_HTTP_ADDR"] = $"127.0.0.1:{Port}",
            // The image of version 3 has a debug server on a fixed port, and two registries would fight for it.
            ["REGISTRY_HTTP_DEBUG_ADDR"] = "",
            ["REGISTRY_STORAGE_DELETE_ENABLED"] = options.DeleteEnabled ? "true" : "false",
            // Version 3 looks for a trace collector otherwise, and complains all the time.
            ["OTEL_TRACES_EXPORTER"] = "none",
        };
        string[] mount = options.HostDirectory is { } directory ? ["--volume", $"{directory}:/var/lib/registry"] : [];

        await RunEngineAsync(
        [
            "run", "--detach", "--name", Name, "--network", "host",
            // Tells what a killed test run left behind: docker ps -a --filter label=registry-cleaner-tests
            "--label", $"registry-cleaner-tests={Environment.ProcessId}",
            .. engine.RunOptions,
            .. mount,
            .. options.Mounts.SelectMany(path => (string[])["--volume", $"{path}:{path}:ro"]),
            .. environment.SelectMany(variable => (string[])["--env", $"{variable.Key}={variable.Value}"]),
            image,
        ]);
        await WaitUntilServingAsync();
    }

    // One that somebody else starts again may not run yet.
    public async Task WaitUntilServingAsync(bool patient = false)
    {
        var start = DateTime.UtcNow;
        while (!await AnswersAsync())
        {
            // To ask the engine costs more than to start a registry: only one that takes its time may have ended.
            var waited = DateTime.UtcNow - start;
            if ((!patient && waited > UsualStart && !await IsRunningAsync()) || waited > StartPatience)
                throw new InvalidOperationException($"The registry in {Name} does not serve. Its log ends with:\n{await LogAsync()}");

            await Task.Delay(50);
        }

        // It may have been somebody else who answered on that port.
        if (!await IsRunningAsync())
            throw new InvalidOperationException($"The registry in {Name} has ended. Its log ends with:\n{await LogAsync()}");
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var response = await Http.GetAsync(new Uri($"http://127.0.0.1:{Port}/v2/"));
            // One that wants a password, TLS or a prefix says so, and serves.
            return (int)response.StatusCode < 500;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<bool> IsRunningAsync() =>
        (await RunEngineAsync(["inspect", "--format", "{{.State.Running}}", Name])).StandardOutput.Trim() == "true";

    private async Task<string> LogAsync()
    {
        var log = await RunEngineAsync(["logs", "--tail", "5", Name]);
        return log.StandardOutput + log.StandardError;
    }

    [GeneratedRegex("^registry-cleaner-[0-9a-f]{32}$")]
    private static partial Regex HelperName();

    private Task<BufferedCommandResult> RunEngineAsync(IReadOnlyList<string> arguments) =>
        engine.Command(arguments).ExecuteBufferedAsync();
}
