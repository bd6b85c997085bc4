using System.Text.RegularExpressions;

namespace RegistryCleaner.TestKit.Sketches;

/// <summary>
/// Says from a store's files alone what a full collection has to take away: the rules one by one, each asked of everything again and
/// again until nothing changes. Slow, for small stores; it shares no code with what it judges.
/// </summary>
public sealed partial class SlowModel
{
    private readonly ModelStore _store;
    private readonly ModelQuestion _question;
    private readonly List<ModelRepository> _repositories;
    private readonly HashSet<string> _tags = [];
    private readonly HashSet<string> _manifests = [];
    private readonly HashSet<string> _layers = [];
    private readonly HashSet<string> _blobs = [];
    private readonly HashSet<string> _uploads = [];
    private readonly HashSet<string> _leftovers = [];

    /// <summary>Judges a store as it is now.</summary>
    public SlowModel(string rootDirectory, ModelQuestion question)
    {
        _store = new ModelStore(rootDirectory);
        _question = question;
        _repositories = [.. _store.Directories.Where(IsRepository).Select(directory => new ModelRepository(_store, question, directory))];
        foreach (var repository in _repositories)
        {
            _tags.UnionWith(repository.GoingTags);
            _manifests.UnionWith(repository.GoingManifests);
            _layers.UnionWith(repository.GoingLayers);
            _uploads.UnionWith(repository.GoingUploads);
        }

        _blobs.UnionWith(_store.Files.Keys.Where(path => BlobData().IsMatch(path) && !IsBlobNeeded(path)));
        _leftovers.UnionWith(_store.Files.Keys.Where(IsLeftover));
    }

    /// <summary>The tags that go, by the path of their directory below v2.</summary>
    public IReadOnlySet<string> Tags => _tags;

    /// <summary>The links of manifests that go.</summary>
    public IReadOnlySet<string> Manifests => _manifests;

    /// <summary>The links of layers that go.</summary>
    public IReadOnlySet<string> Layers => _layers;

    /// <summary>The blobs that go.</summary>
    public IReadOnlySet<string> Blobs => _blobs;

    /// <summary>The uploads that go, by the path of their directory.</summary>
    public IReadOnlySet<string> Uploads => _uploads;

    /// <summary>The temporary files that go.</summary>
    public IReadOnlySet<string> Leftovers => _leftovers;

    /// <summary>The length of the blobs that go.</summary>
    public long Bytes => _blobs.Sum(path => (long)_store.Files[path].Length);

    /// <summary>Every file that stays, below v2.</summary>
    public IEnumerable<string> Staying => _store.Files.Keys
        .Where(path => !_manifests.Contains(path) && !_layers.Contains(path) && !_blobs.Contains(path) && !_leftovers.Contains(path))
        .Where(path => !_tags.Concat(_uploads).Any(directory => path.StartsWith(directory + "/", StringComparison.Ordinal)));

    /// <summary>Old directories that hold nothing when all that goes is gone, and are named by a digest that nothing needs any more.</summary>
    public IEnumerable<string> EmptyDirectories
    {
        get
        {
            var staying = Staying.ToList();
            return _store.Directories
                .Where(path => DigestDirectory().IsMatch(path) && !staying.Any(file => file.StartsWith(path + "/", StringComparison.Ordinal)))
                .Where(path => !_repositories.Any(repository => repository.KeepsDirectory(path)));
        }
    }

    private bool IsRepository(string directory) =>
        directory.StartsWith("repositories/", StringComparison.Ordinal)
        && !directory.Contains("/_", StringComparison.Ordinal)
        && ModelRepository.Markers.Any(marker => _store.Directories.Contains($"{directory}/{marker}"));

    private bool IsBlobNeeded(string path)
    {
        var digest = "sha256:" + path.Split('/')[^2];
        return _repositories.Any(repository => repository.Needed.Contains(digest) || repository.LeadsTo(digest))
            || _question.IsYoung(_store.Written[path])
            || _question.IsYoung(_store.Written[path[..path.LastIndexOf('/')]]);
    }

    private bool IsLeftover(string path) =>
        Temporary().IsMatch(path)
        && _store.Written[path] <= _question.Now.AddDays(-1)
        && !_repositories.Any(repository => !repository.IsNamed && path.StartsWith(repository.Directory + "/_", StringComparison.Ordinal))
        && !_tags.Concat(_uploads).Any(directory => path.StartsWith(directory + "/", StringComparison.Ordinal));

    [GeneratedRegex(@"\Ablobs/sha256/([0-9a-f]{2})/\1[0-9a-f]{62}/data\z")]
    private static partial Regex BlobData();

    [GeneratedRegex(@"\A(blobs/sha256/[0-9a-f]{2}|repositories/.*/_manifests/revisions/sha256|repositories/.*/_layers/sha(256|512))/[0-9a-f]{64,}\z")]
    private static partial Regex DigestDirectory();

    [GeneratedRegex(@"/(link|data|startedat)\.[0-9a-f-]{36}\.tmp\z")]
    private static partial Regex Temporary();
}

/// <summary>What a collection was asked for.</summary>
/// <param name="DeleteUntagged">Whether manifests without a tag go.</param>
/// <param name="Now">When.</param>
/// <param name="Grace">How old has to be what goes.</param>
/// <param name="UploadsOlderThan">How old an upload has to be.</param>
public sealed record ModelQuestion(bool DeleteUntagged, DateTime Now, TimeSpan Grace, TimeSpan UploadsOlderThan)
{
    internal bool IsYoung(DateTime written) => written > Now - Grace;
}
