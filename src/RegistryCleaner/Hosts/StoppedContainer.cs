using System.IO.Pipelines;
using System.Text;
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
    private readonly LastWill _lastWill;
    private readonly ContainerEngine _engine;
    private readonly string _name;

    private StoppedContainer(ContainerEngine engine, string name, CommandHost host, Pipe input, Task command, LastWill lastWill)
    {
        (_engine, _name, _input, _command, _lastWill) = (engine, name, input, command, lastWill);
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
        if (inspection.ServedConfiguration is { } configuration)
            environment["REGISTRY_CONFIGURATION_PATH"] = configuration;
        var input = new Pipe();
        var errors = new StringBuilder();
        string[] user = inspection.User.Length > 0 ? ["--user", inspection.User] : [];
        // Podman makes a volume for what the image declares to be one, although another is at that place already, and gives up.
        string[] imageVolumes = engine.Name == "podman" ? ["--image-volume", "ignore"] : [];
        var lastWill = new LastWill(engine, "rm", "-f", name);
        var command = engine.Command(
                ["run", "-i", "--name", name, "--network", "none", "--volumes-from", container, .. imageVolumes, .. user, .. environment.Keys.SelectMany(key => new[] { "-e", key }), "--entrypoint", "cat", inspection.Image])
            .WithEnvironmentVariables(environment)
            .WithStandardInputPipe(PipeSource.FromStream(input.Reader.AsStream()))
            .WithStandardErrorPipe(PipeTarget.ToStringBuilder(errors))
            .ExecuteAsync(CancellationToken.None);
        var host = CommandHost.InContainer(engine, name, $"in the volumes of the container '{container}', which is not running ({engine} run --volumes-from)");
        var opened = new StoppedContainer(engine, name, host, input, command.Task, lastWill);
        try
        {
            if (await opened.AnswersAsync(cancellationToken))
            {
                LogOpened(logger, container, name);
                return opened;
            }
        }
        catch (OperationCanceledException)
        {
            await opened.DisposeAsync();
            throw;
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
            await _lastWill.DisposeAsync();
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; waited < s_patience && !_command.IsCompleted; waited += s_pause)
        {
            if ((await Host.Command("true").ExecuteAsync(cancellationToken)).ExitCode == 0)
                return true;
            await Task.Delay(s_pause, cancellationToken);
        }

        return false;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The volumes of {Container} are reached through {Name}")]
    private static partial void LogOpened(ILogger logger, string container, string name);
}
