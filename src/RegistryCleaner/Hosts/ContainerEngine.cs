using System.Diagnostics.CodeAnalysis;
using CliWrap;
using CliWrap.Buffered;

namespace RegistryCleaner.Hosts;

/// <summary>
/// The command line client of a container engine: docker, podman, nerdctl or kubectl, with options of its own in front of
/// the verb, such as <c>docker --context backup</c> or <c>kubectl -n infra</c>.
/// </summary>
public sealed class ContainerEngine
{
    private static readonly string[] s_known = ["docker", "podman", "nerdctl", "kubectl"];

    private static readonly string[] s_local = ["unix:", "npipe:"];
    private static readonly string[] s_localContexts = ["default", "desktop-linux", "desktop-windows", "rootless"];

    private ContainerEngine(string name, string[] words)
    {
        Name = name;
        Words = words;
    }

    /// <summary><c>docker</c>, <c>podman</c>, <c>nerdctl</c> or <c>kubectl</c>.</summary>
    public string Name { get; }

    /// <summary>The program and its own options.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>Whether containers can be inspected and restarted by name, as all but kubectl allow.</summary>
    public bool ManagesContainers => Name != "kubectl";

    /// <summary>
    /// Whether its containers may run on another machine, so that nothing is known of the addresses that it names: a host or a context is
    /// given, in its words or in the environment, that is not plainly this machine's.
    /// </summary>
    internal bool MayBeElsewhere
    {
        get
        {
            var host = ValueOf("-H", "--host", "--url") ?? Environment.GetEnvironmentVariable(Name == "podman" ? "CONTAINER_HOST" : "DOCKER_HOST");
            var context = ValueOf("-c", "--context", "--connection") ?? (Name == "docker" ? Environment.GetEnvironmentVariable("DOCKER_CONTEXT") : null);
            return host?.Length > 0 ? !s_local.Any(scheme => host.StartsWith(scheme, StringComparison.Ordinal)) : context?.Length > 0 && !s_localContexts.Contains(context);
        }
    }

    private string? ValueOf(params string[] switches)
    {
        for (var i = 1; i < Words.Count; i++)
        {
            if (switches.Contains(Words[i]) && i + 1 < Words.Count)
                return Words[i + 1];
            if (switches.FirstOrDefault(name => Words[i].StartsWith($"{name}=", StringComparison.Ordinal)) is { } given)
                return Words[i][(given.Length + 1)..];
        }

        return null;
    }

    /// <summary>Reads an engine's command, words separated by spaces.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ContainerEngine? engine, [NotNullWhen(false)] out string? reason)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var name = words.Select(word => Path.GetFileNameWithoutExtension(word)).FirstOrDefault(s_known.Contains);
        engine = name is null ? null : new ContainerEngine(name, words);
        reason = name is null ? $"'{text}' is not a container engine that is known here; use one of {string.Join(", ", s_known)}" : null;
        return engine is not null;
    }

    /// <summary>The first of docker, podman and nerdctl that this machine has, or docker.</summary>
    public static ContainerEngine Default()
    {
        var directories = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var suffix = OperatingSystem.IsWindows() ? ".exe" : "";
        var name = s_known[..3].FirstOrDefault(candidate => directories.Any(directory => File.Exists(Path.Combine(directory, candidate + suffix))));
        return new ContainerEngine(name ?? "docker", [name ?? "docker"]);
    }

    /// <summary>A command of the engine's own. Exit codes are left to the caller.</summary>
    internal Command Command(IEnumerable<string> words) =>
        Cli.Wrap(Words[0]).WithArguments([.. Words.Skip(1), .. words]).WithValidation(CommandResultValidation.None);

    /// <summary>Runs a command of the engine's own.</summary>
    internal async Task<BufferedCommandResult> RunAsync(IEnumerable<string> words, CancellationToken cancellationToken) =>
        await Command(words).ExecuteBufferedAsync(cancellationToken);

    /// <summary>The words that run a command inside a container, with standard input passed on.</summary>
    public IEnumerable<string> Exec(string container, IEnumerable<string> command) =>
        [.. Words, "exec", "-i", container, .. Name == "kubectl" ? ["--"] : Array.Empty<string>(), .. command];

    /// <inheritdoc/>
    public override string ToString() => string.Join(' ', Words);
}
