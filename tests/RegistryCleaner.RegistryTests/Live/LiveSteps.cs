namespace RegistryCleaner.RegistryTests.Live;

// The steps of a live prune that tests leave out, each to see what it is for. The library itself cannot leave one out.
[Flags]
internal enum LiveSteps
{
    None = 0,

    // The registry is told to forget links that went.
    Eviction = 1,

    // Before and after data goes, the registry is asked whether it serves it all the same.
    HeadCheck = 2,

    // What is needed by now goes back.
    SecondLook = 4,

    // A tag is read again where it lies in the trash.
    TagReread = 8,

    // The data of manifests goes only where the registry does not remember it.
    ManifestProbe = 16,

    // Requests under way are given the time to end.
    Settle = 32,
}
