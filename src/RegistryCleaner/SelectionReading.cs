using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Selection;
using RegistryCleaner.Store;

namespace RegistryCleaner;

/// <summary>Reads what rules need to know, and has them decide.</summary>
internal sealed class SelectionReading(StoreReader reader, IStoreFiles files)
{
    private readonly ImageDetailsReader _details = new(files);

    /// <summary>
    /// Selects, from what the repositories in scope, and those that protection names, hold at one moment; the snapshot has those of the
    /// named images, too.
    /// </summary>
    public async Task<(ImageSelection Selection, StoreSnapshot Snapshot)> SelectAsync(ImageRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var names = await FindScopeAsync(request, cancellationToken);
        names = [.. names.Concat(request.Protection.Repositories).Distinct()];
        var snapshot = await reader.ReadAsync([.. names.Concat(request.Named.Select(image => image.Repository)).Distinct()], cancellationToken);
        var facts = await ReadAsync(names, snapshot, request, cancellationToken);
        return (ImageSelecting.Select(new SelectionRequest(request.Scopes, request.Protection, now), facts), snapshot);
    }

    /// <summary>What is left of a plan that was reviewed, why the rest of it stays, and what its repositories hold.</summary>
    public async Task<(ImageSelection Left, IReadOnlyList<string> Drifted, StoreSnapshot Snapshot)> ReviewAsync(PlanFile reviewed, ImageRequest request, CancellationToken cancellationToken)
    {
        List<RepositoryName> names = [.. reviewed.Selection.Repositories.Select(repository => repository.Name).Concat(request.Protection.Repositories).Distinct()];
        var snapshot = await reader.ReadAsync(names, cancellationToken);
        var facts = await ReadAsync(names, snapshot, request, cancellationToken);
        var (left, drifted) = PlanCheck.Left(reviewed, request.Protection, facts, snapshot);
        return (left, drifted, snapshot);
    }

    /// <summary>All blobs that the tags in scope lead to, with their lengths.</summary>
    public async Task<IReadOnlyDictionary<Digest, long>> BlobsInScopeAsync(ImageSelection selection, StoreSnapshot snapshot, CancellationToken cancellationToken)
    {
        var blobs = new HashSet<Digest>();
        foreach (var digest in selection.Repositories.SelectMany(repository => repository.Tags.Select(tag => tag.Digest).OfType<Digest>().Concat(repository.Untagged.Select(manifest => manifest.Digest))))
        {
            blobs.Add(digest);
            blobs.UnionWith(PartsOf(snapshot, digest));
        }

        return await reader.SizesAsync(blobs, cancellationToken);
    }

    private async Task<IReadOnlyList<RepositoryFacts>> ReadAsync(IEnumerable<RepositoryName> names, StoreSnapshot snapshot, ImageRequest request, CancellationToken cancellationToken)
    {
        var facts = new List<RepositoryFacts>();
        foreach (var name in names.Where(snapshot.Repositories.ContainsKey))
            facts.Add(await ReadAsync(snapshot.Repositories[name], snapshot, request, cancellationToken));
        return facts;
    }

    private async Task<IReadOnlyList<RepositoryName>> FindScopeAsync(ImageRequest request, CancellationToken cancellationToken)
    {
        var patterns = request.Scopes.SelectMany(scope => scope.Images).ToList();
        var named = patterns.Select(pattern => pattern.ExactRepository).OfType<RepositoryName>().ToHashSet();
        if (patterns.Exists(pattern => pattern.ExactRepository is null))
            named.UnionWith((await reader.FindRepositoriesAsync(cancellationToken)).Repositories.Where(name => request.Scopes.Any(scope => scope.In(name) is not null)));
        return [.. named.Order()];
    }

    private async Task<RepositoryFacts> ReadAsync(RepositorySnapshot repository, StoreSnapshot snapshot, ImageRequest request, CancellationToken cancellationToken)
    {
        var tags = repository.Tags.Keys.ToList();
        var pushed = await _details.ReadPushTimesAsync(repository.Name, tags, cancellationToken);
        var scopes = request.Scopes.Select(scope => scope.In(repository.Name)).OfType<RepositoryScope>().ToList();
        List<UntaggedManifest> untagged = scopes.Exists(scope => scope is { IsOfUntagged: true, Rules.Untagged: true }) ? [.. UntaggedOf(repository, snapshot)] : [];
        var details = scopes.Exists(scope => scope.Rules.NeedImages)
            ? await _details.ReadAsync([.. repository.Tags.Values.Select(link => link.Target).OfType<Digest>(), .. untagged.Select(manifest => manifest.Digest)], cancellationToken)
            : new Dictionary<Digest, ImageDetails>();
        return new RepositoryFacts
        {
            Name = repository.Name,
            Tags =
            [
                .. tags.Select(tag => FactsOf(tag, repository.Tags[tag].Target, pushed, details, request.ExpiresAnnotation) with
                {
                    IsNamed = request.Names(repository.Name, tag, repository.Tags[tag].Target),
                }),
            ],
            Untagged = [.. untagged.Select(manifest => details.TryGetValue(manifest.Digest, out var found) ? manifest with { Expiry = ExpiryReading.ExpiryOf(found, RuleScope.Known(manifest.Linked), request.ExpiresAnnotation) } : manifest)],
            Problem = ProblemOf(repository, snapshot),
            PartsOf = digest => PartsOf(snapshot, digest),
        };
    }

    private static TagFacts FactsOf(
        Tag tag, Digest? digest, IReadOnlyDictionary<Tag, DateTimeOffset> pushed, IReadOnlyDictionary<Digest, ImageDetails> details, string? annotation)
    {
        DateTimeOffset? time = pushed.TryGetValue(tag, out var written) ? written : null;
        return digest is { } target && details.TryGetValue(target, out var found)
            ? new TagFacts(tag, digest, time, ExpiryReading.CreatedOf(found), ExpiryReading.ExpiryOf(found, RuleScope.Known(time), annotation))
            : new TagFacts(tag, digest, time);
    }

    // Of all that could be taken away, what tags lead to and what is about that stays.
    private static IEnumerable<UntaggedManifest> UntaggedOf(RepositorySnapshot repository, StoreSnapshot snapshot)
    {
        var kept = new RepositoryGraph(repository, snapshot.Manifests, new HashSet<Tag>(), repository.Revisions.Keys.ToHashSet()).Kept.ToHashSet();
        return repository.Revisions.Where(pair => !kept.Contains(pair.Key)).Select(pair => new UntaggedManifest(pair.Key, pair.Value.Modified));
    }

    private static string? ProblemOf(RepositorySnapshot repository, StoreSnapshot snapshot)
    {
        foreach (var (tag, link) in repository.Tags)
        {
            if (link.Target is null)
                return $"tag {tag}: {link.Problem}";
        }

        return new RepositoryGraph(repository, snapshot.Manifests, new HashSet<Tag>(), new HashSet<Digest>()).Doubts is [var doubt, ..] ? doubt : null;
    }

    /// <summary>What a manifest leads to through indexes: platforms, configurations, layers.</summary>
    public static HashSet<Digest> PartsOf(StoreSnapshot snapshot, Digest digest)
    {
        var parts = new HashSet<Digest>();
        var pending = new Stack<Digest>([digest]);
        while (pending.TryPop(out var next))
        {
            if (!snapshot.Manifests.TryGetValue(next, out var state) || state.Manifest is not { } manifest)
                continue;
            parts.UnionWith(manifest.Blobs);
            foreach (var child in manifest.Children.Where(parts.Add))
                pending.Push(child);
        }

        return parts;
    }
}
