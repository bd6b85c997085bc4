using CliWrap;

namespace RegistryCleaner.RegistryTests.Fixture;

// A command that runs containers: what is different between docker and podman, and nothing else.
internal sealed record ContainerEngine(string Name, string LocalImagePrefix, string[] GlobalOptions, string[] RunOptions)
{
    public static ContainerEngine Docker { get; } = new("docker", "", [], []);

    // crun, podman's default runtime on Debian, refuses the control groups of some sandboxed machines, and podman's
    // default limits are above what such a machine may set.
    public static ContainerEngine Podman { get; } = new(
        "podman", "localhost/", ["--runtime", "runc"], ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"]);

    public static ContainerEngine Named(string name) => name switch
    {
        "docker" => Docker,
        "podman" => Podman,
        _ => throw new ArgumentException($"No container engine '{name}': docker or podman.", nameof(name)),
    };

    public Command Command(IEnumerable<string> arguments) =>
        Cli.Wrap(Name).WithArguments([.. GlobalOptions, .. arguments]);
}
