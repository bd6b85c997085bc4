using CliWrap.Buffered;
using RegistryCleaner.Hosts;

namespace RegistryCleaner.Store;

/// <summary>The hosts under which clients know a registry, as far as it can be found out.</summary>
internal static class KnownHosts
{
    private static readonly string[] s_loopback = ["localhost", "127.0.0.1", "[::1]"];

    public static async Task<IReadOnlySet<string>> FindAsync(RegistryOptions options, RegistryLocation location, CancellationToken cancellationToken)
    {
        var hosts = new HashSet<string>(options.RegistryHosts, StringComparer.OrdinalIgnoreCase);
        if (Uri.TryCreate(location.Configuration.ExternalUrl, UriKind.Absolute, out var url))
            hosts.Add(url.Authority);

        // A bare directory says nothing about the address of whoever serves it.
        var address = location.Configuration.ListenAddress ?? (location.ConfigurationPath is null ? null : ":5000");
        if (address is not null)
        {
            foreach (var port in await PortsAsync(location.Host, address[(address.LastIndexOf(':') + 1)..], cancellationToken))
                hosts.UnionWith(s_loopback.Append(Environment.MachineName).Select(host => $"{host}:{port}"));
        }

        return hosts;
    }

    // Where the engine publishes the registry's port under another number, that one is the registry's; else its own.
    private static async Task<IReadOnlyList<string>> PortsAsync(CommandHost host, string port, CancellationToken cancellationToken)
    {
        if (host.Engine is not { ManagesContainers: true } engine)
            return [port];
        var result = await CliWrap.Cli.Wrap(engine.Words[0])
            .WithArguments([.. engine.Words.Skip(1), "port", host.Container!, $"{port}/tcp"])
            .WithValidation(CliWrap.CommandResultValidation.None)
            .ExecuteBufferedAsync(cancellationToken);
        var published = result.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line[(line.LastIndexOf(':') + 1)..].Trim())
            .Where(text => text.Length > 0)
            .ToList();
        return result.ExitCode == 0 && published.Count > 0 ? published : [port];
    }
}
