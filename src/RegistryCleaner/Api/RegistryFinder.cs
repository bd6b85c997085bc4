using RegistryCleaner.Hosts;
using RegistryCleaner.Store;

namespace RegistryCleaner.Api;

/// <summary>Finds the address at which a registry serves: as given, or as its container and its configuration say.</summary>
internal sealed class RegistryFinder(RegistryOptions options, RegistryLocation? location = null)
{
    /// <summary>The environment variable that holds a password.</summary>
    public const string PasswordVariable = "REGISTRY_CLEANER_PASSWORD";

    private const string DefaultPort = "5000";

    private readonly List<string> _tried = [];

    /// <summary>The addresses that were tried and why they will not do, for people.</summary>
    public string Tried => _tried.Count == 0 ? "there is no address to try" : string.Join("; ", _tried);

    /// <summary>The API of the registry that answers first and is the right one; null where none is.</summary>
    /// <param name="examine">Why one that answers is not the right one; null where it is.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="CleanerException">Credentials or certificates cannot be read.</exception>
    /// <exception cref="RegistryApiException">One answers, and refuses who asks.</exception>
    public async Task<RegistryApi?> FindAsync(Func<RegistryApi, Task<string?>> examine, CancellationToken cancellationToken)
    {
        // Of addresses that were only thought of, most are none.
        var repeat = options.RegistryUrl is null ? Repeat.Never : Repeat.Always;
        foreach (var url in await AddressesAsync(cancellationToken))
        {
            var api = new RegistryApi(await OptionsAsync(url, cancellationToken));
            if ((await api.WhyNoAnswerAsync(repeat, cancellationToken) ?? await examine(api)) is not { } reason)
                return api;
            _tried.Add($"{url}: {reason.TrimEnd('.')}");
            api.Dispose();
        }

        return null;
    }

    private async Task<IReadOnlyList<Uri>> AddressesAsync(CancellationToken cancellationToken)
    {
        if (options.RegistryUrl is { } given)
            return [given];
        if (location is null)
            return [];
        if (location.Host.Engine is { MayBeElsewhere: true } elsewhere)
        {
            _tried.Add($"'{elsewhere}' may manage another machine's containers, whose addresses mean something else here");
            return [];
        }

        var address = location.Configuration.ListenAddress ?? $":{DefaultPort}";
        var port = address[(address.LastIndexOf(':') + 1)..];
        var hosts = new List<string>();
        if (location is { Host.Container: null } or { Inspection.UsesHostNetwork: true })
        {
            hosts.Add($"localhost:{port}");
        }
        else if (location.Host.Engine is { ManagesContainers: true } engine)
        {
            var published = await engine.RunAsync(["port", location.Host.Container!, $"{port}/tcp"], cancellationToken);
            hosts.AddRange(published.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(Reachable));
            hosts.AddRange(location.Inspection?.Addresses.Select(ip => $"{ip}:{port}") ?? []);
        }

        var scheme = location.Configuration.HasTls ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;
        return [.. hosts.Distinct().Select(host => new Uri($"{scheme}://{host}/{location.Configuration.PathPrefix}"))];
    }

    // What is published on every address is published on this machine's own.
    private static string Reachable(string published)
    {
        var port = published[(published.LastIndexOf(':') + 1)..];
        return published.StartsWith("0.0.0.0:", StringComparison.Ordinal) || published.StartsWith("[::]:", StringComparison.Ordinal) || published.StartsWith(":::", StringComparison.Ordinal) ? $"localhost:{port}" : published;
    }

    private async Task<RegistryApiOptions> OptionsAsync(Uri url, CancellationToken cancellationToken) => new(url)
    {
        Credential = await CredentialAsync(url, cancellationToken),
        CertificateAuthority = options.RegistryCa,
        ClientCertificate = options.RegistryCert,
        ClientKey = options.RegistryKey,
        Insecure = options.Insecure,
        IsOwnAddress = options.RegistryUrl is null,
    };

    private async Task<Credential?> CredentialAsync(Uri url, CancellationToken cancellationToken)
    {
        if (options.RegistryUser is { } user)
            return new Credential(user, await SecretAsync(user, cancellationToken));
        var external = Uri.TryCreate(location?.Configuration.ExternalUrl, UriKind.Absolute, out var known) ? known.Authority : null;
        foreach (var host in new[] { url.Authority, external }.Concat(options.RegistryHosts).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (await DockerCredentials.FindAsync(host, cancellationToken) is { } credential)
                return credential;
        }

        return null;
    }

    private async Task<string> SecretAsync(string user, CancellationToken cancellationToken)
    {
        if (options.RegistryPasswordFile is not { } path)
        {
            return Environment.GetEnvironmentVariable(PasswordVariable)
                ?? throw new CleanerException(ExitCode.BadInput, $"There is no password for the user '{user}': put it into the environment variable {PasswordVariable}, or into a file and name that with --registry-password-file.");
        }

        try
        {
            return (await File.ReadAllTextAsync(path, cancellationToken)).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CleanerException(ExitCode.BadInput, $"The password in '{path}' cannot be read: {e.Message}");
        }
    }
}
