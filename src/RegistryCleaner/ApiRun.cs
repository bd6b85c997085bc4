using Microsoft.Extensions.Logging;
using RegistryCleaner.Api;
using RegistryCleaner.Collecting;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Pruning;
using RegistryCleaner.Selection;

namespace RegistryCleaner;

/// <summary>CleanImages through the registry's API alone, where its files are out of reach.</summary>
internal sealed partial class ApiRun(CleanImagesOptions options, ILogger logger)
{
    private readonly List<string> _warnings = [];

    /// <exception cref="CleanerException">The registry cannot be reached, does not delete, or an image was not found where that matters.</exception>
    public async Task<CleanerReport> RunAsync(IReadOnlyList<ImageSelector> images, CancellationToken cancellationToken)
    {
        try
        {
            var finder = new RegistryFinder(options);
            using var api = await finder.FindAsync(_ => Task.FromResult<string?>(null), cancellationToken)
                ?? throw new CleanerException(ExitCode.BadInput, $"The registry does not answer ({finder.Tried}).");
            LogApiAlone(logger, api.Url);
            var abilities = await api.AskAbilitiesAsync(images[0].Repository, cancellationToken);
            RequireDeletes(api, abilities);

            var request = new PruneRequest(Resolve(images, api.Url), options.KeepEmpty, DateTimeOffset.UtcNow);
            var snapshot = await new ApiSnapshotReader(api).ReadAsync([.. request.Images.Select(image => image.Repository).Distinct()], cancellationToken);
            var plan = WithoutRepositories(PrunePlanner.Plan(request, snapshot));
            if (options.MaxDelete is not null)
                Warn(SelectionLimit.OfRulesAlone);
            foreach (var missing in plan.Missing)
                Warn($"{missing.Image}: {missing.Reason}");
            if (options.Strict && plan.Missing.Length > 0)
                throw new CleanerException(ExitCode.NotFound, [.. plan.Missing.Select(missing => $"{missing.Image}: {missing.Reason}")]);

            var outcome = options.DryRun ? null : new PruneOutcome();
            foreach (var repository in outcome is null ? [] : plan.Repositories.Where(repository => repository.Tags.Any(tag => tag.Removed) || repository.Manifests.Any(manifest => manifest.Removed)))
                await RequireDeletesAsync(api, repository.Name, cancellationToken);
            if (outcome is not null)
                await CleanerRun.TryAsync(outcome, () => new ApiPruner(api, abilities.Line, outcome).ApplyAsync(plan, cancellationToken), cancellationToken);
            return Report(api, plan, outcome);
        }
        catch (RegistryApiException e)
        {
            throw new CleanerException(ExitCode.BadInput, e.Message);
        }
    }

    private void RequireDeletes(RegistryApi api, RegistryAbilities abilities)
    {
        if (abilities.DeletesEnabled == true)
            return;
        var reason = $"The registry at {api.Url} does not delete: switch deletes on (storage.delete.enabled: true), or prune where its files are (--registry-container, --registry-root).";
        if (!options.DryRun)
            throw new CleanerException(ExitCode.Refused, reason);
        Warn($"A real run would be refused: {reason}");
    }

    // On 2.x a tag goes in two steps, of which the second would be refused.
    private static async Task RequireDeletesAsync(RegistryApi api, RepositoryName repository, CancellationToken cancellationToken)
    {
        try
        {
            await api.RequireDeletesAsync(repository, cancellationToken);
        }
        catch (RegistryApiException e)
        {
            throw new CleanerException(ExitCode.Refused, $"{e.Message} Nothing was touched.");
        }
    }

    private List<ImageSelector> Resolve(IReadOnlyList<ImageSelector> images, Uri url)
    {
        var hosts = options.RegistryHosts.Append(url.Authority).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var strange = images.Where(image => image.Host is not null && !hosts.Contains(image.Host)).ToList();
        return strange.Count == 0
            ? [.. images.Select(image => image.WithFirstComponentAsHost() is { } other && hosts.Contains(other.Host!) ? other : image)]
            : throw new CleanerException(ExitCode.BadInput, [.. strange.Select(image => $"'{image.Text}' names the registry {image.Host}, which is not known to be the one at {url}. If it is, say so with --registry-hosts {image.Host}.")]);
    }

    // The API has no way to remove a repository: it stays in the list, without a tag.
    private static PrunePlan WithoutRepositories(PrunePlan plan) => plan with
    {
        Repositories = [.. plan.Repositories.Select(repository => repository.Removed ? repository with { Removed = false, Reason = "the API cannot remove a repository; GarbageCollect does when it is empty" } : repository)],
    };

    private CleanerReport Report(RegistryApi api, PrunePlan plan, PruneOutcome? outcome)
    {
        Warn("Nothing but the API was used: the space is freed by a GarbageCollect that reaches the registry's files.");
        foreach (var sentence in outcome is null ? [] : outcome.Notes.Concat(outcome.Drifted).Concat(outcome.Failures))
            Warn(sentence);
        return new CleanerReport
        {
            Verb = "CleanImages",
            DryRun = options.DryRun,
            Where = $"the registry at {api.Url}, through its API alone",
            Collector = CollectorKind.None,
            Plan = plan,
            Outcome = outcome,
            Warnings = _warnings,
            ExitCode = outcome?.IsComplete == false ? ExitCode.Incomplete : ExitCode.Done,
        };
    }

    private void Warn(string sentence)
    {
        _warnings.Add(sentence);
        LogWarning(logger, sentence);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "acting through the API alone, at {Url}: neither a container nor a directory was named")]
    private static partial void LogApiAlone(ILogger logger, Uri url);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Sentence}")]
    private static partial void LogWarning(ILogger logger, string sentence);
}
