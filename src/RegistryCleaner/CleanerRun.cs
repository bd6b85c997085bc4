using Microsoft.Extensions.Logging;
using RegistryCleaner.Api;
using RegistryCleaner.Collecting;
using RegistryCleaner.Hosts;
using RegistryCleaner.Marking;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Pruning;
using RegistryCleaner.Selection;
using RegistryCleaner.Store;

namespace RegistryCleaner;

/// <summary>What all verbs share around their work: the lock, earlier runs, the restart, the report.</summary>
internal sealed partial class CleanerRun
{
    private readonly RegistryLocation _location;
    private readonly ServingState _serving;
    private readonly InterruptedRunPolicy _interrupted;
    private readonly ILogger _logger;
    private readonly List<string> _warnings = [];
    private readonly List<string> _drifted = [];
    private DateTimeOffset _readSince;
    private Func<Task<ServingState>>? _findServingAgain;

    private CleanerRun(RegistryLocation location, IStoreFiles files, ServingState serving, PruningOptions pruning, ILogger logger)
    {
        _location = location;
        _serving = serving;
        _interrupted = pruning.Interrupted;
        _logger = logger;
        Files = files;
        Reader = new StoreReader(Files);
        Pruner = new Pruner(Files, Reader, serving.Store, pruning, logger);
        Collector = new MarkAndSweepCollector(Files, Pruner, logger);
        RegistryCollector = new RegistryCollector(location, Files, Reader, logger);
    }

    /// <summary>Finds out who serves the store, and says it.</summary>
    /// <param name="location">The store.</param>
    /// <param name="options">How the registry is reached.</param>
    /// <param name="pruning">How much can be taken back.</param>
    /// <param name="repositories">Repositories that the credentials are good for; empty where any will do.</param>
    /// <param name="dryRun">Whether a state in which nothing could be removed is only worth a warning.</param>
    /// <param name="logger">Where it is said.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="CleanerException">Somebody serves the store and cannot be reckoned with.</exception>
    public static async Task<CleanerRun> StartAsync(
        RegistryLocation location, RegistryOptions options, PruningOptions pruning, IReadOnlyList<RepositoryName> repositories, bool dryRun, ILogger logger, CancellationToken cancellationToken)
    {
        var files = location.OpenFiles(logger);
        try
        {
            Task<ServingState> FindAsync() => new ServingFinder(location, options, files, repositories).FindAsync(mayWrite: !dryRun, cancellationToken);
            var serving = await FindAsync();
            LogServing(logger, serving.Sentence);
            return new CleanerRun(location, files, serving, pruning, logger) { _findServingAgain = FindAsync };
        }
        catch (CleanerException e) when (dryRun && options.StopPhase == StopPhase.None && e.ExitCode == ExitCode.Refused)
        {
            var run = new CleanerRun(location, files, new ServingState(ServedStore.Offline, ""), pruning, logger);
            run.Warn($"A real run would be refused: {e.Message}");
            return run;
        }
        catch (StoreAccessException e)
        {
            await Interruption.RequireNoneAsync(cancellationToken);
            throw new CleanerException(ExitCode.Incomplete, e.Message);
        }
    }

    /// <summary>
    /// A run that only puts back: whoever serves needs not be told, for a registry remembers what is there, never that something is not.
    /// What an interrupted run took away goes back as well, and no trash is emptied.
    /// </summary>
    public static CleanerRun StartPuttingBack(RegistryLocation location, ILogger logger) => new(
        location,
        location.OpenFiles(logger),
        new ServingState(new LiveStore(null, TimeSpan.Zero), ""),
        new PruningOptions { Earlier = EarlierTrash.Keep, Interrupted = InterruptedRunPolicy.RollBack },
        logger);

    public IStoreFiles Files { get; }

    public StoreReader Reader { get; }

    /// <summary>Tells the story of one tag.</summary>
    public Task<IReadOnlyList<string>> ExplainAsync(ImageSelector image, PrunePlan plan, ImageSelection? selection, CancellationToken cancellationToken) =>
        new TagStory(Reader, Files).TellAsync(image, plan, selection, cancellationToken);

    /// <summary>Writes the plan of a dry run.</summary>
    /// <exception cref="CleanerException">It cannot be written.</exception>
    public Task WritePlanAsync(string path, CleanerReport report, ImageRequest request, CancellationToken cancellationToken) =>
        PlanFiles.WriteAsync(path, report, request, _readSince, Files, cancellationToken);

