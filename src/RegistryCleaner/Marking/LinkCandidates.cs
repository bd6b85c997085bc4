using System.Collections.Immutable;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Marking;

/// <summary>Decides which links go: manifests and tags as marked, and of the layers that no manifest needs those that are old enough.</summary>
internal sealed class LinkCandidates(MarkedStore store, DateTimeOffset recentSince, List<StoreProblem> problems)
{
    /// <summary>What goes from the repositories.</summary>
    public List<RepositoryGarbage> Repositories { get; } = [];

    /// <summary>Repositories that hold nothing then.</summary>
    public List<MarkedRepository> Emptied { get; } = [];

    /// <summary>Blobs that a link which stays leads to, although no manifest needs them.</summary>
    public HashSet<int> StayingBlobs { get; } = [];

    /// <summary>Directories in which a link should be and is not.</summary>
    public List<string> EmptyDirectories { get; } = [];

    public async Task DecideAsync(IStoreFiles files, UploadFinder uploads, CancellationToken cancellationToken)
    {
        // One repository's after the other's.
        var owners = store.Repositories.SelectMany((repository, index) => Enumerable.Repeat(index, repository.UnneededLayers.Count)).ToArray();
        var starts = new int[store.Repositories.Count];
        for (var i = 1; i < starts.Length; i++)
            starts[i] = starts[i - 1] + store.Repositories[i - 1].UnneededLayers.Count;
        var links = new SeenLink[owners.Length];
        problems.AddRange(await files.StatEachAsync(
            new LazyList<string>(owners.Length, index => LinkOf(store.Repositories[owners[index]], index - starts[owners[index]])),
            (index, entry) => links[index] = new SeenLink(entry.SeenAs(EntryKind.File, recentSince), entry.Modified),
            cancellationToken));

        for (var i = 0; i < starts.Length; i++)
        {
            if (store.Repositories[i] is { Name: not null } repository)
                Decide(repository, new ArraySegment<SeenLink>(links, starts[i], repository.UnneededLayers.Count), uploads);
        }
    }

    /// <summary>The directory of a manifest's link that is gone.</summary>
    public static string EmptyRevision(MarkedRepository repository, Digest digest) => StoreLayout.ParentOf(StoreLayout.RevisionLinkIn(repository.Directory, digest));

    private static string LinkOf(MarkedRepository repository, int layer) => StoreLayout.LayerLinkIn(repository.Directory, repository.UnneededLayers[layer].Digest);

    private void Decide(MarkedRepository repository, IReadOnlyList<SeenLink> links, UploadFinder uploads)
    {
        EmptyDirectories.AddRange(repository.EmptyRevisions.Select(digest => EmptyRevision(repository, digest)));
        var removed = repository.KeepsAll ? [] : repository.Removed;
        var isBusy = uploads.IsActiveSince(repository, recentSince);
        var stale = ImmutableArray.CreateBuilder<CollectedLink>();
        var staying = 0;
        foreach (var (layer, link) in repository.UnneededLayers.Zip(links))
        {
            if (link.Seen == Seen.Nothing)
            {
                EmptyDirectories.Add(StoreLayout.ParentOf(StoreLayout.LayerLinkIn(repository.Directory, layer.Digest)));
            }
            // Even of a layer that a manifest which goes refers to: a push that goes on may have found it there, or written it again.
            else if (link.Seen == Seen.Old && !isBusy)
            {
                stale.Add(new CollectedLink(layer.Digest, link.Modified));
            }
            else
            {
                staying++;
                StayingBlobs.Add(layer.Blob);
            }
        }

        if (removed.Count + repository.RemovedTags.Count + stale.Count > 0)
        {
            Repositories.Add(new RepositoryGarbage(
                repository.Name!,
                [.. repository.RemovedTags.Select(tag => new CollectedTag(Tag.Parse(tag.Name), store.Blobs.DigestOf(tag.Target))).OrderBy(tag => tag.Tag)],
                [.. ParentsFirst(removed)],
                [.. stale.OrderBy(link => link.Digest)]));
        }

        var isEmptied = !repository.KeepsAll && !repository.HasStrays && repository.Needed.Length == 0 && staying == 0
            && repository.Tags.Count == repository.RemovedTags.Count;
        if (isEmptied)
            Emptied.Add(repository);
    }

    private List<CollectedLink> ParentsFirst(IReadOnlyCollection<(int Id, DateTimeOffset Modified)> manifests)
    {
        var written = manifests.ToDictionary(item => item.Id, item => item.Modified);
        var order = new List<CollectedLink>();
        var seen = new HashSet<int>();
        var pending = new Stack<(int Id, bool IsLeft)>();
        foreach (var root in written.Keys.OrderBy(store.Blobs.DigestOf))
        {
            pending.Push((root, false));
            while (pending.TryPop(out var item))
            {
                if (item.IsLeft)
                {
                    order.Add(new CollectedLink(store.Blobs.DigestOf(item.Id), written[item.Id]));
                    continue;
                }

                if (!seen.Add(item.Id))
                    continue;
                pending.Push((item.Id, true));
                foreach (var child in store.Manifests[item.Id].Children)
                {
                    if (written.ContainsKey(child))
                        pending.Push((child, false));
                }
            }
        }

        order.Reverse();
        return order;
    }

    private readonly record struct SeenLink(Seen Seen, DateTimeOffset Modified);
}
