namespace RegistryCleaner;

/// <summary>Checks a policy without a registry.</summary>
public static class RetentionPolicy
{
    /// <summary>Reads a policy.</summary>
    /// <param name="path">The file, or <c>-</c> for standard input.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>A sentence about what it holds.</returns>
    /// <exception cref="CleanerException">It cannot be read; everything that is wrong with it is named, with its line.</exception>
    public static async Task<string> CheckAsync(string path, CancellationToken cancellationToken = default)
    {
        var policy = PolicyFile.Read(await InputText.ReadAsync(path, "policy check", cancellationToken), path);
        return $"{path} is a policy with {policy.Scopes.Count} entries; what none of them fits stays.";
    }
}
