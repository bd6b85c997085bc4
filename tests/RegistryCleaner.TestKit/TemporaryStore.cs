namespace RegistryCleaner.TestKit;

/// <summary>A store in a temporary directory, which goes when this is disposed.</summary>
public sealed class TemporaryStore : IDisposable
{
    // In memory where the system has such a place: the tests that kill a run at every point make thousands of stores.
    private static readonly string s_parent = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    /// <summary>Starts a store.</summary>
    public TemporaryStore() => Builder = new StoreBuilder(Path.Combine(s_parent, $"registry-cleaner-{Guid.NewGuid():n}"));

    /// <summary>Writes the store.</summary>
    public StoreBuilder Builder { get; }

    /// <summary>Judges the store.</summary>
    public StoreOracle Oracle => new(Builder.RootDirectory);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Builder.RootDirectory, recursive: true);
}
