namespace RegistryCleaner;

/// <summary>Texts that a user points to: a file, or standard input as <c>-</c>.</summary>
internal static class InputText
{
    public const string StandardInput = "-";

    /// <summary>Reads a text whole.</summary>
    /// <param name="path">The file, or <c>-</c>.</param>
    /// <param name="parameter">The parameter that points to it.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="CleanerException">It cannot be read.</exception>
    public static async Task<string> ReadAsync(string path, string parameter, CancellationToken cancellationToken)
    {
        try
        {
            return path == StandardInput ? await Console.In.ReadToEndAsync(cancellationToken) : await File.ReadAllTextAsync(path, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new CleanerException(ExitCode.BadInput, $"{parameter} {path} cannot be read, so that nothing was done: {e.Message}");
        }
    }

    /// <summary>Reads the lines of a text that say something: what is behind '#' and empty lines do not.</summary>
    /// <exception cref="CleanerException">It cannot be read.</exception>
    public static async Task<IReadOnlyList<string>> ReadLinesAsync(string path, string parameter, CancellationToken cancellationToken) =>
        [.. (await ReadAsync(path, parameter, cancellationToken)).Split('\n').Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0)];
}
