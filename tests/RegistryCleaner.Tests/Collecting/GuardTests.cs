using Microsoft.Extensions.Logging.Abstractions;
using RegistryCleaner.Collecting;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;

namespace RegistryCleaner.Tests.Collecting;

/// <summary>
/// The registry's own collector is believed only as far as it can be checked. A script stands in for it where the real one cannot be
/// made to misbehave; the real one is in the tests on real registries.
/// </summary>
public sealed class GuardTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    private string HasRun => Path.Combine(_store.Builder.RootDirectory, "has-run");

    [Fact]
    public async Task Garbage_is_collected()
    {
        Tagged();

        var report = await CollectAsync(Named(_store.Builder.Blob("garbage"u8)));

        report.ExitCode.ShouldBe(ExitCode.Done);
        File.Exists(HasRun).ShouldBeTrue();
    }

    [Fact]
    public Task What_a_tag_leads_to_is_not() => RefusedAsync(Named(Tagged()));

    [Fact]
    public Task A_list_that_is_shorter_than_announced_is_refused()
    {
        Tagged();
        return RefusedAsync($"echo '3 blobs marked, 2 blobs and 0 manifests eligible for deletion'\n{Line(_store.Builder.Blob("garbage"u8))}");
    }

    [Fact]
    public Task A_list_without_an_announcement_is_refused()
    {
        Tagged();
        return RefusedAsync(Line(_store.Builder.Blob("garbage"u8)));
    }

    [Fact]
    public Task A_dry_run_that_fails_is_refused()
    {
        Tagged();
        return RefusedAsync("echo 'failed to garbage collect' >&2\nexit 1");
    }

    [Fact]
    public Task Blobs_without_any_repository_are_not_collected() => RefusedAsync(Named(_store.Builder.Blob("garbage"u8)));

    [Fact]
    public Task Nothing_is_collected_while_an_earlier_run_holds_what_it_cannot_put_back()
    {
        Tagged();
        _store.Builder.Tag("pushed", "1", _store.Builder.Image("pushed", "meanwhile", _store.Builder.Layer("pushed", "layer")));
        Directory.CreateDirectory(_store.Builder.FullPath("registry-cleaner/trash/run/rest/v2/repositories"));
        Directory.Move(_store.Builder.FullPath("v2/repositories/pushed"), _store.Builder.FullPath("registry-cleaner/trash/run/rest/v2/repositories/pushed"));
        File.WriteAllText(_store.Builder.FullPath("v2/repositories/pushed"), "in the way");

        return RefusedAsync(Named(_store.Builder.Blob("garbage"u8)), ExitCode.Incomplete);
    }

    [Theory]
    [InlineData("registry x v3.0.0", false)]
    [InlineData("registry x v3.0.0", true)]
    [InlineData("registry x 2.8.3", true)]
    public async Task A_multi_arch_push_in_progress_is_in_use(string version, bool allowMultiArchLoss)
    {
        Tagged();
        var layer = _store.Builder.Layer("app", "amd64");
        var platform = _store.Builder.Image("app", "amd64", layer);
        var first = _store.Builder.Layer("fresh", "the first layer of a first push");
        var reader = new StoreReader(new LocalStoreFiles(_store.Builder.FullPath("")));
        var snapshot = await reader.ReadLayersAsync(await reader.ReadAsync([RepositoryName.Parse("app"), RepositoryName.Parse("fresh")], default), _ => null, default);

        var use = new BlobsInUse(snapshot, new CollectionRequest(DeleteUntagged: true, allowMultiArchLoss), RegistryVersion.Parse(version), DateTimeOffset.UtcNow);

        use.WhyInUse(first).ShouldNotBeNull();
        use.WhyInUse(layer).ShouldNotBeNull();
        use.WhyInUse("app", platform).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("registry x v3.0.0", true)]
    [InlineData("registry x 2.8.3", false)]
    public async Task The_platforms_of_an_index_are_given_up_only_where_the_registry_is_a_2_and_the_user_insists(string version, bool isInUse)
    {
        var layer = _store.Builder.Layer("app", "amd64");
        _store.Builder.Tag("app", "1", _store.Builder.Index("app", _store.Builder.Image("app", "amd64", layer)));
        var reader = new StoreReader(new LocalStoreFiles(_store.Builder.FullPath("")));
        var snapshot = await reader.ReadLayersAsync(await reader.ReadAsync([RepositoryName.Parse("app")], default), _ => null, default);

        var use = new BlobsInUse(snapshot, new CollectionRequest(DeleteUntagged: true, AllowMultiArchLoss: true), RegistryVersion.Parse(version), DateTimeOffset.UtcNow.AddHours(2));

        (use.WhyInUse(layer) is not null).ShouldBe(isInUse);
    }

    private static string Line(Digest blob) => $"echo 'blob eligible for deletion: {blob}'";

    private static string Named(Digest blob) => $"echo '1 blobs marked, 1 blobs and 0 manifests eligible for deletion'\n{Line(blob)}";

    private Digest Tagged()
    {
        var layer = _store.Builder.Layer("app", "tagged");
        _store.Builder.Tag("app", "1", _store.Builder.Image("app", "tagged", layer));
        return layer;
    }

    private async Task RefusedAsync(string script, ExitCode exitCode = ExitCode.Refused)
    {
        var exception = await Should.ThrowAsync<CleanerException>(() => CollectAsync(script));
        exception.ExitCode.ShouldBe(exitCode, exception.Message);
        File.Exists(HasRun).ShouldBeFalse();
    }

    private Task<CleanerReport> CollectAsync(string script)
    {
        var registry = FakeProgram.Write(Path.Combine(_store.Builder.RootDirectory, "bin"), "registry", $"case \"$*\" in *--version*) echo 'registry x 2.8.3'; exit;; *--dry-run*) ;; *) touch {HasRun};; esac\n{script}\n");
        return new Cleaner(NullLogger.Instance).GarbageCollectAsync(new GarbageCollectOptions { RegistryRoot = _store.Builder.RootDirectory, RegistryBinary = registry, Collector = CollectorKind.Registry, Offline = true });
    }
}
