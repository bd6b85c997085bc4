using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;
using RegistryCleaner.Tests.Api;

namespace RegistryCleaner.Tests.Pruning;

/// <summary>A run that waits for another: what it found out before need not be so when its turn comes.</summary>
[Collection(Environments.DockerConfiguration)]
public sealed class WaitedRunTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public WaitedRunTests()
    {
        foreach (var tag in new[] { "1", "2" })
            _store.Builder.Tag("app", tag, _store.Builder.Image("app", tag, _store.Builder.Layer("app", tag)));
    }

    public void Dispose() => _store.Dispose();

    // Read-only before the wait, and taking pushes after it: it is not taken for read-only.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_registry_that_changes_while_another_run_is_waited_for_is_left_alone(bool changes)
    {
        var isReadOnly = true;
        await using var server = new ToyServer(request => Answer(request, isReadOnly));
        var files = new LocalStoreFiles(Path.Combine(_store.Builder.RootDirectory, StoreLayout.BaseDirectory));
        var other = await files.TryLockAsync(StoreLayout.LockFile, CancellationToken.None);
        var logger = new WaitingLogger();

        var run = new Cleaner(logger).CleanImagesAsync(await OptionsAsync(server));
        await await Task.WhenAny(logger.Waiting, run);
        isReadOnly = !changes;
        await other!.DisposeAsync();

        await ShouldEndAsync(run, changes);
    }

    // What a killed cleaner is still doing in the container holds the fence; whoever restarts the container ends it.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task So_is_one_that_changes_while_what_a_killed_run_left_is_waited_for(bool changes)
    {
        var isReadOnly = true;
        await using var server = new ToyServer(request => Answer(request, isReadOnly));
        var fence = _store.Builder.FullPath(StoreLayout.Fence);
        Directory.CreateDirectory(Path.GetDirectoryName(fence)!);
        var left = FileLock.TryTake(fence);

        var run = new Cleaner(NullLogger.Instance).CleanImagesAsync(await OptionsAsync(server));
        while (!_store.Builder.Has(StoreLayout.LockFile) && !run.IsCompleted)
            await Task.Delay(10);
        await Task.Delay(300);
        isReadOnly = !changes;
        await left!.DisposeAsync();

        await ShouldEndAsync(run, changes);
    }

    // Nobody knows how long a person thinks.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task So_is_one_that_changes_while_a_person_is_asked(bool changes)
    {
        var isReadOnly = true;
        await using var server = new ToyServer(request => Answer(request, isReadOnly));
        var cleaner = new Cleaner(NullLogger.Instance, (_, _) =>
        {
            isReadOnly = !changes;
            return Task.FromResult(true);
        });

        var run = cleaner.CleanImagesAsync(await OptionsAsync(server) with { Images = ["app:1*"] });

        await ShouldEndAsync(run, changes);
    }

    private async Task ShouldEndAsync(Task<CleanerReport> run, bool isRefused)
    {
        // It is looked whether this is the right one, which only who takes pushes can show.
        if (isRefused)
            (await Should.ThrowAsync<CleanerException>(run)).Message.ShouldContain("to beginning an upload");
        else
            (await run).ExitCode.ShouldBe(ExitCode.Done);
        _store.Oracle.Tags.ContainsKey("app:1").ShouldBe(isRefused);
    }

    private async Task<CleanImagesOptions> OptionsAsync(ToyServer server)
    {
        var configuration = Path.Combine(_store.Builder.RootDirectory, "config.yml");
        await File.WriteAllTextAsync(configuration, "version: 0.1\nstorage:\n  cache:\n    blobdescriptor: inmemory\n  filesystem:\n    rootdirectory: /var/lib/registry\n  maintenance:\n    readonly:\n      enabled: true\n");
        return new CleanImagesOptions
        {
            RegistryRoot = _store.Builder.RootDirectory,
            RegistryConfig = configuration,
            RegistryUrl = server.Url,
            Images = ["app:1"],
            LockTimeout = TimeSpan.FromSeconds(30),
        };
    }

    // As handlers/app.go answers, read-only and else; no upload can be begun here.
    private static ToyAnswer Answer(ToyRequest request, bool isReadOnly) => request.Method switch
    {
        "OPTIONS" => ToyAnswer.Ok("", $"Allow: {(isReadOnly ? "GET,HEAD" : "DELETE,GET,HEAD,PATCH,POST,PUT")}"),
        "DELETE" when isReadOnly => new ToyAnswer(405, "{}", null, "Allow: GET,HEAD"),
        "DELETE" => new ToyAnswer(404, """{"errors":[{"code":"BLOB_UNKNOWN"}]}"""),
        "HEAD" => new ToyAnswer(404),
        "GET" => ToyAnswer.Ok(),
        _ => new ToyAnswer(405, "{}"),
    };

    // Whoever reads along is told that there is a wait, and for whom.
    private sealed class WaitingLogger : ILogger
    {
        private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Waiting => _waiting.Task;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (formatter(state, exception).StartsWith("Another cleaner is at work on this store; it is waited for, up to", StringComparison.Ordinal))
                _waiting.TrySetResult();
        }
    }
}
