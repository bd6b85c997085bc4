using System.Collections.Concurrent;
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
        await ReadAliasesAsync(cancellationToken);
    }

    // Each repository's list is filled by one thread: that of the directory in which the names are.
    private async Task<List<int>[]> ListAsync(CancellationToken cancellationToken)
    {
        var revisions = _repositories.ConvertAll(_ => new List<int>()).ToArray();
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

    private void AddRevision(MarkedRepository repository, ReadOnlySpan<char> name, List<int> revisions)
    {
        if (!Sha256.TryParseHex(name, out var sha256))
            repository.HasStrays = true;
        else if (pruned?.HidesManifest(repository.Directory, new Digest(sha256)) != true)
            revisions.Add(blobs.IdOf(new Digest(sha256)));
    }

    // Manifests are always stored by sha256 (registry/storage/blobstore.go, digest.FromBytes).
    private static void AddRevisionAlgorithm(MarkedRepository repository, ReadOnlySpan<char> name)
    {
        if (!name.SequenceEqual(Sha256Name))
            repository.HasStrays = true;
    }

    private async Task ReadLinksAsync(List<int>[] revisions, CancellationToken cancellationToken)
    {
        var tags = _repositories.SelectMany(repository => Enumerable.Range(0, repository.Tags.Count).Select(index => (Repository: repository, Index: index))).ToArray();
        var links = revisions.SelectMany((list, i) => list.Select(id => (Repository: i, Id: id))).ToArray();
        var isThere = new bool[links.Length];
        var others = new ConcurrentDictionary<int, Link>();
        await LinkReader.ReadEachAsync(
            files,
            new LazyList<string>(tags.Length + links.Length, index => index < tags.Length
                ? StoreLayout.TagLinkIn(tags[index].Repository.Directory, tags[index].Repository.Tags[tags[index].Index].Name)
                : RevisionLink(links[index - tags.Length])),
            (index, link) =>
            {
                if (index >= tags.Length)
                    NoteRevision(index - tags.Length, link);
                else
                    tags[index].Repository.Tags[tags[index].Index] = TagOf(tags[index].Repository.Tags[tags[index].Index].Name, link);
            },
            cancellationToken);

        for (var i = 0; i < links.Length; i++)
        {
            var (repository, id) = (_repositories[links[i].Repository], links[i].Id);
            if (isThere[i])
                AddRevision(repository, id, others.TryGetValue(i, out var other) ? other : null);
            else
                repository.EmptyRevisions.Add(blobs.DigestOf(id));
        }

        string RevisionLink((int Repository, int Id) link) => StoreLayout.RevisionLinkIn(_repositories[link.Repository].Directory, blobs.DigestOf(link.Id));

        // Of millions of links, hardly one says something else than its path.
        void NoteRevision(int index, Link link)
        {
            isThere[index] = true;
            if (link.Target == blobs.DigestOf(links[index].Id))
                others.TryRemove(index, out _);
            else
                others[index] = link;
        }
    }

    // A layer that was uploaded by its sha512 is stored by sha256, and linked by both names: each link says the sha256. One that
    // cannot be read may be the name by which a manifest knows any layer.
    private async Task ReadAliasesAsync(CancellationToken cancellationToken)
    {
        var others = _repositories.SelectMany(repository => repository.LayerAlgorithms.Where(name => name != Sha256Name).Select(name => (Repository: repository, Algorithm: name))).ToLookup(item => Digest.OtherAlgorithms.Contains(item.Algorithm));
        await LookAtUnknownAsync([.. others[false]], cancellationToken);
        var directories = others[true].ToArray();
        var names = directories.Select(_ => new List<Digest>()).ToArray();
        _problems.AddRange(await files.ListNamesAsync(
            [.. directories.Select(item => $"{StoreLayout.LayersIn(item.Repository.Directory)}/{item.Algorithm}")],
            (index, name) =>
            {
                if (Digest.TryParse($"{directories[index].Algorithm}:{name}", out var digest, out _))
                    names[index].Add(digest);
                else
                    directories[index].Repository.HasStrays = true;
            },
            cancellationToken));

        var aliases = directories.Zip(names, (item, digests) => digests.Select(digest => (item.Repository, Digest: digest, Path: StoreLayout.LayerLinkIn(item.Repository.Directory, digest))))
            .SelectMany(items => items)
            .Where(alias => pruned?.HidesLayer(alias.Repository.Directory, alias.Path) != true)
            .ToArray();
        var links = new Link?[aliases.Length];
        await LinkReader.ReadEachAsync(files, [.. aliases.Select(alias => alias.Path)], (index, link) => links[index] = link, cancellationToken);
        foreach (var (alias, link) in aliases.Zip(links))
        {
            if (link?.Problem is { } problem)
                alias.Repository.Doubts.Add($"the link of layer {alias.Digest} cannot be read ({problem})");
            alias.Repository.Aliases.Add(new UnneededLayer(alias.Digest, link?.Target is { } target ? blobs.IdOf(target) : -1));
        }
    }

    // A file leads nowhere. A directory may hold links of a kind that is not known here.
    private async Task LookAtUnknownAsync((MarkedRepository Repository, string Name)[] unknown, CancellationToken cancellationToken)
    {
        _problems.AddRange(await files.StatEachAsync(
            [.. unknown.Select(item => $"{StoreLayout.LayersIn(item.Repository.Directory)}/{item.Name}")],
            (index, entry) =>
            {
                lock (_problems)
                {
                    unknown[index].Repository.HasStrays = true;
                    if (entry.Kind != EntryKind.File)
                        unknown[index].Repository.Doubts.Add($"{entry.Path} holds links that are not known here");
                }
            },
            cancellationToken));
    }

    private MarkedTag TagOf(string name, Link link) => new(name, link.Target is { } target ? blobs.IdOf(target) : -1, link.Problem);

    private void AddRevision(MarkedRepository repository, int id, Link? other)
    {
        repository.Revisions.Add(id);
        if (other is not { } link)
            return;
        repository.Doubts.Add(link.Target is { } target
            ? $"the link of manifest {blobs.DigestOf(id)} says {target}"
            : $"the link of manifest {blobs.DigestOf(id)} cannot be read ({link.Problem})");
        if (link.Target is { } manifest)
            repository.Revisions.Add(blobs.IdOf(manifest));
    }
}
