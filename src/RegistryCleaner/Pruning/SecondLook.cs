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

        var inTrash = await trash.FilesAsync(CancellationToken.None);
        var links = await reader.ReadLinksAsync([.. inTrash.Select(trash.Of)], CancellationToken.None);
        var snapshot = await reader.ReadAsync([.. repositories.Keys], CancellationToken.None);
        var back = new List<string>();
        foreach (var (name, repository) in snapshot.Repositories)
        {
            var graph = new RepositoryGraph(repository, snapshot.Manifests, new HashSet<Tag>(), new HashSet<Digest>());
            // What cannot be read may need anything, unless the repository goes as it is.
            var needsAll = graph.Doubts.Count > 0 && !repositories[name].IsGoing(repository);
            back.AddRange(inTrash.Where(path => IsNeeded(path, name, needsAll, links, graph)));
        }

        await PutBackAsync(trash, back);
        return _everythingIsBack;
    }

    private bool IsNeeded(string path, RepositoryName name, bool needsAll, IReadOnlyDictionary<string, Link> links, RepositoryGraph graph)
    {
        if (!StoreLayout.TryReadRepositoryPath(name, path, out var place) || !links.TryGetValue(trash.Of(path), out var link))
            return false;
        return place.Kind switch
        {
            RepositoryPathKind.RevisionLink => needsAll || (link.Target is { } digest && graph.IsKept(digest)),
            RepositoryPathKind.LayerLink => needsAll || (link.Target is { } digest && graph.KeptNeeds(digest)),
            _ => false,
        };
    }

    // A repository that was pushed to between the look and the rename has tags or manifests in the trash, or new ones in its
    // place: all of it goes back, as directories where their place is free, else file by file.
    private async Task PutBackRepositoriesAsync()
    {
        var going = repositories.Where(pair => pair.Value.Removed).Select(pair => pair.Key).ToList();
        if (going.Count == 0)
            return;

        var snapshot = await reader.ReadAsync(going, CancellationToken.None);
        var inTrash = await trash.Rest.FilesAsync(CancellationToken.None);
        foreach (var name in going)
        {
            var wasPushed = inTrash.Any(path => IsTagOrManifest(name, path));
            var isThere = snapshot.Repositories.TryGetValue(name, out var repository) && (!repository.Tags.IsEmpty || !repository.Revisions.IsEmpty);
            if (!wasPushed && !isThere)
                continue;

            var own = inTrash.Where(path => path.StartsWith(StoreLayout.Repository(name) + "/_", StringComparison.Ordinal)).ToList();
            if (own.Count == 0)
                continue;
            outcome.HasDrifted($"the repository {name} was pushed to meanwhile and stays");
            outcome.WentBack(StoreLayout.Repository(name));
            await trash.Rest.PutBackAsync([StoreLayout.Manifests(name), StoreLayout.Layers(name), StoreLayout.Uploads(name)]);
            var left = (await trash.Rest.FilesAsync(CancellationToken.None)).Where(own.Contains).ToList();
            await PutBackAsync(trash.Rest, left);
        }
    }

    // What no push can have made, such as a tag of an impossible name, was there before and goes with its repository.
    private static bool IsTagOrManifest(RepositoryName name, string path) =>
        StoreLayout.TryReadRepositoryPath(name, path, out var place) && place.Kind switch
        {
            RepositoryPathKind.TagLink => Tag.TryParse(place.Name, out _, out _),
            RepositoryPathKind.RevisionLink => Digest.TryParse(place.Name, out _, out _),
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
}
