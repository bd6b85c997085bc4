namespace RegistryCleaner.Hosts;

/// <summary>Tells a command that failed from one that was interrupted.</summary>
internal static class Interruption
{
    private static readonly TimeSpan s_delay = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Ctrl-C on a terminal goes to the container engine's client as well as to this process, and whichever hears of it first breaks off:
    /// to be awaited before a command's failure is taken for one.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public static Task RequireNoneAsync(CancellationToken cancellationToken) => Task.Delay(s_delay, cancellationToken);
}
