using CliWrap;

namespace RegistryCleaner.Hosts;

/// <summary>Where the registry's files and its program are: on this machine, or in a container reached through its engine.</summary>
public sealed class CommandHost
{
    private readonly Func<IEnumerable<string>, IEnumerable<string>> _words;

    private CommandHost(string where, ContainerEngine? engine, string? container, Func<IEnumerable<string>, IEnumerable<string>> words)
    {
        Where = where;
        Engine = engine;
        Container = container;
        _words = words;
    }

    /// <summary>This machine (or the container that this process runs in).</summary>
    public static CommandHost Local { get; } = new("on this machine", null, null, words => words);

    /// <summary>For people: "on this machine", "in the container 'registry' (docker exec)".</summary>
    public string Where { get; }

    /// <summary>The engine, or null on this machine.</summary>
    public ContainerEngine? Engine { get; }

    /// <summary>The container's name, or null on this machine.</summary>
    public string? Container { get; }

    /// <summary>Inside a running container.</summary>
    public static CommandHost InContainer(ContainerEngine engine, string container) =>
        InContainer(engine, container, $"in the container '{container}' ({engine} exec)");

    /// <summary>Inside a running container, which people know by other words.</summary>
    internal static CommandHost InContainer(ContainerEngine engine, string container, string where) =>
        new(where, engine, container, words => engine.Exec(container, words));

    /// <summary>A command to run there; its words are never read by a shell on this side. Exit codes are left to the caller.</summary>
    public Command Command(params IEnumerable<string> words)
    {
        var all = _words(words).ToList();
        return Cli.Wrap(all[0]).WithArguments(all[1..]).WithValidation(CommandResultValidation.None);
    }
}
