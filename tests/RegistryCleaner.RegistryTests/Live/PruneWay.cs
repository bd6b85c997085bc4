namespace RegistryCleaner.RegistryTests.Live;

// What the cleaner is told to do with the images that a round is about.
internal enum PruneWay
{
    // CleanImages, as they are named.
    Images,

    // CleanImages of the repositories that they are in.
    WholeRepository,

    // GarbageCollect of all that has no tag, after somebody else untagged them.
    Collection,
}
