using RegistryCleaner.Checking;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Pruning;

/// <summary>
/// Proves that a run harmed nothing: everything that is left in the repositories that it pruned is looked at once more, from the tags
/// and manifests down to the blobs, by code that had no part in deciding what goes.
/// </summary>
internal sealed class Proof(IStoreFiles files, StoreReader reader, Trash trash, PruneJournal journal, VerifyKind verify, PruneOutcome outcome)
{
    /// <summary>What is needed and lies in the trash of this run; empty where nothing was harmed.</summary>
    public async Task<IReadOnlyList<string>> FindHarmAsync(CancellationToken cancellationToken)
    {
        var faults = await new ImageChecker(files, verify).CheckAsync(await reader.ReadAsync([.. journal.Repositories.Select(repository => RepositoryName.Parse(repository.Name))], cancellationToken), cancellationToken);
        // An index may name platforms that were never pushed: not so one that this run set out to remove, or did.
        var named = journal.Repositories.SelectMany(repository => repository.Manifests).Select(manifest => manifest.Name).ToHashSet(StringComparer.Ordinal);
        List<string> optional = [.. faults.OfChildren.Where(need => !named.Contains(need.Digest.ToString())).Select(need => need.Path)];
        List<string> missing = [.. faults.Missing.Concat(faults.OfChildren).Select(need => need.Path).Distinct(StringComparer.Ordinal)];
        var harm = missing.Count == 0 ? [] : (await trash.ExistingAsync(missing)).Union(await trash.Rest.ExistingAsync(missing)).ToHashSet();

        // What nobody took away was not there before: that is to be told, but not the doing of this run.
        List<string> others = [.. missing.Except(optional).Where(path => !harm.Contains(path))];
        if (others is [var before, ..])
            outcome.Note($"{others.Count} files that images need were missing before this run, such as {before}: CheckRegistry tells more");
        if (verify == VerifyKind.Size && faults.Altered is [var altered, ..])
            outcome.Note($"{faults.Altered.Count} blobs that images need were damaged before this run, such as {altered.Need.Path} ({altered.How}): CheckRegistry tells more");
        if (verify == VerifyKind.Hash && faults.Altered is [var changed, ..])
            outcome.HasFailed($"{faults.Altered.Count} blobs that images need are damaged, such as {changed.Need.Path}: {changed.How}. It was not this run, which alters no blob; CheckRegistry tells more.");
        return [.. harm.Order(StringComparer.Ordinal)];
    }
}
