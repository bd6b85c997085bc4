using System.Collections.Concurrent;
using RegistryCleaner.Manifests;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Store;

namespace RegistryCleaner.Checking;

/// <summary>Looks at repositories: links that lead nowhere, images that cannot be pulled, what is left over.</summary>
internal sealed class RepositoryChecker(IStoreFiles files, StoreReader reader, VerifyKind verify, DateTimeOffset now)
{
    private const string PushAgain = "RestoreImages, or CheckRegistry --repair, puts it back if a run removed it; else push the image again";

    private const string RepairOrPush = "CheckRegistry --repair puts it back if it lies in a trash; else push the image again, which writes the link anew";

    private const int MaxExamples = 3;

    private static readonly TimeSpan s_oldUpload = TimeSpan.FromDays(7);

    private readonly ConcurrentDictionary<Digest, bool> _linked = new();

    /// <summary>The blobs that the repositories which were looked at link.</summary>
    public IReadOnlyCollection<Digest> Linked => (IReadOnlyCollection<Digest>)_linked.Keys;

    /// <summary>Whether an index was met.</summary>
    public bool HasIndex { get; private set; }

    /// <summary>Links of layers whose data is not there and that no manifest needs, with the time of the link.</summary>
    public ConcurrentBag<(RepositoryName Repository, LayerLink Link)> Dangling { get; } = [];

    /// <summary>Files of manifests that an index names and that are not there: which were never pushed nobody can tell.</summary>
    public IReadOnlyCollection<string> OfChildren { get; private set; } = [];

    /// <summary>Looks at some repositories, by a fixed number of calls.</summary>
    public async Task<IReadOnlyList<Finding>> CheckAsync(IReadOnlyCollection<RepositoryName> names, CancellationToken cancellationToken)
    {
        var snapshot = await reader.ReadAsync(names, cancellationToken);
        snapshot = await reader.ReadLayersAsync(snapshot, cancellationToken);
        var faults = await new ImageChecker(files, verify).CheckAsync(snapshot, cancellationToken);
        var missing = faults.Missing.Select(need => need.Path).ToHashSet(StringComparer.Ordinal);
        var findings = new List<Finding>();
        foreach (var repository in snapshot.Repositories.Values)
            findings.AddRange(Check(repository, snapshot, missing));
        findings.AddRange(faults.Missing.Select(need => new Finding(Severity.Error, need.Path, "an image needs it, and it is not there: the image cannot be pulled", PushAgain, need.Path)));
        findings.AddRange(faults.Incomplete.Select(index => Finding(index, snapshot.Repositories[index.Repository])));
        OfChildren = [.. faults.OfChildren.Select(need => need.Path)];
        findings.AddRange(faults.Altered.Select(item => new Finding(Severity.Error, item.Need.Path, $"it is damaged: {item.How}", "remove the file while the registry is stopped, and push an image that has it again: a push alone finds it there")));
        findings.AddRange(await CheckLayersAsync(snapshot, missing, cancellationToken));
        var known = snapshot.Repositories.Values.SelectMany(repository => repository.Problems).Select(problem => problem.Path).Where(path => path.Length > 0).ToList();
        findings.AddRange((await new StrayFinder(files).FindInRepositoriesAsync(snapshot.Repositories.Keys, cancellationToken)).Where(path => !known.Exists(problem => StorePaths.IsWithin(problem, path) || StorePaths.IsWithin(path, problem))).Select(Stray));
        return findings;
    }

    /// <summary>What is to be said of a path that no registry made.</summary>
    public static Finding Stray(string path) => new(Severity.Notice, StorePaths.Shortened(path), "it is astray: no registry puts it there, and none reads it", "look at it by hand, and remove it; nothing else does");

    private static Finding Finding(IncompleteIndex index, RepositorySnapshot repository)
    {
        var tags = repository.Tags.Where(tag => tag.Value.Target == index.Index).Select(tag => $":{tag.Key}");
        var name = index.Repository + tags.FirstOrDefault($"@{index.Index}");
        return index.Absent.Count == index.Children.Count
            ? new Finding(Severity.Error, name, $"the index {index.Index.Abbreviated} names {index.Children.Count} manifests, and none of them is there: it cannot be pulled for any platform", PushAgain)
            : new Finding(Severity.Warning, name, $"{index.Absent.Count} of the {index.Children.Count} manifests that the index {index.Index.Abbreviated} names are not there, such as {index.Absent[0]}", $"nothing, if these platforms were never pushed (a sparse index); else {PushAgain}");
    }