    public Pruner Pruner { get; }

    public MarkAndSweepCollector Collector { get; }

    public RegistryCollector RegistryCollector { get; }

    /// <summary>Does a verb's work: in a dry run without an outcome and touching nothing, else under the lock and after what earlier runs left.</summary>
    public async Task<CleanerReport> RunAsync(
        bool dryRun, TimeSpan lockTimeout, Func<PruneOutcome?, Task<CleanerReport>> work, CancellationToken cancellationToken)
    {
        try
        {
            if (dryRun)
            {
                foreach (var runId in await Pruner.FindUnfinishedRunsAsync(cancellationToken))
                    Warn($"The earlier run {runId} was interrupted; a real run {(_interrupted == InterruptedRunPolicy.RollBack ? "puts back what it took away" : "finishes it")} first.");
                var dry = await work(null) with { HasEarlierRuns = await Pruner.HasEarlierRunsAsync(cancellationToken) };
                _drifted.ForEach(Warn);
                return _drifted.Count == 0 ? dry : dry with { ExitCode = ExitCode.Incomplete };
            }

            var hasWaited = false;
            await using var theLock = await Pruner.LockAsync(lockTimeout, () => hasWaited = true, cancellationToken);
            // Whoever held it before may have been the one who had stopped the registry, and much may have been restarted meanwhile.
            await (hasWaited ? RequireSameServingAsync(cancellationToken) : RequireStillStoppedAsync(cancellationToken));
            var outcome = new PruneOutcome();
            await Pruner.FinishEarlierRunsAsync(outcome, cancellationToken);
            await RequireFinishedAsync(outcome, cancellationToken);
            var report = await work(outcome);
            if (!outcome.IsComplete)
                await WarnOfUnfinishedAsync(cancellationToken);
            _drifted.ForEach(outcome.HasDrifted);
            if (outcome.HasChangedTheStore && await _location.WasStartedMeanwhileAsync(CancellationToken.None))
                outcome.HasFailed($"somebody started the container '{_location.Inspection?.Name}' while this run took its stopping for granted: restart it before the next push ('{_location.Host.Engine} restart {_location.Inspection?.Name}'), and look at what was pushed meanwhile");
            return Complete(report, outcome);
        }
        catch (Exception e) when (e is StoreAccessException or RegistryApiException)
        {
            await Interruption.RequireNoneAsync(cancellationToken);
            throw new CleanerException(ExitCode.Incomplete, [e.Message, .. dryRun ? Array.Empty<string>() : ["Nothing else was done. What an earlier run may have left is kept, and the next run finishes it."]]);
        }
    }

    /// <summary>
    /// Refuses to go on after a wait, for another run or for a person, if who serves has changed meanwhile: a registry that was read-only,
    /// or had no cache, may have been restarted with another configuration.
    /// </summary>
    /// <exception cref="CleanerException">It has.</exception>
    public async Task RequireSameServingAsync(CancellationToken cancellationToken)
    {
        await RequireStillStoppedAsync(cancellationToken);
        if (await _location.WasRestartedMeanwhileAsync(cancellationToken))
            throw new CleanerException(ExitCode.Refused, $"The container '{_location.Inspection?.Name}' was restarted while this run waited, and may be set up in another way by now. Nothing was touched: run this again.");
        if (_findServingAgain is null)
            return;
        var now = await _findServingAgain();
        if (now.Remark != _serving.Remark)
            LogServing(_logger, now.Sentence);
        if (now.State != _serving.State)
            throw new CleanerException(ExitCode.Refused, $"While this run waited, the registry changed. Before: {_serving.Sentence}. Now: {now.Sentence}. Nothing was touched: run this again.");
    }

    private async Task RequireStillStoppedAsync(CancellationToken cancellationToken)
    {
        if (await _location.WasStartedMeanwhileAsync(cancellationToken))
            throw new CleanerException(ExitCode.Refused, $"The container '{_location.Inspection?.Name}', which was stopped when this run began, is running again: nothing was touched.");
    }

