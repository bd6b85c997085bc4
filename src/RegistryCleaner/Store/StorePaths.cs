namespace RegistryCleaner.Store;

/// <summary>What every implementation of <see cref="IStoreFiles"/> refuses.</summary>
internal static class StorePaths
{
    /// <summary>Why a directory cannot be listed.</summary>
    public const string LeadsNowhere = "it is a symbolic link that leads to no directory, so that what belongs there is out of reach";

    /// <summary>Why nothing can be moved.</summary>
    public const string SeveralFileSystems = "lies on more than one file system, or on one that is mounted in two places: nothing can be renamed from one to the other";

    /// <summary>Why something is not locked.</summary>
    public const string NoRegularFile = "is no regular file, as the cleaner locks there: remove it, and the cleaner makes one of its own.";

    /// <summary>
    /// No path that a registry writes has more characters, nor has its place in a trash: 255 of a repository's name, 128 of a tag's and
    /// as many of a digest are most of it.
    /// </summary>
    public const int MaxWritten = 1024;

    private const int MaxSaid = 600;

    /// <summary>A text with a path in it that may be as long as any, for people.</summary>
    public static string Shortened(string text) => text.Length <= MaxSaid ? text : $"{text[..(MaxSaid / 2)]} [...] {text[^(MaxSaid / 2)..]}";

    /// <summary>
    /// Whether a directory may be a symbolic link, as v2 and what lies directly in it: where a store keeps its repositories and its blobs is
    /// its owner's business. What lies behind any other may be another repository's, or no part of the store.
    /// </summary>
    public static bool IsFreelyPlaced(string directory) =>
        directory == StoreLayout.Version2 || (directory.StartsWith(StoreLayout.Version2 + "/", StringComparison.Ordinal) && directory.AsSpan().Count('/') == 1);

    /// <summary>A name for a file beside its place, as a registry names its own: what a killed run left is found with those.</summary>
    public static string TemporaryOf(string path) => $"{path}.{Guid.NewGuid()}.tmp";

    public static void RequireWorkDirectory(string path)
    {
        if (!path.StartsWith(StoreLayout.WorkDirectory + "/", StringComparison.Ordinal)
            || path.Split('/').Any(part => part is "" or "." or ".."))
        {
            throw new InvalidOperationException($"'{path}' lies outside '{StoreLayout.WorkDirectory}': it is not deleted as a tree.");
        }
    }

    /// <summary>Whether a path is a directory's, or of something in it, however it ends.</summary>
    public static bool IsWithin(string path, string directory) => directory.Length > 0 && $"{path.TrimEnd('/')}/".StartsWith($"{directory.TrimEnd('/')}/", StringComparison.Ordinal);
}
