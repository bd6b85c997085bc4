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
        var manifests = await reader.ReadManifestsOfAsync(inTrash.Where(link => link.Kind == RepositoryPathKind.RevisionLink).Select(link => link.Digest), CancellationToken.None);
        var back = new List<string>();
        foreach (var (name, repository) in snapshot.Repositories)
        {
            var own = inTrash.Where(link => link.Repository == name).ToList();
            var graph = GraphWithTrash(repository, own, manifests);
            // What cannot be read may need anything, unless the repository goes as it is.
            var needsAll = graph.Doubts.Count > 0 && !repositories[name].IsGoing(repository);
            back.AddRange(own.Where(link => needsAll || IsNeeded(link, graph)).Select(link => link.Path));
        }

        await PutBackAsync(trash, back);
        return _everythingIsBack;
    }

    private static bool IsNeeded(TrashedLink link, RepositoryGraph graph) =>
        link.Kind == RepositoryPathKind.RevisionLink ? graph.IsKept(link.Digest) : graph.KeptNeeds(link.Digest);

    // The repository as if the manifests in the trash were there, but not asked to stay: what a tag or a manifest leads to, and
    // what is about it, comes out as kept.
    private static RepositoryGraph GraphWithTrash(
        RepositorySnapshot repository, IReadOnlyList<TrashedLink> links, IReadOnlyDictionary<Digest, ManifestState> manifests)
    {
        var trashed = links.Where(link => link.Kind == RepositoryPathKind.RevisionLink).Select(link => link.Digest)
            .Where(digest => !repository.Revisions.ContainsKey(digest))
            .ToHashSet();
        var whole = repository with { Revisions = repository.Revisions.AddRange(trashed.Select(digest => KeyValuePair.Create(digest, Link.To(digest)))) };
        return new RepositoryGraph(whole, manifests, new HashSet<Tag>(), trashed, limit: trashed);
    }

    private async Task<IReadOnlyList<TrashedLink>> LinksInTrashAsync()
    {
        var found = new List<(string Path, RepositoryName Repository, RepositoryPath Place)>();
        foreach (var file in await trash.FilesAsync(CancellationToken.None))
        {
            foreach (var name in repositories.Keys.Where(name => file.Path.StartsWith(StoreLayout.Repository(name) + "/_", StringComparison.Ordinal)))
            {
                if (StoreLayout.TryReadRepositoryPath(name, file.Path, out var place) && place.Kind is RepositoryPathKind.RevisionLink or RepositoryPathKind.LayerLink)
                    found.Add((file.Path, name, place));
            }
        }

        var links = await reader.ReadLinksAsync([.. found.Select(item => trash.Of(item.Path))], CancellationToken.None);
        var result = new List<TrashedLink>();
        foreach (var (path, name, place) in found)
        {
            // The content counts (an upload by sha512 is stored by sha256); where it cannot be read, the name has to do.
            if (links.TryGetValue(trash.Of(path), out var link) && link.Target is { } target)
                result.Add(new TrashedLink(path, name, place.Kind, target));
            else if (Digest.TryParse(place.Name, out var named, out _))
                result.Add(new TrashedLink(path, name, place.Kind, named));
        }

        return result;
    }

    // A repository that was pushed to between the look and the rename has what was pushed in the trash, or in its place again:
    // all of it goes back, as directories where their place is free, else file by file.
    private async Task PutBackRepositoriesAsync()
    {
        var going = repositories.Where(pair => pair.Value.Removed).Select(pair => pair.Key).ToList();
        if (going.Count == 0)
            return;

        var snapshot = await reader.ReadAsync(going, CancellationToken.None);
        var inTrash = await trash.Rest.FilesAsync(CancellationToken.None);
        foreach (var name in going)
        {
            var own = inTrash.Where(file => file.Path.StartsWith(StoreLayout.Repository(name) + "/_", StringComparison.Ordinal)).ToList();
            var wasPushed = own.Any(file => IsPushed(name, file));
            var isThere = snapshot.Repositories.TryGetValue(name, out var repository) && (!repository.Tags.IsEmpty || !repository.Revisions.IsEmpty);
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
    private bool IsPushed(RepositoryName name, StoreEntry file) =>
        StoreLayout.TryReadRepositoryPath(name, file.Path, out var place) && place.Kind switch
        {
            RepositoryPathKind.TagLink => Tag.TryParse(place.Name, out _, out _),
            RepositoryPathKind.RevisionLink => Digest.TryParse(place.Name, out _, out _),
            RepositoryPathKind.LayerLink => !repositories[name].AskedFor,
            RepositoryPathKind.InUpload => !repositories[name].AskedFor && file.Modified > DateTimeOffset.UtcNow - PrunePlanner.PushGrace,
            _ => false,
        };

    private async Task PutBackAsync(Trash from, IReadOnlyList<string> paths)
    {
        foreach (var result in await from.PutBackAsync(paths))
        {
            if (result.Result == MoveResult.Moved)
            {
                outcome.WentBack(result.Path);
                outcome.HasDrifted($"{result.Path} went back: something that is there now needs it");
            }
            else if (result.Result == MoveResult.Failed)
            {
                _everythingIsBack = false;
                outcome.HasFailed($"{result.Path} is needed and could not be put back: {result.Problem}");
            }
        }
    }

    private sealed record TrashedLink(string Path, RepositoryName Repository, RepositoryPathKind Kind, Digest Digest);
}
