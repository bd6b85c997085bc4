using System.IO.Pipelines;
using CliWrap;

namespace RegistryCleaner.Hosts;

/// <summary>
/// Stops a registry's container for as long as this is not disposed, and starts it again whatever happened in between: a process of
/// its own waits for this one to end, and starts the container if this one could not.
/// </summary>
internal sealed class RegistryStop : IAsyncDisposable
{
    // Standard input ends when the process at its other end does. $1 is the word that tells that nothing is left to be done. A signal
    // to the whole group, as Ctrl-C on a terminal is, must not end the one that waits.
    private const string Watch = """
        trap '' INT TERM HUP
        read -r line
        [ "$line" = "$1" ] && exit 0
        shift; exec "$@"
        """;

    private const string Done = "done";

    private readonly CommandHost _host;
    private readonly string? _listenAddress;
    private readonly Pipe _input = new();
    private readonly Task? _watch;
    private bool _hasStarted;

    private RegistryStop(CommandHost host, string? listenAddress)
    {
        (_host, _listenAddress) = (host, listenAddress);
        // Where there is no shell, only this process can start it again.
        if (!OperatingSystem.IsWindows())
        {
            _watch = Cli.Wrap("sh").WithArguments(["-c", Watch, "sh", Done, .. host.Engine!.Words, "start", host.Container!])
                .WithStandardInputPipe(PipeSource.FromStream(_input.Reader.AsStream()))
                .WithValidation(CommandResultValidation.None)
                .ExecuteAsync(CancellationToken.None);
        }
    }

    /// <summary>Stops it.</summary>
    /// <param name="host">The running container.</param>
    /// <param name="listenAddress">The address on which the registry listens in its container, such as <c>:5000</c>.</param>
    /// <exception cref="CleanerException">It cannot be stopped; it goes on running.</exception>
    public static async Task<RegistryStop> StopAsync(CommandHost host, string? listenAddress)
    {
        var stop = new RegistryStop(host, listenAddress);
        var result = await host.Engine!.RunAsync(["stop", host.Container!], CancellationToken.None);
        if (result.ExitCode == 0)
            return stop;
        await stop.DisposeAsync();
        throw new CleanerException(ExitCode.Refused, $"The container '{host.Container}' could not be stopped: {result.StandardError.Trim()}");
    }

    /// <summary>Starts it again, and waits until it serves.</summary>
    /// <returns>Why it does not, or null.</returns>
    public async Task<string?> TryStartAsync()
    {
        if (_hasStarted)
            return null;
        _hasStarted = true;
        try
        {
            await RegistryRestart.StartAsync(_host, _listenAddress, CancellationToken.None);
            return null;
        }
        catch (CleanerException e)
        {
            return e.Message;
        }
        finally
        {
            if (_watch is not null)
            {
                await _input.Writer.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Done + "\n"));
                await _input.Writer.CompleteAsync();
                await _watch;
            }
        }
    }

    /// <summary>Starts it again if that was not done before.</summary>
    public async ValueTask DisposeAsync() => await TryStartAsync();
}
