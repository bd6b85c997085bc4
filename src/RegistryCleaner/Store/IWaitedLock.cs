namespace RegistryCleaner.Store;

/// <summary>A lock of the store that knows how it was come by.</summary>
internal interface IWaitedLock : IAsyncDisposable
{
    /// <summary>Whether what a killed cleaner was still doing had to be waited for.</summary>
    bool HasWaited { get; }
}
