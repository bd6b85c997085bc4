using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Store;

namespace RegistryCleaner.Pruning;

/// <summary>
/// Looks again at what is there after everything was taken away, and puts back from the trash what it needs: somebody may have
/// pushed at any moment before.
/// </summary>
internal sealed class SecondLook(
    StoreReader reader, Trash trash, IReadOnlyDictionary<RepositoryName, JournalRepository> repositories, PruneOutcome outcome)
{
    private bool _everythingIsBack = true;

    /// <summary>Puts back what is needed; false if something that is needed is still in the trash.</summary>
    public async Task<bool> PutBackWhatIsNeededAsync()
    {
        await PutBackRepositoriesAsync();

        var inTrash = await LinksInTrashAsync();
        var snapshot = await reader.ReadAsync([.. repositories.Keys], CancellationToken.None);
        var manifests = await reader.ReadManifestsOfAsync(inTrash.SelectMany(links => links).Where(link => link.Kind == RepositoryPathKind.RevisionLink).Select(link => link.Digest), CancellationToken.None);
        var back = new List<string>();
        foreach (var (name, repository) in snapshot.Repositories)
        {
            var own = inTrash[name].ToList();
            var graph = GraphWithTrash(repository, own, manifests);
            // What cannot be read may need anything, unless the repository goes as it is.
            var needsAll = graph.Doubts.Count > 0 && !repositories[name].IsGoing(repository);
            back.AddRange(own.Where(link => needsAll || link.IsNew || IsNeeded(link, graph)).Select(link => link.Path));
        }

        await PutBackAsync(trash, back);
        return _everythingIsBack;
    }

    private static bool IsNeeded(TrashedLink link, RepositoryGraph graph) =>
        link.Kind == RepositoryPathKind.RevisionLink ? graph.IsKept(link.Digest) : graph.KeptNeeds(link.Digest);

    // The repository as if the manifests in the trash were there, but not asked to stay: what a tag or a manifest leads to, and
    // what is about it, comes out as kept. One that was pushed again just before it was taken away stays like any other.
    private static RepositoryGraph GraphWithTrash(
        RepositorySnapshot repository, IReadOnlyList<TrashedLink> links, IReadOnlyDictionary<Digest, ManifestState> manifests)
    {
        var trashed = links.Where(link => link.Kind == RepositoryPathKind.RevisionLink).Select(link => link.Digest)
            .Where(digest => !repository.Revisions.ContainsKey(digest))
            .ToHashSet();
        var whole = repository with { Revisions = repository.Revisions.Concat(trashed.Select(digest => KeyValuePair.Create(digest, Link.To(digest)))).ToDictionary() };
        trashed.ExceptWith(links.Where(link => link.IsNew).Select(link => link.Digest));
        return new RepositoryGraph(whole, manifests, new HashSet<Tag>(), trashed, limit: trashed);
    }

    private async Task<ILookup<RepositoryName, TrashedLink>> LinksInTrashAsync()
    {
        var found = (await trash.FilesAsync(CancellationToken.None)).Select(Place).OfType<PlacedLink>().ToList();
        var links = await reader.ReadLinksAsync([.. found.Select(item => trash.Of(item.File.Path))], CancellationToken.None);
        var result = new List<TrashedLink>();
        foreach (var (file, name, place) in found)
        {
            // The content counts (an upload by sha512 is stored by sha256); where it cannot be read, the name has to do.
            var target = links.TryGetValue(trash.Of(file.Path), out var link) ? link.Target : null;
            if (target is null && Digest.TryParse(place.Name, out var named, out _))
                target = named;
            if (target is { } digest)
                result.Add(new TrashedLink(file.Path, name, place.Kind, digest, IsNew: repositories[name].IsWrittenAnew(file)));
        }

        return result.ToLookup(link => link.Repository);
    }

    private PlacedLink? Place(StoreEntry file) =>
        StoreLayout.TryReadLink(file.Path, out var name, out var place) && repositories.ContainsKey(name) ? new PlacedLink(file, name, place) : null;

    // A repository that was pushed to between the look and the rename has what was pushed in the trash, or in its place again:
    // all of it goes back, as directories where their place is free, else file by file.
    private async Task PutBackRepositoriesAsync()
    {
        var going = repositories.Where(pair => pair.Value.Removed).Select(pair => pair.Key).ToList();
        if (going.Count == 0)
            return;

        var snapshot = await reader.ReadAsync(going, CancellationToken.None);
        var inTrash = await trash.Rest.FilesAsync(CancellationToken.None);
        var now = await reader.GetTimeAsync(CancellationToken.None);
        foreach (var name in going)
        {
            var own = inTrash.Where(file => file.Path.StartsWith(StoreLayout.Repository(name) + "/_", StringComparison.Ordinal)).ToList();
            var wasPushed = own.Any(file => IsPushed(name, file, now));
            var isThere = snapshot.Repositories.TryGetValue(name, out var repository) && (repository.Tags.Count > 0 || repository.Revisions.Count > 0);
            if (own.Count == 0 || (!wasPushed && !isThere))
                continue;

            outcome.HasDrifted($"the repository {name} was pushed to meanwhile and stays");
            outcome.WentBack(StoreLayout.Repository(name));
            await trash.Rest.PutBackAsync([StoreLayout.Manifests(name), StoreLayout.Layers(name), StoreLayout.Uploads(name)]);
            var paths = own.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
            var left = (await trash.Rest.FilesAsync(CancellationToken.None)).Select(file => file.Path).Where(paths.Contains).ToList();
            await PutBackAsync(trash.Rest, left);
        }
    }

    // Just before, the repository had no tags and no manifests, and, unless it was asked for, no layers and no recent upload. What
    // no push can have made, such as a tag of an impossible name, was there before and goes with its repository.
    private bool IsPushed(RepositoryName name, StoreEntry file, DateTimeOffset now) =>
        StoreLayout.TryReadRepositoryPath(name, file.Path, out var place) && place.Kind switch
        {
            RepositoryPathKind.TagLink => Tag.TryParse(place.Name, out _, out _),
            RepositoryPathKind.RevisionLink => Digest.TryParse(place.Name, out _, out _),
            RepositoryPathKind.LayerLink => !repositories[name].AskedFor,
            RepositoryPathKind.InUpload => !repositories[name].AskedFor && file.Modified > now - PrunePlanner.PushGrace,
            _ => false,
        };

    private async Task PutBackAsync(Trash from, IReadOnlyList<string> paths)
    {
        _everythingIsBack &= outcome.WentBack(await from.PutBackAsync(paths), PruneOutcome.IsNeeded);
    }

    private sealed record PlacedLink(StoreEntry File, RepositoryName Repository, RepositoryPath Place);

    private sealed record TrashedLink(string Path, RepositoryName Repository, RepositoryPathKind Kind, Digest Digest, bool IsNew);
}
