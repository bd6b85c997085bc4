using System.Collections.Concurrent;

namespace RegistryCleaner.Store;

/// <summary>The verbs of <see cref="IStoreFiles"/> for few files, whose answers are held.</summary>
public static class StoreFilesExtensions
{
    /// <summary>Kind, size and times of each path that exists; symbolic links are not followed.</summary>
    /// <exception cref="StoreAccessException">A path cannot be looked at.</exception>
    public static async Task<IReadOnlyDictionary<string, StoreEntry>> StatAsync(
        this IStoreFiles files, IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        var entries = new ConcurrentDictionary<string, StoreEntry>(StringComparer.Ordinal);
        var problems = await files.StatEachAsync([.. paths.Distinct(StringComparer.Ordinal)], (_, entry) => entries[entry.Path] = entry, cancellationToken);
        return problems is [var problem, ..] ? throw new StoreAccessException($"The store {files.Root}: {problem}") : entries;
    }

    /// <summary>The content of each file that exists, or why it cannot be read.</summary>
    public static async Task<IReadOnlyDictionary<string, FileContent>> ReadAsync(
        this IStoreFiles files, IReadOnlyCollection<string> paths, int maxLength, CancellationToken cancellationToken)
    {
        List<string> distinct = [.. paths.Distinct(StringComparer.Ordinal)];
        var contents = new ConcurrentDictionary<string, FileContent>(StringComparer.Ordinal);
        await files.ReadEachAsync(distinct, maxLength, (index, content) => contents[distinct[index]] = content with { Bytes = content.Bytes.ToArray() }, cancellationToken);
        return contents;
    }
}
