namespace RegistryCleaner.Tool;

/// <summary>Asks a person, where one sits in front of the program.</summary>
internal static class Terminal
{
    /// <summary>Asks; null where input or output is no terminal, so that a pipeline is never kept waiting.</summary>
    public static Func<string, CancellationToken, Task<bool>>? Confirm => Console.IsInputRedirected || Console.IsErrorRedirected ? null : AskAsync;

    private static async Task<bool> AskAsync(string question, CancellationToken cancellationToken)
    {
        await Console.Error.WriteAsync($"{question} [y/N] ");
        // The console's own reading cannot be cancelled: Ctrl-C ends the wait, not the read.
        var answer = await Task.Run(Console.In.ReadLine, CancellationToken.None).WaitAsync(cancellationToken);
        return answer?.Trim() is "y" or "Y" or "yes";
    }
}
