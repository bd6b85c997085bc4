using System.Globalization;
using CliWrap.Buffered;

namespace RegistryCleaner.Hosts;

/// <summary>Restarts a registry's container, be it stopped or not, and waits until it serves again.</summary>
internal static class RegistryRestart
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    // From inside, where the address is known whatever is published. The official images have both programs.
    private const string Probe = """
        if command -v nc >/dev/null
        then printf 'GET /v2/ HTTP/1.0\r\nHost: localhost\r\n\r\n' | nc -w 2 "$1" "$2" | head -n 1
        else wget -S -T 2 -O /dev/null "http://$1:$2/v2/"
        fi
        """;

    /// <summary>Says why a restart is not possible, or null.</summary>
    public static string? WhyImpossible(CommandHost host) => host switch
    {
        { Engine: null } => "--restart needs a registry in a container that is reached from outside, by its engine.",
        { Engine.ManagesContainers: false } => "--restart works with docker, podman and nerdctl; with kubectl, use 'kubectl rollout restart'.",
        _ => null,
    };

    /// <summary>Restarts, and waits until <c>/v2/</c> answers.</summary>
    /// <param name="host">The container.</param>
    /// <param name="listenAddress">The address on which the registry listens in its container, such as <c>:5000</c>.</param>
    /// <param name="cancellationToken">Ends the waiting, not the restart.</param>
    /// <exception cref="CleanerException">It does not serve again.</exception>
    public static async Task RunAsync(CommandHost host, string? listenAddress, CancellationToken cancellationToken)
    {
        var result = await host.Engine!.RunAsync(["restart", host.Container!], CancellationToken.None);
        if (result.ExitCode != 0)
            throw new CleanerException(ExitCode.Incomplete, $"The container '{host.Container}' could not be started again: {result.StandardError.Trim()}");

        var (address, port) = Reachable(listenAddress);
        var deadline = TimeProvider.System.GetTimestamp();
        string last;
        do
        {
            // Any answer in HTTP will do: 401 and "HTTP request to an HTTPS server" come from a registry that serves, too.
            var answer = await host.Command("env", "LC_ALL=C", "sh", "-c", Probe, "sh", address, port).ExecuteBufferedAsync(cancellationToken);
            last = $"{answer.StandardOutput} {answer.StandardError}".Trim();
            if (last.Contains("HTTP/", StringComparison.Ordinal))
                return;
            await Task.Delay(s_pause, cancellationToken);
        }
        while (TimeProvider.System.GetElapsedTime(deadline) < s_patience);

        throw new CleanerException(
            ExitCode.Incomplete,
            string.Create(CultureInfo.InvariantCulture, $"The registry in the container '{host.Container}' was started again, but {address}:{port} did not answer within {s_patience.TotalSeconds} seconds: {last}"));
    }

    private static (string Address, string Port) Reachable(string? listenAddress)
    {
        var text = string.IsNullOrEmpty(listenAddress) ? ":5000" : listenAddress;
        var colon = text.LastIndexOf(':');
        var address = text[..Math.Max(colon, 0)].Trim('[', ']');
        return (address is "" or "0.0.0.0" or "::" ? "127.0.0.1" : address, text[(colon + 1)..]);
    }
}
