namespace RegistryCleaner;

/// <summary>How far the cleaner is with many files at once. Reported every thousand files, from several threads, and once when it is over.</summary>
/// <param name="Activity">What is done with them, as in "reading files".</param>
/// <param name="Done">How many of them are done, from 0 to <paramref name="Total"/>.</param>
/// <param name="Total">How many there are.</param>
public readonly record struct CleanerProgress(string Activity, long Done, long Total)
{
    /// <summary>Whether it is over: all are done, or something failed.</summary>
    public bool IsOver => Done >= Total;
}
