namespace RegistryCleaner.RegistryTests.Fixture;

// A state of a store in which a registry's own collector, 2.8's or 3's, loses what is in use, gives up, or leaves garbage behind.
// Each has repositories of its own, so that all of them can be in one store.
internal sealed record StoreRow(string Name, Func<RegistryScene, Task> MakeAsync)
{
    // What happens to the store after all in it has grown old.
    public Func<RegistryScene, Task> ThenAsync { get; init; } = _ => Task.CompletedTask;

    // What --delete-untagged unlinks, `repo@digest`, and the blobs that go with it.
    public IReadOnlyList<string> Unlinked { get; init; } = [];

    public IReadOnlyList<string> Freed { get; init; } = [];

    // Directories that are gone in the end, below the repositories' directory.
    public IReadOnlyList<string> Gone { get; init; } = [];

    // What the warnings name, where something cannot be read.
    public IReadOnlyList<string> Named { get; init; } = [];
}