    private IEnumerable<Finding> Check(RepositorySnapshot repository, StoreSnapshot snapshot, HashSet<string> missing)
    {
        var name = repository.Name.Value;
        foreach (var problem in repository.Problems)
            yield return new Finding(Severity.Error, problem.Path.Length > 0 ? StorePaths.Shortened(problem.Path) : name, $"it cannot be read or understood: {StorePaths.Shortened(problem.Reason)}", "look at it by hand; until then nothing of this repository but tags is ever removed");
        if (repository.Directories.Contains(StoreLayout.ManifestsName) != repository.Directories.Contains(StoreLayout.LayersName))
            yield return new Finding(Severity.Warning, name, $"it has only one of {StoreLayout.ManifestsName} and {StoreLayout.LayersName}: a registry of the 3.x line gives up its garbage-collect there", "push an image to it, or remove the repository with CleanImages");

        foreach (var (tag, link) in repository.Tags)
        {
            if (link.Target is not { } target)
                yield return new Finding(Severity.Error, $"{name}:{tag}", $"its link cannot be read: {link.Problem}", "push it again, or remove it with CleanImages");
            else if (missing.Contains(StoreLayout.RevisionLink(repository.Name, target)))
                yield return new Finding(Severity.Error, $"{name}:{tag}", $"it points to {target}, which the repository does not have", PushAgain);
            else if (ReferrerTag.TryRead(tag.Value, out var referrer) && !repository.Revisions.ContainsKey(referrer.Subject))
                yield return new Finding(Severity.Notice, $"{name}:{tag}", "it is about a manifest that is not there: an orphan", "remove it with CleanImages");
        }

        foreach (var (digest, link) in repository.Revisions)
        {
            _linked[digest] = true;
            var state = snapshot.Manifests.GetValueOrDefault(digest);
            HasIndex |= state.Manifest?.Kind == ManifestKind.Index;
            if (link.Target is null)
                yield return new Finding(Severity.Error, $"{name}@{digest}", $"its link cannot be read: {link.Problem}", RepairOrPush, StoreLayout.RevisionLink(repository.Name, digest));
            else if (state.Manifest is null && !missing.Contains(StoreLayout.BlobData(digest)))
                yield return new Finding(Severity.Error, $"{name}@{digest}", $"the manifest cannot be read: {state.Problem}", "remove it with CleanImages, or restore its data from a backup");
            else if (state.Manifest?.Subject is { } subject && !repository.Revisions.ContainsKey(subject))
                yield return new Finding(Severity.Notice, $"{name}@{digest}", $"it is about {subject.Abbreviated}, which is not there: an orphan", "GarbageCollect --delete-untagged collects it");
        }

        foreach (var upload in repository.Uploads.Where(upload => upload.Modified < now - s_oldUpload))
            yield return new Finding(Severity.Notice, StoreLayout.Upload(repository.Name, upload.Id), $"an upload in which nothing was written since {upload.Modified.UtcDateTime:yyyy-MM-dd}", "GarbageCollect --uploads-older-than 7d removes it");
    }

    private async Task<IEnumerable<Finding>> CheckLayersAsync(StoreSnapshot snapshot, HashSet<string> missing, CancellationToken cancellationToken)
    {
        var links = snapshot.Repositories.Values.SelectMany(repository => repository.Layers.Select(link => (repository.Name, Link: link))).ToList();
        foreach (var (_, link) in links)
        {
            if (link.Link.Target is { } target)
                _linked[target] = true;
        }

        List<Digest> asked = [.. links.Select(item => item.Link.Link.Target).OfType<Digest>().Distinct()];
        var sizes = await reader.SizesAsync(asked, cancellationToken);
        var findings = new List<Finding>();
        foreach (var (repository, link) in links)
        {
            if (link.Link.Target is not { } target)
            {
                findings.Add(new Finding(Severity.Warning, link.Path, $"the link cannot be read: {link.Link.Problem}", RepairOrPush, link.Path));
            }
            else if (StoreLayout.IsLinkOfDigest(link.Path, out var says) && says is not null && says != target)
            {
                findings.Add(new Finding(Severity.Warning, link.Path, $"the link says {target}: what is served by its name is something else", RepairOrPush, link.Path));
            }
            else if (!sizes.ContainsKey(target) && !missing.Contains(StoreLayout.BlobData(target)))
            {
                findings.Add(new Finding(Severity.Warning, link.Path, "no manifest needs it, and its data is not there: a push that mounts it would leave an image that cannot be pulled", "CheckRegistry --repair takes the link away", link.Path));
                Dangling.Add((repository, link));
            }
        }

        findings.AddRange(snapshot.Repositories.Values.Select(repository => FindStale(repository, snapshot, sizes)).OfType<Finding>());
        return findings;
    }

    // As GarbageCollect decides it: what cannot be read may need anything, and what is young belongs to a push that goes on.
    private Finding? FindStale(RepositorySnapshot repository, StoreSnapshot snapshot, IReadOnlyDictionary<Digest, long> sizes)
    {
        var graph = new RepositoryGraph(repository, snapshot.Manifests, new HashSet<Tag>(), new HashSet<Digest>());
        if (repository.Problems.Length > 0 || graph.Doubts.Count > 0)
            return null;
        // Where it was uploaded by another algorithm, manifests name that.
        var aliased = repository.Layers.Where(link => StoreLayout.TryReadRepositoryPath(repository.Name, link.Path, out var place) && Digest.TryParse(place.Name, out var named, out _) && graph.KeptNeeds(named))
            .Select(link => link.Link.Target).OfType<Digest>().ToHashSet();
        List<string> stale =
        [
            .. repository.Layers.Where(link => link.Modified <= now - PrunePlanner.PushGrace && IsWhole(link) && link.Link.Target is { } target && sizes.ContainsKey(target) && !graph.KeptNeeds(target) && !aliased.Contains(target))
                .Select(link => link.Path).Order(StringComparer.Ordinal),
        ];
        return stale.Count == 0 ? null : new Finding(
            Severity.Notice,
            repository.Name.Value,
            $"{stale.Count} links to layers that no manifest of it needs, such as {string.Join(" and ", stale.Take(MaxExamples))}: a push that has such a layer finds it there and does not send it",
            "nothing; GarbageCollect takes the links away, and frees what nothing else links");
    }

    // Of one that is not, something else is said already.
    private static bool IsWhole(LayerLink link) => !StoreLayout.IsLinkOfDigest(link.Path, out var says) || says is null || says == link.Link.Target;
}
