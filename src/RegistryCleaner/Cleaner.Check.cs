using Microsoft.Extensions.Logging;
using RegistryCleaner.Checking;
using RegistryCleaner.Collecting;
using RegistryCleaner.Hosts;
using RegistryCleaner.Pruning;
using RegistryCleaner.Restoring;
using RegistryCleaner.Store;

namespace RegistryCleaner;

/// <content>The verb that looks whether everything is as it should be.</content>
public sealed partial class Cleaner
{
    /// <summary>Looks at the whole store, and says what is not as it should be, how bad that is, and what to do.</summary>
    /// <returns>A report whose exit code is <see cref="ExitCode.Findings"/> where something is worse than a notice.</returns>
    /// <exception cref="CleanerException">Bad input, no registry, or, with a repair, refused as unsafe.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<CleanerReport> CheckRegistryAsync(CheckRegistryOptions options, CancellationToken cancellationToken = default)
    {
        RequireFiles(options, "CheckRegistry");
        await using var location = await LocateAsync(options, cancellationToken);
        var run = options.Repair
            ? await CleanerRun.StartAsync(location, options, new PruningOptions { TrashRetention = RegistryOptions.DefaultTrashRetention, Earlier = EarlierTrash.Keep }, [], false, _logger, cancellationToken)
            : CleanerRun.StartPuttingBack(location, _logger);
        // Looking alone takes no lock and heals nothing: it is what a dry run does.
        return await run.RunAsync(dryRun: !options.Repair, options.LockTimeout, async outcome =>
        {
            IReadOnlyList<Finding> findings = [];
            async Task<(StoreChecker, IReadOnlyList<Finding>)> CheckAgainAsync()
            {
                (var checker, findings) = await CheckAsync(run, options, location, cancellationToken);
                return (checker, findings);
            }

            if (outcome is null)
                await CheckAgainAsync();
            else
                await CleanerRun.TryAsync(outcome, () => new StoreRepair(run.Files, run.Pruner).RunAsync(CheckAgainAsync, outcome, cancellationToken), cancellationToken);

            return run.Report("CheckRegistry", CollectorKind.None, outcome) with
            {
                DryRun = false,
                Findings = findings,
                ExitCode = findings.Any(finding => finding.Severity > Severity.Notice) ? ExitCode.Findings : ExitCode.Done,
            };
        }, cancellationToken);
    }

    private async Task<(StoreChecker Checker, IReadOnlyList<Finding> Findings)> CheckAsync(CleanerRun run, CheckRegistryOptions options, RegistryLocation location, CancellationToken cancellationToken)
    {
        var checker = new StoreChecker(run.Files, options.Verify);
        var findings = await checker.CheckAsync(new CheckProgress(_logger), cancellationToken);
        return (checker, [.. findings, .. ConfigurationFindings(location, checker.HasIndex)]);
    }

    private static IEnumerable<Finding> ConfigurationFindings(RegistryLocation location, bool hasIndex)
    {
        if (location.Version is { MayBeVersion2: true, Major: > 0 } && hasIndex)
            yield return new Finding(Severity.Notice, $"registry {location.Version}", "the store holds multi-arch images, which this version's own 'garbage-collect --delete-untagged' (-m) destroys", "see that no cron job runs it; GarbageCollect --delete-untagged is safe");
        // Of a directory alone nobody knows how its registry is configured.
        if (location is { IsBareDirectory: true, ConfigurationPath: null })
            yield break;
        if (location.Configuration.IsReadOnly)
            yield return new Finding(Severity.Warning, "storage.maintenance.readonly", "the registry is read-only: nobody can push", "set it to false, in its configuration and its environment, and restart it");
        if (!location.Configuration.DeletesEnabled && location.Configuration.DescriptorCache is not null)
            yield return new Finding(Severity.Notice, "storage.delete.enabled", "deletes are switched off, so that the registry cannot be told what to forget: it has to be stopped meanwhile (--restart)", "set it to true (REGISTRY_STORAGE_DELETE_ENABLED=true)");
        if (location.OutlivingCache is { } cache)
            yield return new Finding(Severity.Notice, "storage.cache.blobdescriptor", $"the registry keeps its cache in {cache}, where it outlives what is deleted", "empty it whenever files were deleted, or use inmemory");
    }

    private sealed partial class CheckProgress(ILogger logger) : IProgress<(int Done, int All)>
    {
        public void Report((int Done, int All) value) => LogProgress(logger, value.Done, value.All);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Done} of {All} repositories looked at")]
        private static partial void LogProgress(ILogger logger, int done, int all);
    }
}
