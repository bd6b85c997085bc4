using BenchmarkDotNet.Attributes;
using RegistryCleaner.Marking;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Benchmarks.Parts;

/// <summary>The steps of a mark over a store of four repositories with 250 tags each, about 18,000 files.</summary>
[MemoryDiagnoser]
public class StoreBenchmarks
{
    private static readonly MarkRequest s_request = new(DeleteUntagged: true, DateTimeOffset.UtcNow);

    private string _root = "";
    private LocalStoreFiles _files = null!;
    private string[] _tagLinks = [];
    private BlobTable _blobs = null!;
    private ManifestNodes _manifests = null!;
    private MarkedRepository[] _repositories = [];
    private int[] _roots = [];

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _root = Directory.CreateTempSubdirectory("registry-cleaner-").FullName;
        var shape = new StoreShape(Repositories: 4, Tags: 250, Seed: 0);
        new StoreGenerator(shape, _root).Write();
        _files = new LocalStoreFiles(Path.Combine(_root, StoreLayout.BaseDirectory));
        _tagLinks =
        [
            .. Enumerable.Range(0, shape.Repositories * shape.Tags).Select(i => StoreLayout.TagLinkIn(
                StoreLayout.Repository(RepositoryName.Parse(StoreShape.RepositoryName(i / shape.Tags))), StoreShape.TagName(i % shape.Tags))),
        ];

        var store = await new StoreMarker(_files).MarkAsync(s_request, CancellationToken.None);
        (_blobs, _manifests, _repositories) = (store.Blobs, store.Manifests, [.. store.Repositories]);
        _roots = [.. _repositories.SelectMany(repository => repository.Revisions)];
    }

    [GlobalCleanup]
    public void Cleanup() => Directory.Delete(_root, recursive: true);

    [Benchmark]
    public Task ListBlobs() => BlobTable.ReadAsync(_files, [], CancellationToken.None);

    [Benchmark]
    public Task ReadTagLinks() => LinkReader.ReadEachAsync(_files, _tagLinks, (_, _) => { }, CancellationToken.None);

    [Benchmark]
    public Task ReadLinksOfRepositories() => new RepositoryScan(_files, _blobs, null).ReadAsync(CancellationToken.None);

    [Benchmark]
    public Task ReadManifests() => new ManifestNodes(_files, _blobs).ReadAsync(_roots, CancellationToken.None);

    [Benchmark]
    public void DecideWhichManifestsStay()
    {
        foreach (var repository in _repositories)
        {
            repository.Kept.Clear();
            new KeptManifests(repository, _manifests, _blobs, s_request).Keep([]);
        }
    }

    [Benchmark]
    public Task MarkEverything() => new StoreMarker(_files).MarkAsync(s_request, CancellationToken.None);
}
