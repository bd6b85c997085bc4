namespace RegistryCleaner.TestKit;

/// <summary>
/// How densely something is tried at the points of a run, where each try costs whole runs: in CI one point in so many, by hand every
/// single one, where REGISTRY_CLEANER_FAULTS is "all". docs/safety.md has the counts of both.
/// </summary>
public static class Density
{
    /// <summary>Whether every point is tried.</summary>
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("REGISTRY_CLEANER_FAULTS") == "all";

    /// <summary>From one point that is tried to the next.</summary>
    public static int OneIn(int usual) => IsFull ? 1 : usual;
}