    /// <summary>
    /// Has patterns and rules select, reads what the images are about and plans, with what the rest of the store says about the blobs.
    /// </summary>
    /// <exception cref="CleanerException">More would go than may.</exception>
    public async Task<(PrunePlan Plan, ImageSelection? Selection)> PlanAsync(ImageRequest request, CleanImagesOptions options, CancellationToken cancellationToken)
    {
        var now = _readSince = await Reader.GetTimeAsync(cancellationToken);
        // A full collection has the same limit.
        if (!request.Selects && options is { MaxDelete: not null, Collector: not CollectorKind.Full })
            Warn(SelectionLimit.OfRulesAlone);
        if (!request.Selects)
            return (Warned(await PlanReading.PlanAsync(Reader, new PruneRequest(request.Named, options.KeepEmpty, now), cancellationToken)), null);

        if (request.Reviewed is { } reviewed)
            return await ReviewedAsync(reviewed, request, options, now, cancellationToken);
        var reading = new SelectionReading(Reader, Files);
        var (selection, snapshot) = await reading.SelectAsync(request, now, cancellationToken);
        foreach (var sentence in selection.Unmatched.Concat(selection.Remarks))
            Warn(sentence);
        var plan = selection.Explain(await PlanReading.PlanAsync(
            Reader, new PruneRequest([.. request.Named, .. selection.Images], options.KeepEmpty, now) { Staying = selection.Staying }, snapshot, cancellationToken));
        if (options.MaxDelete is { } limit)
            RequireAllowed(limit, selection, plan, limit.IsPercent ? await reading.BlobsInScopeAsync(selection, snapshot, cancellationToken) : null, options);
        return (Warned(plan), selection);
    }

    // What was reviewed, as far as it still is so; a repository of which more would go is left alone.
    private async Task<(PrunePlan Plan, ImageSelection Selection)> ReviewedAsync(PlanFile reviewed, ImageRequest request, CleanImagesOptions options, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await PlanFiles.RequireFitsAsync(reviewed, options.PlanMaxAge ?? PlanFiles.DefaultMaxAge, now, Files, cancellationToken);
        var reading = new SelectionReading(Reader, Files);
        var (selection, drifted, snapshot) = await reading.ReviewAsync(reviewed, request, cancellationToken);
        Task<PrunePlan> PlanAsync() => PlanReading.PlanAsync(Reader, new PruneRequest([.. selection.Images], options.KeepEmpty, now) { Staying = selection.Staying }, snapshot, cancellationToken);
        var plan = await PlanAsync();
        var exceeded = PlanCheck.Exceeded(reviewed, plan);
        _drifted.AddRange([.. drifted, .. exceeded.Values]);
        if (exceeded.Count > 0)
        {
            selection = selection with { Repositories = [.. selection.Repositories.Where(repository => !exceeded.ContainsKey(repository.Name))] };
            plan = await PlanAsync();
        }

        if (!options.KeepEmpty)
            _drifted.AddRange(PlanCheck.Staying(reviewed, plan, snapshot));
        var inScope = reviewed.InScope(selection);
        if (options.MaxDelete is { } limit)
            RequireAllowed(limit, inScope, plan, limit.IsPercent ? await reading.BlobsInScopeAsync(inScope, snapshot, cancellationToken) : null, options);
        return (Warned(selection.Explain(plan)), inScope);
    }

    private void RequireAllowed(DeletionLimit limit, ImageSelection selection, PrunePlan plan, IReadOnlyDictionary<Digest, long>? blobsInScope, CleanImagesOptions options)
    {
        if (SelectionLimit.WhyTooMuch(limit, selection, plan, blobsInScope) is not { } reason)
            return;
        if (!options.DryRun || options.StopPhase == StopPhase.Preview)
            throw new CleanerException(ExitCode.Refused, reason);
        Warn($"A real run would be refused: {reason}");
    }

    private PrunePlan Warned(PrunePlan plan)
    {
        foreach (var missing in plan.Missing)
            Warn($"{missing.Image}: {missing.Reason}");
        foreach (var remark in plan.Repositories.SelectMany(repository => repository.Remarks).Concat(plan.Remarks))
            Warn(remark);
        return plan;
    }

    /// <summary>Makes sure that a registry which goes on serving can be told what to forget of each repository.</summary>
    /// <exception cref="CleanerException">It would not listen.</exception>
    public Task RequireAllowedAsync(IEnumerable<RepositoryName> repositories, CancellationToken cancellationToken) => _serving.Store.RequireAllowedAsync(repositories, cancellationToken);

