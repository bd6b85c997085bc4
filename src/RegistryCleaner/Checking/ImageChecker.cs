using RegistryCleaner.Manifests;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Checking;

/// <summary>How closely images are looked at.</summary>
public enum VerifyKind
{
    /// <summary>Whether what they need is there, and has the length that their manifests say.</summary>
    Size,

    /// <summary>Whether its content has its digest, as well. Everything is read.</summary>
    Hash,
}

/// <summary>What is wrong with images.</summary>
/// <param name="Missing">Files that they need and that are not there.</param>
/// <param name="Altered">Blobs of another length, or of other content, than they have to be, each with how it differs.</param>
/// <param name="Incomplete">Indexes that name manifests which are not there.</param>
/// <param name="OfChildren">The files of these manifests that are not there. No image needs all of them: some were never pushed.</param>
internal sealed record ImageFaults(
    IReadOnlyList<ImageNeed> Missing, IReadOnlyList<(ImageNeed Need, string How)> Altered, IReadOnlyList<IncompleteIndex> Incomplete, IReadOnlyList<ImageNeed> OfChildren);

/// <summary>An index that names manifests which are not there: platforms that were never pushed, or that something took away.</summary>
/// <param name="Repository">Its repository.</param>
/// <param name="Index">The index.</param>
/// <param name="Children">All manifests that it names.</param>
/// <param name="Absent">Those that are not there.</param>
internal sealed record IncompleteIndex(RepositoryName Repository, Digest Index, IReadOnlyList<Digest> Children, IReadOnlyList<Digest> Absent);

/// <summary>Checks that everything in repositories can be pulled: what every tag and every manifest needs is there.</summary>
internal sealed class ImageChecker(IStoreFiles files, VerifyKind verify)
{
    /// <summary>Checks repositories.</summary>
    public async Task<ImageFaults> CheckAsync(StoreSnapshot snapshot, CancellationToken cancellationToken)
    {
        var needs = new ImageNeeds(files, _ => [], snapshot.Manifests);
        var all = new Dictionary<string, ImageNeed>(StringComparer.Ordinal);
        var indexes = new List<IncompleteIndex>();
        foreach (var repository in snapshot.Repositories.Values)
        {
            List<Digest> roots = [.. repository.Tags.Values.Concat(repository.Revisions.Values).Select(link => link.Target).OfType<Digest>().Distinct()];
            await needs.ReadAsync(repository.Name, roots, cancellationToken);
            foreach (var need in needs.Of(repository.Name, roots))
            {
                // What one image can do without, another may need; a length is said by some of those who refer to a blob.
                all[need.Path] = all.TryGetValue(need.Path, out var known)
                    ? known with { MayBeElsewhere = known.MayBeElsewhere && need.MayBeElsewhere, Size = known.Size ?? need.Size }
                    : need;
            }

            indexes.AddRange(roots.Where(root => needs.ManifestOf(root)?.Kind == ManifestKind.Index).Select(root => needs.ManifestOf(root)!)
                .Select(index => new IncompleteIndex(repository.Name, index.Digest, [.. index.Children.Distinct()], [.. index.Children.Distinct().Where(child => needs.ManifestOf(child) is null)])));
        }

        return await CheckAsync([.. all.Values], indexes, cancellationToken);
    }

    private async Task<ImageFaults> CheckAsync(IReadOnlyList<ImageNeed> needs, IReadOnlyList<IncompleteIndex> indexes, CancellationToken cancellationToken)
    {
        var sizes = new long?[needs.Count];
        var isFile = new bool[needs.Count];
        var problems = await files.StatEachAsync(new LazyList<string>(needs.Count, index => needs[index].Path), (index, entry) => (sizes[index], isFile[index]) = (entry.Size, entry.Kind == EntryKind.File), cancellationToken);
        if (problems is [var problem, ..])
            throw new StoreAccessException($"What images need cannot be looked at: {problem}");
        var altered = Enumerable.Range(0, needs.Count)
            .Where(index => sizes[index] is { } size && (!isFile[index] || (needs[index].Size is { } wanted && size != wanted)))
            .Select(index => (needs[index], isFile[index] ? $"it has {sizes[index]} bytes instead of {needs[index].Size}" : "it is no file"))
            .ToList();
        if (verify == VerifyKind.Hash)
            altered.AddRange(await HashAsync([.. needs.Where((need, index) => isFile[index] && need.Path == StoreLayout.BlobData(need.Digest))], cancellationToken));
        var absent = needs.Where((_, index) => sizes[index] is null).ToDictionary(need => need.Path, StringComparer.Ordinal);
        List<IncompleteIndex> incomplete = [.. indexes.Select(index => index with { Absent = [.. index.Absent.Where(child => IsAbsent(index.Repository, child, absent))] }).Where(index => index.Absent.Count > 0)];
        return new ImageFaults(
            [.. absent.Values.Where(need => !need.MayBeElsewhere)],
            [.. altered.DistinctBy(item => item.Item1.Path)],
            incomplete,
            [.. incomplete.SelectMany(index => index.Absent.SelectMany(child => PathsOf(index.Repository, child))).Distinct(StringComparer.Ordinal).Where(absent.ContainsKey).Select(path => absent[path])]);
    }

    // A build cache's index names layers as if they were manifests: a link of either kind will do.
    private static bool IsAbsent(RepositoryName repository, Digest child, Dictionary<string, ImageNeed> absent) =>
        PathsOf(repository, child) is [var data, .. var links] && (absent.ContainsKey(data) || links.All(absent.ContainsKey));

    private static string[] PathsOf(RepositoryName repository, Digest child) =>
        [StoreLayout.BlobData(child), StoreLayout.RevisionLink(repository, child), StoreLayout.LayerLink(repository, child)];

    private async Task<IEnumerable<(ImageNeed Need, string How)>> HashAsync(IReadOnlyList<ImageNeed> blobs, CancellationToken cancellationToken)
    {
        var digests = new string?[blobs.Count];
        await files.HashEachAsync(new LazyList<string>(blobs.Count, index => blobs[index].Path), (index, digest) => digests[index] = digest, cancellationToken);
        return blobs.Select((blob, index) => (blob, digests[index])).Where(item => item.Item2 != item.blob.Digest.Hex)
            .Select(item => (item.blob, item.Item2 is { } found ? $"its content has the digest sha256:{found}" : "its content cannot be read"));
    }
}
