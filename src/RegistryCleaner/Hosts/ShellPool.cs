namespace RegistryCleaner.Hosts;

/// <summary>Shells that wait for the next script: as many as there were scripts at one time.</summary>
/// <param name="host">Where they run.</param>
/// <param name="root">What their scripts are given as <c>$1</c>.</param>
internal sealed class ShellPool(CommandHost host, string root)
{
    // What goes between here and there may cut a line on which nothing is said for long.
    private static readonly TimeSpan s_idleTime = TimeSpan.FromSeconds(10);

    // Those used last come last, and are used first.
    private readonly List<(HostShell Shell, long Since)> _idle = [];
    private Timer? _timer;

    /// <summary>Runs a script in a shell that is idle, or in a new one.</summary>
    /// <exception cref="ShellEndedException">The shell ended before the answer did, or the script failed.</exception>
    public async Task<string> RunAsync(ShellRequest request, IAnswerReader reader, CancellationToken cancellationToken)
    {
        var shell = Take() ?? await HostShell.StartAsync(host, root, cancellationToken);
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

    private HostShell? Take()
    {
        lock (_idle)
        {
            while (_idle.Count > 0)
            {
                var (shell, since) = _idle[^1];
                _idle.RemoveAt(_idle.Count - 1);
                if (!shell.HasEnded && TimeProvider.System.GetElapsedTime(since) < s_idleTime)
                    return shell;
                _ = shell.DisposeAsync().AsTask();
            }
        }

        return null;
    }

    private void PutBack(HostShell shell)
    {
        lock (_idle)
        {
            _idle.Add((shell, TimeProvider.System.GetTimestamp()));
            if (_idle.Count == 1)
                EndIdleLater();
        }
    }

    private void EndIdle()
    {
        lock (_idle)
        {
            foreach (var (shell, since) in _idle.ToList().Where(item => TimeProvider.System.GetElapsedTime(item.Since) >= s_idleTime))
            {
                _idle.Remove((shell, since));
                _ = shell.DisposeAsync().AsTask();
            }

            if (_idle.Count > 0)
                EndIdleLater();
        }
    }

    private void EndIdleLater() => (_timer ??= new Timer(_ => EndIdle())).Change(s_idleTime, Timeout.InfiniteTimeSpan);
}
