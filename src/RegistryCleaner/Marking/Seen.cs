using RegistryCleaner.Store;

namespace RegistryCleaner.Marking;

/// <summary>What was seen at a path that may go: all that has to be kept of an entry of which there may be millions.</summary>
internal enum Seen : byte
{
    /// <summary>Nothing is there.</summary>
    Nothing,

    /// <summary>What should be there, and old enough.</summary>
    Old,

    /// <summary>What should be there, and too recent.</summary>
    Recent,

    /// <summary>Something else, or something that cannot be looked at.</summary>
    SomethingElse,
}

internal static class SeenExtensions
{
    /// <summary>What an entry counts as.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="kind">What should be there.</param>
    /// <param name="recentSince">From when on it is too recent.</param>
    public static Seen SeenAs(this StoreEntry entry, EntryKind kind, DateTimeOffset recentSince) =>
        entry.Kind != kind ? Seen.SomethingElse : entry.Modified <= recentSince ? Seen.Old : Seen.Recent;
}
