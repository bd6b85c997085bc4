using System.Collections.Concurrent;

namespace RegistryCleaner.Hosts;

/// <summary>Shells that wait for the next script: as many as there were scripts at one time.</summary>
/// <param name="host">Where they run.</param>
/// <param name="root">What their scripts are given as <c>$1</c>.</param>
internal sealed class ShellPool(CommandHost host, string root)
{
    // What goes between here and there may cut a line on which nothing is said for long.
    private static readonly TimeSpan s_idleTime = TimeSpan.FromSeconds(10);

    private readonly ConcurrentBag<HostShell> _idle = [];
    private Timer? _timer;

    /// <summary>Runs a script in a shell that is idle, or in a new one.</summary>
    /// <exception cref="ShellEndedException">The shell ended before the answer did, or the script failed.</exception>
    public async Task<string> RunAsync(ShellRequest request, IAnswerReader reader, CancellationToken cancellationToken)
    {
        while (_idle.TryTake(out var idle))
        {
            if (!idle.HasEnded)
                return await RunAsync(idle, request, reader, cancellationToken);
            await idle.DisposeAsync();
        }

        return await RunAsync(await HostShell.StartAsync(host, root, cancellationToken), request, reader, cancellationToken);
    }

    private async Task<string> RunAsync(HostShell shell, ShellRequest request, IAnswerReader reader, CancellationToken cancellationToken)
    {
        var isUsable = false;
        try
        {
            var (exitCode, errors) = await shell.RunAsync(request, reader, cancellationToken);
            isUsable = exitCode == 0;
            return isUsable ? errors : throw new ShellEndedException(exitCode, errors);
        }
        finally
        {
            if (isUsable)
                PutBack(shell);
            else
                await shell.DisposeAsync();
        }
    }

    private void PutBack(HostShell shell)
    {
        _idle.Add(shell);
        LazyInitializer.EnsureInitialized(ref _timer, () => new Timer(_ => EndIdle())).Change(s_idleTime, Timeout.InfiniteTimeSpan);
    }

    private void EndIdle()
    {
        while (_idle.TryTake(out var shell))
            _ = shell.DisposeAsync().AsTask();
    }
}
