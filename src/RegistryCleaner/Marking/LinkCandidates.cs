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
        var layers = store.Repositories.SelectMany(repository => repository.UnneededLayers.Select(layer => (Repository: repository, Layer: layer))).ToArray();
        var entries = new StoreEntry?[layers.Length];
        problems.AddRange(await files.StatEachAsync(
            new LazyList<string>(layers.Length, index => StoreLayout.LayerLinkIn(layers[index].Repository.Directory, layers[index].Layer.Digest)),
            (index, entry) => entries[index] = entry,
            cancellationToken));

        var byRepository = layers.Zip(entries, (item, entry) => (item.Repository, item.Layer, Entry: entry)).ToLookup(item => item.Repository, item => (item.Layer, item.Entry));
        foreach (var repository in store.Repositories.Where(repository => repository.Name is not null))
            Decide(repository, byRepository[repository], uploads);
    }

    /// <summary>The directory of a manifest's link that is gone.</summary>
    public static string EmptyRevision(MarkedRepository repository, Digest digest) => StoreLayout.ParentOf(StoreLayout.RevisionLinkIn(repository.Directory, digest));

    private void Decide(MarkedRepository repository, IEnumerable<(UnneededLayer Layer, StoreEntry? Entry)> layers, UploadFinder uploads)
    {
        EmptyDirectories.AddRange(repository.EmptyRevisions.Select(digest => EmptyRevision(repository, digest)));
        var removed = repository.KeepsAll ? [] : repository.Removed;
        var isBusy = uploads.IsActiveSince(repository, recentSince);
        var stale = ImmutableArray.CreateBuilder<CollectedLink>();
        var staying = 0;
        foreach (var (layer, entry) in layers)
        {
            if (entry is not { } link)
            {
                EmptyDirectories.Add(StoreLayout.ParentOf(StoreLayout.LayerLinkIn(repository.Directory, layer.Digest)));
            }
            // Even of a layer that a manifest which goes refers to: a push that goes on may have found it there, or written it again.
            else if (link.Kind == EntryKind.File && !isBusy && link.Modified <= recentSince)
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
}
