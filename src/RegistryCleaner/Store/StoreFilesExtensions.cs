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

    /// <summary>Lists what is below directories of the cleaner's own, which lie where they seem to.</summary>
    /// <param name="files">The store.</param>
    /// <param name="directories">The directories, below <see cref="StoreLayout.WorkDirectory"/>.</param>
    /// <param name="depth">How far down.</param>
    /// <param name="complaint">What is said where they cannot be listed, before the reason.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <exception cref="StoreAccessException">They cannot be listed, or one of them or above them is a symbolic link.</exception>
    internal static async Task<IReadOnlyList<StoreEntry>> ListOwnAsync(
        this IStoreFiles files, IReadOnlyCollection<string> directories, ListDepth depth, string complaint, CancellationToken cancellationToken)
    {
        // A listing goes through a link in the place of what it is given.
        var entries = await files.StatAsync([.. directories.SelectMany(directory => StoreLayout.ParentsOf(directory).Append(directory))], cancellationToken);
        if (entries.Values.Where(entry => entry.Kind == EntryKind.SymbolicLink).OrderBy(entry => entry.Path.Length).FirstOrDefault() is { Path: not null } link)
            throw new StoreAccessException($"{complaint}: '{files.Root}/{link.Path}' is a symbolic link.");
        var listing = await files.ListAsync(directories, depth, cancellationToken);
        // What lies deeper than a registry writes, and was thrown away with an upload, is no reason to do nothing any more.
        return listing.Problems.Where(problem => !IsTooDeep(problem)).ToList() is [var problem, ..] ? throw new StoreAccessException($"{complaint}: {problem}") : listing.Entries;
    }

    // Of two complaints of such a length that come out of a shell at once, one may come in the middle of the other.
    private static bool IsTooDeep(StoreProblem problem) =>
        problem.Path.Length > StorePaths.MaxWritten || problem.Reason.Length > StorePaths.MaxWritten || problem.Reason.EndsWith("name too long", StringComparison.Ordinal);
}
