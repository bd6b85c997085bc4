using RegistryCleaner.Checking;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Pruning;

/// <summary>
/// Puts everything back that a run took away, never over what is there by now. A tag stays in the trash if something that it needs
/// could not go back.
/// </summary>
/// <param name="files">The store.</param>
/// <param name="trash">The run's trash.</param>
/// <param name="journal">Its journal, or null where there is none that can be read: nothing is known then, and all of it goes back as well.</param>
/// <param name="outcome">What is told.</param>
internal sealed class Rollback(IStoreFiles files, Trash trash, PruneJournal? journal, PruneOutcome outcome)
{
    /// <summary>Does it; false if something could not be put back.</summary>
    /// <param name="why">Why, for people.</param>
    public async Task<bool> RunAsync(string why)
    {
        // What is left of whole repositories first: no tag that leads anywhere is in it.
        foreach (var repository in journal?.Repositories.Where(repository => repository.Removed).Select(repository => RepositoryName.Parse(repository.Name)) ?? [])
            await trash.Rest.PutBackAsync([StoreLayout.Manifests(repository), StoreLayout.Layers(repository), StoreLayout.Uploads(repository)]);

        var (count, isBack) = (0, true);
        var failed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in new[] { trash.Rest, trash })
        {
            var files = (await part.FilesAsync(CancellationToken.None)).Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
            var paths = TrashOrder.Sort(files, journal);
            // Tags come last.
            var (tags, others) = (paths.Where(TrashOrder.IsTag).ToList(), paths.Where(path => !TrashOrder.IsTag(path)).ToList());
            var results = await part.PutBackAsync(others);
            failed.UnionWith(results.Where(result => result.Result == MoveResult.Failed).Select(result => result.Path));
            var held = failed.Count == 0 || tags.Count == 0 ? [] : await FindHeldAsync(part, tags, failed);
            foreach (var (tag, need) in held)
                outcome.HasFailed($"{tag} stays in the trash: it needs {need}, which could not be put back");
            foreach (var result in results.Concat(await part.PutTagsBackAsync([.. tags.Where(tag => !held.ContainsKey(tag))])))
            {
                if (result.Result == MoveResult.Moved)
                {
                    count++;
                    outcome.HasChanged();
                    outcome.WentBack(result.Path);
                }
                else if (result.Result == MoveResult.TargetExists && TrashOrder.IsTag(result.Path))
                {
                    outcome.Note($"{result.Path} was pushed again meanwhile and stays as it is now");
                }
                else if (result.Result == MoveResult.Failed)
                {
                    isBack = false;
                    outcome.HasFailed($"{result.Path} could not be put back: {result.Problem}");
                }
            }

            // The lock keeps every other cleaner away. All the same nothing is given up that nobody has tried to put back.
            if ((await part.FilesAsync(CancellationToken.None)).FirstOrDefault(file => !files.Contains(file.Path)) is { Path: not null } late)
            {
                isBack = false;
                outcome.HasFailed($"{late.Path} came into the trash while all of it was put back: the trash is kept, and the next run tries again");
            }
        }

        outcome.Note($"{count} files and directories went back that the run {trash.RunId} had taken away: {why}");
        return isBack;
    }

    // By tag, one of the files that it needs and that could not go back.
    private async Task<Dictionary<string, string>> FindHeldAsync(Trash part, IReadOnlyList<string> tags, HashSet<string> failed)
    {
        var links = await new StoreReader(files).ReadLinksAsync([.. tags.Select(tag => part.Of(StoreLayout.LinkOfTag(tag)))], CancellationToken.None);
        var needs = new ImageNeeds(files, path => [trash.Of(path), trash.Rest.Of(path)], new Dictionary<Digest, ManifestState>());
        var held = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tag in tags)
        {
            var end = tag.IndexOf($"/{StoreLayout.ManifestsName}/", StringComparison.Ordinal);
            if (!StoreLayout.TryReadRepository(tag[..end], out var repository, out _) || !links.TryGetValue(part.Of(StoreLayout.LinkOfTag(tag)), out var link) || link.Target is not { } target)
                continue;
            await needs.ReadAsync(repository, [target], CancellationToken.None);
            if (needs.Of(repository, [target]).FirstOrDefault(need => failed.Contains(need.Path)) is { Path: { } path })
                held[tag] = path;
        }

        return held;
    }
}