    /// <summary>Refuses the registry's own collector while somebody serves: it knows no push that ends between its marking and its sweep.</summary>
    /// <exception cref="CleanerException">The registry goes on serving.</exception>
    public void RequireStandstill(bool dryRun)
    {
        if (_serving.Store == ServedStore.Offline)
            return;
        const string Reason = "The registry's own collector deletes what is pushed while it works, and the registry goes on serving: use --restart, which stops it meanwhile, or --collector full, which need not.";
        if (!dryRun)
            throw new CleanerException(ExitCode.Refused, Reason);
        Warn($"A real run would be refused: {Reason}");
    }

    /// <summary>Plans a full collection, with its remarks as warnings.</summary>
    public async Task<CollectionPlan> PlanCollectionAsync(
        CollectionQuestion question, DeletionLimit maxDelete, bool allowNoRepositories, CancellationToken cancellationToken)
    {
        var plan = await Collector.PlanAsync(question, maxDelete, allowNoRepositories, cancellationToken);
        foreach (var remark in plan.Remarks)
            Warn(remark);
        return plan;
    }

    /// <summary>Does work that changes the store; what breaks it off becomes part of the report, with what was done before.</summary>
    public static async Task TryAsync(PruneOutcome outcome, Func<Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is StoreAccessException or RegistryApiException or CleanerException)
        {
            await Interruption.RequireNoneAsync(cancellationToken);
            outcome.HasFailed(e.Message);
        }
    }

    public CleanerReport Report(string verb, CollectorKind collector, PruneOutcome? outcome) => new()
    {
        Verb = verb,
        DryRun = outcome is null,
        Where = _location.ToString(),
        Collector = collector,
        Outcome = outcome,
        Warnings = _warnings,
        ExitCode = ExitCode.Done,
    };

    // Tags and links that could not go back are in the trash: whoever collects now does not see what they need.
    private async Task RequireFinishedAsync(PruneOutcome outcome, CancellationToken cancellationToken)
    {
        if ((await Pruner.FindUnfinishedRunsAsync(cancellationToken)) is [var runId, ..])
            throw new CleanerException(ExitCode.Incomplete, [$"The earlier run {runId} could not be finished, so that nothing else was done:", .. outcome.Failures]);
    }

    private async Task WarnOfUnfinishedAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var runId in await Pruner.FindUnfinishedRunsAsync(cancellationToken))
                Warn($"The run {runId} was broken off. Everything that is still tagged can be pulled; what was taken away is kept, and the next run finishes it, or puts it back where it is needed by then.");
        }
        catch (StoreAccessException)
        {
            // Why the store cannot be read is among the failures already.
        }
    }

    private CleanerReport Complete(CleanerReport report, PruneOutcome outcome)
    {
        foreach (var sentence in outcome.Notes.Concat(outcome.Drifted).Concat(outcome.Failures))
            Warn(sentence);
        if (outcome.HasChangedTheStore && WhyToRestart() is { } reason)
            Warn(reason);
        return outcome.IsComplete ? report : report with { ExitCode = ExitCode.Incomplete };
    }

    // The registry's cache remembers what is gone: a push would say "layer already exists" and leave a tag that cannot be pulled.
    private string? WhyToRestart()
    {
        if (_location.OutlivingCache is { } cache)
            return $"Empty the registry's cache in {cache} before it serves again, or a push may find there what is gone, and leave a tag that cannot be pulled.";
        if (_location.IsStopped || _serving.Store != ServedStore.Offline)
            return null;
        return _location.Host.Container is { } container
            ? $"If the registry in the container '{container}' went on running, restart it before the next push ('{_location.Host.Engine} restart {container}'), or a push may find in its cache what is gone, and leave a tag that cannot be pulled."
            : "If a registry is serving this store, restart it before the next push: in its cache it may find what is gone, and a push then leaves a tag that cannot be pulled.";
    }

    public void Warn(string sentence)
    {
        _warnings.Add(sentence);
        LogWarning(_logger, sentence);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Sentence}")]
    private static partial void LogWarning(ILogger logger, string sentence);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Sentence}")]
    private static partial void LogServing(ILogger logger, string sentence);
}
