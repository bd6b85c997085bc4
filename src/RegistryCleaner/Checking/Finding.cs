namespace RegistryCleaner.Checking;

/// <summary>How bad something is.</summary>
public enum Severity
{
    /// <summary>It takes space or looks odd, and harms nobody.</summary>
    Notice,

    /// <summary>It can do harm.</summary>
    Warning,

    /// <summary>Something cannot be pulled, or cannot be read.</summary>
    Error,
}

/// <summary>Something that is not as it should be.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Where">The repository, image or path.</param>
/// <param name="What">What was found.</param>
/// <param name="Advice">What to do.</param>
/// <param name="Repair">The file that a repair puts back from the trash or takes away, where there is one that is safe.</param>
public sealed record Finding(Severity Severity, string Where, string What, string Advice, string? Repair = null);
