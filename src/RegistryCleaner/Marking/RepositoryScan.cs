using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Marking;

/// <summary>
/// Reads the links of all repositories at once: names of directories, then the links that say more than their name. The number of
/// calls does not depend on the number of repositories.
/// </summary>
internal sealed class RepositoryScan(IStoreFiles files, BlobTable blobs, PrunedImages? pruned)
{
    private const string Sha256Name = "sha256";

    private readonly List<MarkedRepository> _repositories = [];
    private readonly List<StoreProblem> _problems = [];

    /// <summary>The repositories.</summary>
    public IReadOnlyList<MarkedRepository> Repositories => _repositories;

    /// <summary>How many repositories there are, with those that a prune counts as having removed.</summary>
    public int Found { get; private set; }

    /// <summary>What may hide a repository, a tag or a link: nobody knows then what is in use.</summary>
    public IReadOnlyList<StoreProblem> Problems => _problems;

    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        var catalog = await new StoreReader(files).FindRepositoriesAsync(cancellationToken);
        _problems.AddRange(catalog.Problems);
        _repositories.AddRange(catalog.Repositories.Select(name => new MarkedRepository(StoreLayout.Repository(name), name)));
        _repositories.AddRange(catalog.Unnamed.Select(unnamed => new MarkedRepository(unnamed.Directory, null)));
        Found = _repositories.Count;
        _repositories.RemoveAll(repository => pruned?.HidesRepository(repository.Directory) == true);

        var revisions = await ListAsync(cancellationToken);
        await ReadLinksAsync(revisions, cancellationToken);
    }

    // Each repository's list is filled by one thread: that of the directory in which the names are.
    private async Task<List<Digest>[]> ListAsync(CancellationToken cancellationToken)
    {
        var revisions = _repositories.ConvertAll(_ => new List<Digest>()).ToArray();
        (Func<string, string> In, Action<int, ReadOnlySpan<char>> OnName)[] kinds =
        [
            (StoreLayout.TagsIn, (i, name) => AddTag(_repositories[i], name)),
            (directory => $"{StoreLayout.RevisionsIn(directory)}/{Sha256Name}", (i, name) => AddRevision(_repositories[i], name, revisions[i])),
            (StoreLayout.RevisionsIn, (i, name) => AddRevisionAlgorithm(_repositories[i], name)),
            (StoreLayout.LayersIn, (i, name) => _repositories[i].LayerAlgorithms.Add(name.ToString())),
            (StoreLayout.UploadsIn, (i, name) => _repositories[i].Uploads.Add(name.ToString())),
        ];
        var directories = new LazyList<string>(_repositories.Count * kinds.Length, index => kinds[index % kinds.Length].In(_repositories[index / kinds.Length].Directory));
        _problems.AddRange(await files.ListNamesAsync(directories, (index, name) => kinds[index % kinds.Length].OnName(index / kinds.Length, name), cancellationToken));
        return revisions;
    }

    private void AddTag(MarkedRepository repository, ReadOnlySpan<char> name)
    {
        var tag = name.ToString();
        if (pruned?.HidesTag(repository.Directory, tag) == true)
            return;
        repository.Tags.Add(new MarkedTag(tag, -1));
        if (!Tag.TryParse(tag, out _, out var reason))
            repository.Doubts.Add($"there is something among the tags that no push can have made: {reason}");
    }

    private void AddRevision(MarkedRepository repository, ReadOnlySpan<char> name, List<Digest> revisions)
    {
        if (!Sha256.TryParseHex(name, out var sha256))
            repository.HasStrays = true;
        else if (pruned?.HidesManifest(repository.Directory, new Digest(sha256)) != true)
            revisions.Add(new Digest(sha256));
    }

    // Manifests are always stored by sha256 (registry/storage/blobstore.go, digest.FromBytes).
    private static void AddRevisionAlgorithm(MarkedRepository repository, ReadOnlySpan<char> name)
    {
        if (!name.SequenceEqual(Sha256Name))
            repository.HasStrays = true;
    }

    private async Task ReadLinksAsync(List<Digest>[] revisions, CancellationToken cancellationToken)
    {
        var tags = _repositories.SelectMany(repository => Enumerable.Range(0, repository.Tags.Count).Select(index => (Repository: repository, Index: index))).ToArray();
        var links = revisions.SelectMany((list, i) => list.Select(digest => (Repository: _repositories[i], Digest: digest))).ToArray();
        var found = new Link?[links.Length];
        await LinkReader.ReadEachAsync(
            files,
            new LazyList<string>(tags.Length + links.Length, index => index < tags.Length
                ? StoreLayout.TagLinkIn(tags[index].Repository.Directory, tags[index].Repository.Tags[tags[index].Index].Name)
                : StoreLayout.RevisionLinkIn(links[index - tags.Length].Repository.Directory, links[index - tags.Length].Digest)),
            (index, link) =>
            {
                if (index >= tags.Length)
                    found[index - tags.Length] = link;
                else
                    tags[index].Repository.Tags[tags[index].Index] = TagOf(tags[index].Repository.Tags[tags[index].Index].Name, link);
            },
            cancellationToken);

        await LookAtUnreadTagsAsync([.. tags.Where(tag => tag.Repository.Tags[tag.Index].Target < 0).Select(tag => (tag.Repository, tag.Repository.Tags[tag.Index].Name))], cancellationToken);
        foreach (var ((repository, digest), link) in links.Zip(found))
        {
            if (link is { } there)
                AddRevision(repository, digest, there);
            else
                repository.EmptyRevisions.Add(digest);
        }
    }

    // What stands there in a tag's place is doubted when it comes to removing, and so has to be before.
    private async Task LookAtUnreadTagsAsync((MarkedRepository Repository, string Name)[] tags, CancellationToken cancellationToken)
    {
        var isDirectory = Enumerable.Repeat(true, tags.Length).ToArray();
        await files.StatEachAsync(
            [.. tags.Select(tag => $"{StoreLayout.TagsIn(tag.Repository.Directory)}/{tag.Name}")], (index, entry) => isDirectory[index] = entry.Kind == EntryKind.Directory, cancellationToken);
        foreach (var (tag, _) in tags.Zip(isDirectory).Where(pair => !pair.Second))
            tag.Repository.Doubts.Add($"there is something else than a directory where the tag {tag.Name} should be");
    }

    private MarkedTag TagOf(string name, Link link) => new(name, link.Target is { } target ? blobs.IdOf(target) : -1, link.Problem);

    private void AddRevision(MarkedRepository repository, Digest digest, Link link)
    {
        repository.Revisions.Add(blobs.IdOf(digest));
        if (link.Target == digest)
            return;
        repository.Doubts.Add(link.Target is { } target
            ? $"the link of manifest {digest} says {target}"
            : $"the link of manifest {digest} cannot be read ({link.Problem})");
        if (link.Target is { } other)
            repository.Revisions.Add(blobs.IdOf(other));
    }
}
