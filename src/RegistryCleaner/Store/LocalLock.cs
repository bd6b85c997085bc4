namespace RegistryCleaner.Store;

/// <summary>A lock that lasts as long as a file is open.</summary>
internal sealed class LocalLock(FileStream file, bool hasWaited) : IWaitedLock
{
    /// <inheritdoc/>
    public bool HasWaited => hasWaited;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => file.DisposeAsync();
}
