using System.ComponentModel;
using System.Text;
using System.Text.Json;
using CliWrap;
using CliWrap.Buffered;

namespace RegistryCleaner.Api;

/// <summary>
/// Credentials as <c>docker login</c> keeps them: in the client's configuration file, or in a helper that it names
/// (docker/cli, cli/config/configfile and docker-credential-helpers).
/// </summary>
internal static class DockerCredentials
{
    /// <summary>The credential for a registry's host, or null where there is none.</summary>
    /// <param name="host">The host with its port, as in an image's name.</param>
    /// <param name="cancellationToken">Ends a helper that does not answer.</param>
    /// <exception cref="CleanerException">The file or a helper that it names cannot be used.</exception>
    public static async Task<Credential?> FindAsync(string host, CancellationToken cancellationToken)
    {
        var path = ConfigurationPath();
        if (!File.Exists(path))
            return null;

        try
        {
            using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(path, cancellationToken));
            var root = document.RootElement;
            if (Text(root, "credHelpers", host) is { Length: > 0 } own)
                return await AskHelperAsync(own, host, cancellationToken);
            return FromFile(root, host)
                ?? (root.TryGetProperty("credsStore", out var store) && store.GetString() is { Length: > 0 } helper ? await AskHelperAsync(helper, host, cancellationToken) : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or FormatException or InvalidOperationException)
        {
            throw new CleanerException(ExitCode.BadInput, $"The credentials in '{path}' cannot be read: {e.Message}");
        }
    }

    private static string ConfigurationPath()
    {
        var directory = Environment.GetEnvironmentVariable("DOCKER_CONFIG");
        return Path.Combine(
            string.IsNullOrEmpty(directory) ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".docker") : directory,
            "config.json");
    }

    private static Credential? FromFile(JsonElement root, string host)
    {
        if (!root.TryGetProperty("auths", out var auths))
            return null;
        // Older clients wrote a URL where newer ones write the host.
        foreach (var name in new[] { host, $"https://{host}", $"http://{host}", $"https://{host}/v2/", $"https://{host}/v1/" })
        {
            if (!auths.TryGetProperty(name, out var entry))
                continue;
            if (Text(entry, "identitytoken") is { Length: > 0 } token)
                return new Credential("", token);
            if (Text(entry, "auth") is { Length: > 0 } encoded && Encoding.UTF8.GetString(Convert.FromBase64String(encoded)).Split(':', 2) is [var user, var secret])
                return new Credential(user, secret.TrimEnd('\0'));
        }

        return null;
    }

    private static string? Text(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }

        return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
    }

    // The host goes to standard input, the answer comes back as JSON: nothing is seen in a process list.
    private static async Task<Credential?> AskHelperAsync(string helper, string host, CancellationToken cancellationToken)
    {
        var program = $"docker-credential-{helper}";
        BufferedCommandResult result;
        try
        {
            result = await Cli.Wrap(program).WithArguments("get").WithStandardInputPipe(PipeSource.FromString(host))
                .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(cancellationToken);
        }
        catch (Win32Exception)
        {
            throw new CleanerException(ExitCode.BadInput, $"Docker's configuration names the credential helper '{program}', which is not on the PATH.");
        }

        if (result.ExitCode != 0)
        {
            // What it says goes to standard output, "credentials not found in native keychain" being no error.
            return result.StandardOutput.Contains("not found", StringComparison.OrdinalIgnoreCase)
                ? null
                : throw new CleanerException(ExitCode.BadInput, $"The credential helper '{program}' failed with exit code {result.ExitCode}.");
        }

        using var answer = JsonDocument.Parse(result.StandardOutput);
        var (user, secret) = (Text(answer.RootElement, "Username") ?? "", Text(answer.RootElement, "Secret") ?? "");
        return new Credential(user == Credential.TokenUser ? "" : user, secret);
    }
}
