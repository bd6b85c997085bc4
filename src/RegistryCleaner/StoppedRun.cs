using Microsoft.Extensions.Logging;
using RegistryCleaner.Hosts;
using RegistryCleaner.Store;

namespace RegistryCleaner;

/// <summary>
/// A verb on a registry that is stopped meanwhile and serves again at the end, whatever happens in between: the registry's container
/// is stopped, its volumes are reached through another, and the container is started again.
/// </summary>
internal sealed partial class StoppedRun(ILogger logger)
{
    /// <exception cref="CleanerException">The registry's container is not one that can be stopped and started.</exception>
    public static void RequirePossible(bool restart, RegistryLocation location)
    {
        if (restart && RegistryRestart.WhyImpossible(location.Host) is { } reason)
            throw new CleanerException(ExitCode.BadInput, reason);
    }

    /// <param name="options">Which registry.</param>
    /// <param name="work">The verb: first as a dry run while the registry still serves, then, with the container stopped, for real.</param>
    /// <param name="cancellationToken">Ends the waiting; the registry is started again all the same.</param>
    public async Task<CleanerReport> RunAsync(RegistryOptions options, Func<StopPhase, Task<CleanerReport>> work, CancellationToken cancellationToken)
    {
        await using var location = await new RegistryLocator(logger).LocateAsync(options, cancellationToken);
        RequirePossible(restart: true, location);
        if (location.IsStopped)
            return await work(StopPhase.Stopped);
        if (location.Inspection is { IsRemovedWhenStopped: true })
            throw new CleanerException(ExitCode.Refused, $"The container '{location.Host.Container}' was started with --rm: stopped, it would be removed, and with it each volume that has no name. --restart is not possible here.");

        // What is refused, and what has nothing to do, stops nothing.
        var preview = await work(StopPhase.Preview);
        if (preview.HasNothingToDo)
            return preview with { DryRun = false, Outcome = new Pruning.PruneOutcome() };

        if (location.Inspection is { } inspection && inspection.MountOf(location.RootDirectory) is null)
            throw new CleanerException(ExitCode.Refused, $"The store at '{location.RootDirectory}' is in no volume of the container '{location.Host.Container}', so that it could not be reached while that is stopped: --restart is not possible here.");

        LogStopping(logger, location.Host.Container);
        await using var stop = await RegistryStop.StopAsync(location.Host, location.Configuration.ListenAddress);
        CleanerReport report;
        try
        {
            report = await work(StopPhase.Stopped);
        }
        catch (Exception e)
        {
            if (await stop.TryStartAsync() is { } trouble)
                throw new CleanerException(ExitCode.Incomplete, [e.Message, trouble]);
            throw;
        }

        // Said after the report: what was done is done.
        if (await stop.TryStartAsync() is { } problem)
            return report with { ExitCode = ExitCode.Incomplete, Warnings = [.. report.Warnings, problem] };
        LogServing(logger, location.Host.Container);
        return report;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The container {Container} is stopped meanwhile")]
    private static partial void LogStopping(ILogger logger, string? container);

    [LoggerMessage(Level = LogLevel.Information, Message = "The container {Container} was started again")]
    private static partial void LogServing(ILogger logger, string? container);
}
