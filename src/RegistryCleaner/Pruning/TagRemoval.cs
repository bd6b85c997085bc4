using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Store;

namespace RegistryCleaner.Pruning;

/// <summary>Takes tags away, each by one rename, and looks in the trash whether it was still the tag that was meant.</summary>
internal sealed class TagRemoval(
    IStoreFiles files, StoreReader reader, Trash trash, IReadOnlyDictionary<RepositoryName, JournalRepository> repositories, PruneOutcome outcome)
{
    private IEnumerable<JournaledTag> Asked => All(repository => repository.Tags);

    private IEnumerable<JournaledTag> Referrers => All(repository => repository.ReferrerTags);

    /// <summary>Takes the tags that were asked for.</summary>
    public Task TakeAsync() => TakeAsync([.. Asked]);

    /// <summary>
    /// Puts those back that were pushed to between the plan and the rename, or while they were in the trash: a push that had found the
    /// directory goes on writing into it, wherever it lies by then.
    /// </summary>
    public Task CheckAsync() => CheckAsync([.. Asked, .. Referrers]);

    /// <summary>
    /// Takes the tags about manifests that go: only these, as things are now, for a manifest that was tagged meanwhile stays with its
    /// signatures.
    /// </summary>
    public async Task TakeReferrersAsync()
    {
        var concerned = repositories.Where(pair => pair.Value.ReferrerTags.Count > 0).Select(pair => pair.Key).ToList();
        if (concerned.Count == 0)
            return;

        // Those that are in the trash from a run that was killed are judged with the rest.
        var snapshot = await reader.ReadAsync(concerned, CancellationToken.None);
        var going = snapshot.Repositories.ToDictionary(pair => pair.Key, pair => GoingReferrers(pair.Value, snapshot));
        await TakeAsync([.. Referrers.Where(tag => going.TryGetValue(tag.Repository, out var tags) && tags.Contains(tag.Tag))]);
        await CheckAsync([.. Referrers]);
    }

    /// <summary>Puts back the tags about manifests that are there after all.</summary>
    /// <returns>Whether any went back, and whether none that had to could not.</returns>
    public async Task<(bool IsAnyBack, bool EverythingIsBack)> PutReferrersBackAsync()
    {
        var tags = Referrers.ToList();
        if (tags.Count == 0)
            return (false, true);

        var snapshot = await reader.ReadAsync([.. tags.Select(tag => tag.Repository).Distinct()], CancellationToken.None);
        List<JournaledTag> needed = [.. tags.Where(tag => ReferrerTag.TryRead(tag.Tag.Value, out var referrer)
            && snapshot.Repositories.TryGetValue(tag.Repository, out var repository) && repository.Revisions.ContainsKey(referrer.Subject))];
        var (isAnyBack, everythingIsBack) = (false, true);
        foreach (var (tag, moved) in needed.Zip(await trash.PutTagsBackAsync([.. needed.Select(PathOf)])))
        {
            if (moved.Result == MoveResult.Failed)
            {
                everythingIsBack = false;
                outcome.HasFailed($"{tag.Repository}:{tag.Tag} is about a manifest that stays and could not be put back: {moved.Problem}");
            }

            if (moved.Result != MoveResult.Moved)
                continue;
            isAnyBack = true;
            outcome.WentBack(moved.Path);
            outcome.HasDrifted($"{tag.Repository}:{tag.Tag} went back: the manifest that it is about is needed");
        }

        return (isAnyBack, everythingIsBack);
    }

    // What is about a manifest that stays by now stays, and what is about that.
    private HashSet<Tag> GoingReferrers(RepositorySnapshot repository, StoreSnapshot snapshot)
    {
        var planned = repositories[repository.Name].Manifests
            .Select(manifest => (Manifest: manifest, Digest: Digest.Parse(manifest.Name)))
            .Where(item => repository.Revisions.TryGetValue(item.Digest, out var link) && item.Manifest.IsSame(link.Modified))
            .Select(item => item.Digest)
            .ToHashSet();
        var going = repositories[repository.Name].ReferrerTags.Select(tag => Tag.Parse(tag.Tag)).Where(repository.Tags.ContainsKey).ToHashSet();
        var about = going.ToDictionary(tag => tag, tag => ReferrerTag.TryRead(tag.Value, out var referrer) ? referrer.Subject : default);
        var graph = new RepositoryGraph(repository, snapshot.Manifests, new HashSet<Tag>(), planned, limit: planned, aboutTags: about);
        return graph.Doubts.Count > 0 ? [] : [.. going.Where(tag => !graph.IsKept(about[tag]))];
    }

    private IEnumerable<JournaledTag> All(Func<JournalRepository, IReadOnlyList<JournalTag>> tagsOf) =>
        repositories.SelectMany(pair => tagsOf(pair.Value).Select(tag => new JournaledTag(pair.Key, Tag.Parse(tag.Tag), tag.Digest)));

    private async Task TakeAsync(IReadOnlyList<JournaledTag> tags)
    {
        foreach (var (tag, moved) in tags.Zip(await trash.TakeAsync([.. tags.Select(PathOf)])))
        {
            if (moved.Result == MoveResult.Missing)
                outcome.Note($"{tag.Repository}:{tag.Tag} was removed by somebody else meanwhile");
            else if (moved.Result != MoveResult.Moved)
                outcome.HasFailed($"{tag.Repository}:{tag.Tag} could not be removed: {moved.Why}");
        }
    }

    private async Task CheckAsync(IReadOnlyList<JournaledTag> tags)
    {
        if (tags.Count == 0)
            return;
        var inTrash = await files.StatAsync([.. tags.Select(tag => trash.Of(PathOf(tag)))], CancellationToken.None);
        var links = await reader.ReadLinksAsync([.. tags.Select(tag => trash.Of(LinkOf(tag)))], CancellationToken.None);
        foreach (var tag in tags.Where(tag => inTrash.ContainsKey(trash.Of(PathOf(tag)))))
        {
            var now = links.TryGetValue(trash.Of(LinkOf(tag)), out var link) ? link.Target?.ToString() : null;
            if (now == tag.Digest)
                outcome.Removed(RemovedKind.Tag, PathOf(tag), $"{tag.Repository}:{tag.Tag}");
            else
                await PutBackAsync(tag, now);
        }
    }

    private async Task PutBackAsync(JournaledTag tag, string? now)
    {
        var moved = (await trash.PutTagsBackAsync([PathOf(tag)]))[0];
        if (moved.Result == MoveResult.Failed)
            throw new StoreAccessException($"{tag.Repository}:{tag.Tag} was pushed to meanwhile and could not be put back; it lies in '{trash.Of(PathOf(tag))}': {moved.Problem}");

        // If its place is taken, it was pushed twice: the tag that is there now is the newer one.
        outcome.WentBack(moved.Path);
        outcome.HasDrifted(moved.Result == MoveResult.TargetExists
            ? $"{tag.Repository}:{tag.Tag} was pushed again meanwhile and stays as it is now"
            : $"{tag.Repository}:{tag.Tag} was pushed to meanwhile and stays: it points to {now ?? "nothing that can be read"}");
    }

    private static string PathOf(JournaledTag tag) => StoreLayout.Tag(tag.Repository, tag.Tag);

    private static string LinkOf(JournaledTag tag) => StoreLayout.TagLink(tag.Repository, tag.Tag);

    private sealed record JournaledTag(RepositoryName Repository, Tag Tag, string? Digest);
}
