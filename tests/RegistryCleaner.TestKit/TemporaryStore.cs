namespace RegistryCleaner.TestKit;

/// <summary>A store in a temporary directory, which goes when this is disposed.</summary>
public sealed class TemporaryStore : IDisposable
{
    /// <summary>Starts a store.</summary>
    public TemporaryStore() => Builder = new StoreBuilder(Directory.CreateTempSubdirectory("registry-cleaner-").FullName);

    /// <summary>Writes the store.</summary>
    public StoreBuilder Builder { get; }

    /// <summary>Judges the store.</summary>
    public StoreOracle Oracle => new(Builder.RootDirectory);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Builder.RootDirectory, recursive: true);
}
