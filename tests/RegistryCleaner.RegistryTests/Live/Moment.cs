namespace RegistryCleaner.RegistryTests.Live;

// A moment of a live prune at which somebody else may do something, in the order in which they come.
public enum Moment
{
    BeforeTag,
    AfterTag,
    BeforeRevision,
    AfterRevision,
    BeforeLayer,
    AfterLayer,

    // Links are gone, and the registry has been told to forget them.
    Forgotten,

    // Nothing needs the data any more; the registry is asked whether it still serves it.
    BeforeCheck,

    // It does not.
    BeforeData,
    AfterData,

    // The last time that requests under way are given.
    LastSettling,
    Ended,
}
