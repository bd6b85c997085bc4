using System.IO.Pipelines;
using CliWrap;
using Microsoft.Extensions.Logging;

namespace RegistryCleaner.Hosts;

/// <summary>
/// The files of a container that is not running, through a second one with the same image, the same volumes and no network, in
/// which nothing runs but a program that waits. It ends with its standard input, and that with this process, however it ends.
/// </summary>
/// <remarks>
/// It is removed by name, never with <c>--rm</c>: that would take volumes without a name along, if the engine were mistaken about
/// who else uses them.
/// </remarks>
internal sealed partial class StoppedContainer : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Pipe _input;
    private readonly Task _command;
    private readonly ContainerEngine _engine;
    private readonly string _name;

    private StoppedContainer(ContainerEngine engine, string name, CommandHost host, Pipe input, Task command)
    {
        (_engine, _name, _input, _command) = (engine, name, input, command);
        Host = host;
    }

    /// <summary>Where the files are, as long as this is not disposed.</summary>
    public CommandHost Host { get; }

    /// <exception cref="CleanerException">The second container does not start.</exception>
    public static async Task<StoppedContainer> OpenAsync(
        ContainerEngine engine, string container, ContainerInspection inspection, ILogger logger, CancellationToken cancellationToken)
    {
        var name = $"registry-cleaner-{Guid.NewGuid():n}";
        // The registry's settings tell where its store is. By name, so that no value shows up in a list of processes.
        var environment = inspection.Environment.Where(pair => pair.Key.StartsWith("REGISTRY_", StringComparison.Ordinal)).ToDictionary(pair => pair.Key, pair => (string?)pair.Value);
        if (Configuration(inspection.Arguments) is { } configuration)
            environment["REGISTRY_CONFIGURATION_PATH"] = configuration;
        var input = new Pipe();
        var errors = new System.Text.StringBuilder();
        var command = engine.Command(
                ["run", "-i", "--name", name, "--network", "none", "--volumes-from", container, .. environment.Keys.SelectMany(key => new[] { "-e", key }), "--entrypoint", "cat", inspection.Image])
            .WithEnvironmentVariables(environment)
            .WithStandardInputPipe(PipeSource.FromStream(input.Reader.AsStream()))
            .WithStandardErrorPipe(PipeTarget.ToStringBuilder(errors))
            .ExecuteAsync(CancellationToken.None);
        var host = CommandHost.InContainer(engine, name, $"in the volumes of the container '{container}', which is not running ({engine} run --volumes-from)");
        var opened = new StoppedContainer(engine, name, host, input, command.Task);
        for (var waited = TimeSpan.Zero; waited < s_patience && !command.Task.IsCompleted; waited += s_pause)
        {
            if ((await host.Command("true").ExecuteAsync(cancellationToken)).ExitCode == 0)
            {
                LogOpened(logger, container, name);
                return opened;
            }

            await Task.Delay(s_pause, cancellationToken);
        }

        await opened.DisposeAsync();
        throw new CleanerException(ExitCode.BadInput, $"The container '{container}' is not running, and its volumes could not be reached with '{engine} run --volumes-from {container}': {errors.ToString().Trim()}");
    }

    public async ValueTask DisposeAsync()
    {
        await _input.Writer.CompleteAsync();
        try
        {
            await _command;
        }
        finally
        {
            await _engine.RunAsync(["rm", "-f", _name], CancellationToken.None);
        }
    }

    private static string? Configuration(IReadOnlyList<string> arguments) =>
        arguments.SkipWhile(word => word != "serve").Skip(1).FirstOrDefault(word => word.StartsWith('/'));

    [LoggerMessage(Level = LogLevel.Debug, Message = "The volumes of {Container} are reached through {Name}")]
    private static partial void LogOpened(ILogger logger, string container, string name);
}
