using System.Collections.Concurrent;
using RegistryCleaner.Marking;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Checking;

/// <summary>Looks at a whole store, in parallel: is everything in it as it should be?</summary>
internal sealed class StoreChecker(IStoreFiles files, VerifyKind verify)
{
    // A batch is a fixed number of calls; what it holds is in memory at one time.
    private const int Batch = 64;

    /// <summary>Links that a repair may take away.</summary>
    public IReadOnlyCollection<(RepositoryName Repository, LayerLink Link)> Dangling { get; private set; } = [];

    /// <summary>Files of manifests that an index names and that are not there, which a repair puts back where a trash has them.</summary>
    public IReadOnlyCollection<string> OfChildren { get; private set; } = [];

    /// <summary>Whether the store holds an index.</summary>
    public bool HasIndex { get; private set; }

    /// <summary>Looks at everything.</summary>
    /// <param name="progress">Is told how many repositories of how many were looked at.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<Finding>> CheckAsync(IProgress<(int Done, int All)> progress, CancellationToken cancellationToken)
    {
        // The blobs first: what is pushed from now on is none that nothing links.
        var blobs = await BlobTable.ReadAsync(files, [], cancellationToken);
        var reader = new StoreReader(files);
        var now = await reader.GetTimeAsync(cancellationToken);
        var catalog = await reader.FindRepositoriesAsync(cancellationToken);
        var findings = new ConcurrentBag<Finding>(CatalogFindings(catalog, blobs));
        var linked = new ConcurrentDictionary<Digest, bool>();
        var dangling = new ConcurrentBag<(RepositoryName, LayerLink)>();
        var ofChildren = new ConcurrentBag<string>();
        var done = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(catalog.Repositories.Chunk(Batch), options, async (batch, token) =>
        {
            var checker = new RepositoryChecker(files, new StoreReader(files), verify, now);
            foreach (var finding in await checker.CheckAsync(batch, token))
                findings.Add(finding);
            foreach (var digest in checker.Linked)
                linked[digest] = true;
            foreach (var link in checker.Dangling)
                dangling.Add(link);
            foreach (var path in checker.OfChildren)
                ofChildren.Add(path);
            if (checker.HasIndex)
                HasIndex = true;
            progress.Report((Interlocked.Add(ref done, batch.Length), catalog.Repositories.Count));
        });

        Dangling = dangling;
        OfChildren = [.. ofChildren.Distinct(StringComparer.Ordinal)];
        var unlinked = Enumerable.Range(0, blobs.Count).Count(id => !linked.ContainsKey(blobs.DigestOf(id)));
        if (unlinked > 0)
            findings.Add(new Finding(Severity.Notice, StoreLayout.Blobs, $"{unlinked} blobs that no repository links", "GarbageCollect frees their space"));
        foreach (var stray in await new StrayFinder(files).FindAmongBlobsAsync(cancellationToken))
            findings.Add(RepositoryChecker.Stray(stray));
        foreach (var leftover in (await files.FindAsync([StoreLayout.Version2], ".tmp", cancellationToken)).Entries.Where(entry => entry.Kind == EntryKind.File && LeftoverFinder.IsTemporary(entry.Path)))
            findings.Add(new Finding(Severity.Notice, leftover.Path, "a temporary file that a killed registry may have left", "GarbageCollect --leftovers removes it when it is old"));
        return [.. findings.OrderByDescending(finding => finding.Severity).ThenBy(finding => finding.Where, StringComparer.Ordinal)];
    }

    private static IEnumerable<Finding> CatalogFindings(RepositoryCatalog catalog, BlobTable blobs)
    {
        foreach (var problem in catalog.Problems.Concat(blobs.Problems))
            yield return new Finding(Severity.Error, StorePaths.Shortened(problem.Path), $"it cannot be looked at: {StorePaths.Shortened(problem.Reason)}", "set its permissions right, or remove it by hand; until then no blob is ever freed");
        foreach (var unnamed in catalog.Unnamed)
            yield return new Finding(Severity.Warning, unnamed.Directory, $"no repository can have this name: {unnamed.Reason}", "look at it by hand; nothing in it is ever changed, and what it links stays");
        foreach (var file in catalog.StrayFiles)
            yield return new Finding(Severity.Warning, file, "a stray file: a registry of the 2.x line does not see the repositories beside it, and its own garbage-collect would delete what they need", "remove it by hand");
    }
}
