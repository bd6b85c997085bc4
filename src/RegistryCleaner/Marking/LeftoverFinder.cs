using System.Text.RegularExpressions;
using RegistryCleaner.Store;

namespace RegistryCleaner.Marking;

/// <summary>
/// Finds what a registry that was killed left: from 3.1 on it writes <c>NAME.UUID.tmp</c> and renames it
/// (registry/storage/driver/filesystem/driver.go, PutContent); and directories that are empty but for that.
/// </summary>
internal sealed partial class LeftoverFinder(IStoreFiles files, CollectionQuestion question, List<StoreProblem> problems)
{
    private const string Ending = ".tmp";

    private static readonly TimeSpan s_minAge = TimeSpan.FromDays(1);

    /// <summary>The temporary files that go.</summary>
    public List<CollectedPath> Found { get; } = [];

    /// <summary>The directories that are empty then.</summary>
    public List<string> Directories { get; } = [];

    /// <summary>Whether a file is one that a killed registry left.</summary>
    public static bool IsTemporary(string path) => TemporaryName().IsMatch(path);

    /// <param name="directories">Directories that lack what they are for.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    public async Task FindAsync(IReadOnlyList<string> directories, CancellationToken cancellationToken)
    {
        var inside = await files.ListAsync(directories, ListDepth.Children, cancellationToken);
        var found = question.Leftovers ? await files.FindAsync([StoreLayout.Version2], Ending, cancellationToken) : new StoreListing([], []);
        problems.AddRange(inside.Problems.Concat(found.Problems));
        Found.AddRange(inside.Entries.UnionBy(found.Entries, entry => entry.Path).Where(IsLeftover).OrderBy(entry => entry.Path, StringComparer.Ordinal).Select(entry => new CollectedPath(entry.Path, entry.Modified)));

        var full = inside.Entries.Where(entry => !IsLeftover(entry)).Select(entry => StoreLayout.ParentOf(entry.Path))
            .Concat(inside.Problems.Select(problem => problem.Path))
            .ToHashSet(StringComparer.Ordinal);
        var recentSince = question.Now - question.Grace;
        var isOld = new bool[directories.Count];
        problems.AddRange(await files.StatEachAsync(directories, (index, entry) => isOld[index] = entry.Kind == EntryKind.Directory && entry.Modified <= recentSince, cancellationToken));
        Directories.AddRange(directories.Where((directory, index) => isOld[index] && !full.Contains(directory)).Order(StringComparer.Ordinal));
    }

    private bool IsLeftover(StoreEntry entry) => entry.Kind == EntryKind.File && IsTemporary(entry.Path) && entry.Modified <= question.Now - s_minAge;

    [GeneratedRegex(@"/[a-z]+\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp\z", RegexOptions.CultureInvariant)]
    private static partial Regex TemporaryName();
}
