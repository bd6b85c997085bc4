namespace RegistryCleaner;

/// <summary>A run that ends before its work: the message says what was wrong, where, and what to do.</summary>
public sealed class CleanerException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="exitCode">How the run ends.</param>
    /// <param name="messages">One sentence for each thing that is wrong; at least one.</param>
    public CleanerException(ExitCode exitCode, params IReadOnlyList<string> messages)
        : base(string.Join(Environment.NewLine, messages))
    {
        ExitCode = exitCode;
        Messages = messages;
    }

    /// <summary>How the run ends.</summary>
    public ExitCode ExitCode { get; }

    /// <summary>One sentence for each thing that is wrong.</summary>
    public IReadOnlyList<string> Messages { get; }
}
