namespace RegistryCleaner.Hosts;

/// <summary>Stops a registry's container for as long as this is not disposed, and starts it again whatever happened in between.</summary>
/// <remarks>
/// Restarted rather than started: if the stop was broken off, it may be under way still, and a start would find the container running.
/// </remarks>
internal sealed class RegistryStop : IAsyncDisposable
{
    private const int Attempts = 5;
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly CommandHost _host;
    private readonly string? _listenAddress;
    private readonly LastWill _lastWill;
    private bool _hasStarted;

    private RegistryStop(CommandHost host, string? listenAddress)
    {
        (_host, _listenAddress) = (host, listenAddress);
        _lastWill = new LastWill(host.Engine!, "restart", host.Container!);
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
        var problem = await stop.TryStartAsync();
        throw new CleanerException(ExitCode.Refused, [$"The container '{host.Container}' could not be stopped: {result.StandardError.Trim()}", .. problem is null ? Array.Empty<string>() : [problem]]);
    }

    /// <summary>Starts it again, and waits until it serves.</summary>
    /// <returns>Why it does not, or null.</returns>
    public async Task<string?> TryStartAsync()
    {
        if (_hasStarted)
            return null;
        _hasStarted = true;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await RegistryRestart.RunAsync(_host, _listenAddress, CancellationToken.None);
                await _lastWill.DisposeAsync();
                return null;
            }
            catch (CleanerException e) when (attempt == Attempts)
            {
                return e.Message;
            }
            catch (CleanerException)
            {
                // An engine that is busy, or a port that is not free yet, may be a moment later.
                await Task.Delay(s_pause);
            }
        }
    }

    /// <summary>Starts it again if that was not done before.</summary>
    public async ValueTask DisposeAsync()
    {
        await TryStartAsync();
        await _lastWill.DisposeAsync();
    }
}
