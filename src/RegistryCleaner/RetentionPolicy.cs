namespace RegistryCleaner;

/// <summary>Checks a policy without a registry.</summary>
public static class RetentionPolicy
{
    /// <summary>Reads a policy.</summary>
    /// <param name="path">The file.</param>
    /// <returns>A sentence about what it holds.</returns>
    /// <exception cref="CleanerException">It cannot be read; everything that is wrong with it is named, with its line.</exception>
    public static string Check(string path)
    {
        try
        {
            var policy = PolicyFile.Read(File.ReadAllText(path), path);
            return $"{path} is a policy with {policy.Scopes.Count} entries; what none of them fits stays.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new CleanerException(ExitCode.BadInput, $"{path} cannot be read: {e.Message}");
        }
    }
}
