namespace RegistryCleaner;

/// <summary>How a run ended, as the exit code of every front end.</summary>
public enum ExitCode
{
    /// <summary>Done. What was already gone is a warning.</summary>
    Done = 0,

    /// <summary>The input is wrong, or the registry was not found; nothing was touched.</summary>
    BadInput = 2,

    /// <summary>An image was not found and strictness was asked for; nothing was touched.</summary>
    NotFound = 3,

    /// <summary>Refused as unsafe; nothing was touched.</summary>
    Refused = 4,

    /// <summary>Something failed or changed meanwhile; the rest was done and reported.</summary>
    Incomplete = 5,

    /// <summary>CheckRegistry found something that is not as it should be.</summary>
    Findings = 6,

    /// <summary>Cancelled; everything still tagged can be pulled, and the next run finishes what was begun.</summary>
    Cancelled = 130,
}
