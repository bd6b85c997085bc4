using RegistryCleaner.Store;

namespace RegistryCleaner.Marking;

/// <summary>The uploads of all repositories, and when anything in each was last written.</summary>
internal sealed class UploadFinder(IStoreFiles files, IReadOnlyList<MarkedRepository> repositories, List<StoreProblem> problems)
{
    // By the upload's directory.
    private readonly Dictionary<string, DateTimeOffset> _uploads = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _byRepository = new(StringComparer.Ordinal);

    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        var listing = await files.ListAsync(
            [.. repositories.Where(repository => repository.Uploads.Count > 0).Select(repository => StoreLayout.UploadsIn(repository.Directory))], ListDepth.Tree, cancellationToken);
        foreach (var entry in listing.Entries)
        {
            Note(_uploads, StoreLayout.UploadOf(entry.Path), entry.Modified);
            Note(_byRepository, entry.Path[..entry.Path.IndexOf("/_", StringComparison.Ordinal)], entry.Modified);
        }

        problems.AddRange(listing.Problems);
        // What cannot be looked at may be going on.
        foreach (var repository in repositories.Where(repository => listing.Problems.Any(problem => problem.Path.Length == 0 || problem.Path.StartsWith(repository.Directory + "/_", StringComparison.Ordinal))))
            _byRepository[repository.Directory] = DateTimeOffset.MaxValue;
    }

    /// <summary>Whether something was written to an upload to the repository since then.</summary>
    public bool IsActiveSince(MarkedRepository repository, DateTimeOffset time) => _byRepository.TryGetValue(repository.Directory, out var last) && last > time;

    /// <summary>The uploads to repositories in which nothing was written since then.</summary>
    public IEnumerable<CollectedPath> NotWrittenSince(DateTimeOffset time) => repositories
        .Where(repository => repository.Name is not null && _byRepository.GetValueOrDefault(repository.Directory) != DateTimeOffset.MaxValue)
        .SelectMany(repository => repository.Uploads.Select(id => $"{StoreLayout.UploadsIn(repository.Directory)}/{id}"))
        .Where(path => _uploads.TryGetValue(path, out var last) && last <= time)
        .Order(StringComparer.Ordinal)
        .Select(path => new CollectedPath(path, _uploads[path]));

    private static void Note(Dictionary<string, DateTimeOffset> times, string path, DateTimeOffset time) =>
        times[path] = times.TryGetValue(path, out var known) && known > time ? known : time;
}
