using System.Collections;
using System.Text;
using Microsoft.Extensions.Logging;
using RegistryCleaner.Hosts;

namespace RegistryCleaner.Store;

/// <summary>
/// Finds out where the registry is and how it is set up. First where to act: the container named; the directory named; this
/// container, if it holds a registry; the container called "registry". Then the store: the parameter, the registry's environment,
/// its configuration file, the default.
/// </summary>
public sealed partial class RegistryLocator(ILogger logger)
{
    /// <summary>The container that is looked for when none is named.</summary>
    public const string DefaultContainer = "registry";

    /// <summary>The program's path in the official images.</summary>
    public const string DefaultBinary = "/bin/registry";

    private const int MaxFileLength = 1 << 20;

    // registry:3 first: an image that has both has the older one by inheritance.
    private static readonly string[] s_configurationPaths = ["/etc/distribution/config.yml", "/etc/docker/registry/config.yml"];

    /// <summary>Whether nothing but the address of the registry's API was given, so that its files are out of reach.</summary>
    internal static bool IsApiAlone(RegistryOptions options) =>
        options is { RegistryUrl: not null, RegistryContainer: null, RegistryRoot: null } && !IsRegistryContainer(options);

    /// <summary>Finds the registry.</summary>
    /// <exception cref="CleanerException">It is not there, is not running, may not be entered, or has no store in files.</exception>
    public async Task<RegistryLocation> LocateAsync(RegistryOptions options, CancellationToken cancellationToken)
    {
        StoppedContainer? stopped = null;
        try
        {
            (var host, var inspection, stopped) = await ChooseHostAsync(options, cancellationToken);
            var location = await DescribeAsync(host, inspection, options, cancellationToken) with { Inspection = inspection, Stopped = stopped };
            LogChosen(logger, location);
            return location;
        }
        catch (Exception e)
        {
            if (stopped is not null)
                await stopped.DisposeAsync();
            await Interruption.RequireNoneAsync(cancellationToken);
            if (e is StoreAccessException)
                throw new CleanerException(ExitCode.BadInput, e.Message);
            throw;
        }
    }

    private async Task<RegistryLocation> DescribeAsync(CommandHost host, ContainerInspection? inspection, RegistryOptions options, CancellationToken cancellationToken)
    {
        var files = RegistryLocation.Files(host, "/", logger);
        var isBareDirectory = host.Container is null && options.RegistryRoot is not null && !IsRegistryContainer(options);
        var location = isBareDirectory
            ? await DescribeDirectoryAsync(host, files, options, cancellationToken)
            : await DescribeRegistryAsync(host, files, inspection, options, cancellationToken);
        await RequireStoreAsync(files, location, cancellationToken);
        return location with { IsBareDirectory = isBareDirectory, Version = await AskVersionAsync(files, location, cancellationToken) };
    }

    private async Task<(CommandHost Host, ContainerInspection? Inspection, StoppedContainer? Stopped)> ChooseHostAsync(RegistryOptions options, CancellationToken cancellationToken)
    {
        if (options.RegistryContainer is null && (options.RegistryRoot is not null || IsRegistryContainer(options)))
            return (CommandHost.Local, null, null);

        var engine = ContainerEngine.Default();
        if (options.ContainerEngine is not null && !ContainerEngine.TryParse(options.ContainerEngine, out engine, out var reason))
            throw new CleanerException(ExitCode.BadInput, reason);

        var container = options.RegistryContainer ?? DefaultContainer;
        var inspection = await ContainerState.RequireReachableAsync(engine, container, isNamed: options.RegistryContainer is not null, cancellationToken);
        if (inspection is null or { IsRunning: true })
            return (CommandHost.InContainer(engine, container), inspection, null);
        var stopped = await StoppedContainer.OpenAsync(engine, container, inspection, logger, cancellationToken);
        return (stopped.Host, inspection, stopped);
    }

    private static bool IsRegistryContainer(RegistryOptions options) =>
        ContainerState.IsInsideContainer() && File.Exists(options.RegistryBinary ?? DefaultBinary);

    // A directory on a machine of its own: this machine's configuration files, if any, belong to some other registry.
    private static async Task<RegistryLocation> DescribeDirectoryAsync(
        CommandHost host, IStoreFiles files, RegistryOptions options, CancellationToken cancellationToken)
    {
        var path = options.RegistryConfig is null ? null : Path.GetFullPath(options.RegistryConfig);
        var yaml = "";
        if (path is not null)
        {
            var contents = await files.ReadAsync([path.TrimStart('/')], MaxFileLength, cancellationToken);
            yaml = TextOf(contents, path) ?? throw NoConfiguration(path, host);
        }

        return new RegistryLocation
        {
            Host = host,
            RootDirectory = Path.GetFullPath(options.RegistryRoot!),
            RootDirectorySource = "as given",
            ConfigurationPath = path,
            Configuration = Configuration(yaml, new Dictionary<string, string>(), path),
            BinaryPath = await FindBinaryAsync(files, options, host, cancellationToken),
        };
    }

    private static async Task<RegistryLocation> DescribeRegistryAsync(
        CommandHost host, IStoreFiles files, ContainerInspection? inspection, RegistryOptions options, CancellationToken cancellationToken)
    {
        string[] asked = ["/proc/self/environ", "/proc/1/cmdline", .. s_configurationPaths, .. options.RegistryConfig is null ? Array.Empty<string>() : [options.RegistryConfig]];
        var contents = await files.ReadAsync([.. asked.Select(path => path.TrimStart('/'))], MaxFileLength, cancellationToken);
        var environment = host.Container is null ? OwnEnvironment() : Environment(TextOf(contents, "/proc/self/environ") ?? "");
        // The cleaner's own, one of which is a password, say nothing of the registry.
        foreach (var own in environment.Keys.Where(name => name.StartsWith("REGISTRY_CLEANER_", StringComparison.Ordinal)).ToList())
            environment.Remove(own);

        var path = options.RegistryConfig
            ?? ServedConfiguration(TextOf(contents, "/proc/1/cmdline") ?? "")
            // Where the first process is another, such as the one of docker run --init.
            ?? inspection?.ServedConfiguration
            ?? environment.GetValueOrDefault("REGISTRY_CONFIGURATION_PATH");
        if (path is not null && !contents.ContainsKey(path.TrimStart('/')))
            contents = await files.ReadAsync([path.TrimStart('/')], MaxFileLength, cancellationToken);
        if (path is not null && TextOf(contents, path) is null)
            throw NoConfiguration(path, host);
        path ??= s_configurationPaths.FirstOrDefault(candidate => contents.ContainsKey(candidate.TrimStart('/')));

        var configuration = Configuration(path is null ? "" : TextOf(contents, path) ?? "", environment, path);
        RequireFileSystemDriver(configuration);
        var (root, source) = options.RegistryRoot is not null ? (options.RegistryRoot, "as given")
            : environment.TryGetValue("REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", out var variable) ? (variable, "from REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY")
            : configuration.RootDirectory is { } configured ? (configured, "from the configuration")
            : (RegistryConfiguration.DefaultRootDirectory, "the default");
        if (!root.StartsWith('/'))
            throw new CleanerException(ExitCode.BadInput, $"The registry's root directory '{root}' ({source}) is not an absolute path.");

        return new RegistryLocation
        {
            Host = host,
            RootDirectory = root,
            RootDirectorySource = source,
            ConfigurationPath = path,
            Configuration = configuration,
            BinaryPath = await FindBinaryAsync(files, options, host, cancellationToken),
        };
    }

    private static async Task<string?> FindBinaryAsync(
        IStoreFiles files, RegistryOptions options, CommandHost host, CancellationToken cancellationToken)
    {
        var path = options.RegistryBinary ?? DefaultBinary;
        var found = (await files.StatAsync([path.TrimStart('/')], cancellationToken)).Count > 0;
        if (!found && options.RegistryBinary is not null)
            throw new CleanerException(ExitCode.BadInput, $"There is no '{path}' {host.Where}, as --registry-binary says.");
        return found ? path : null;
    }

    private static async Task RequireStoreAsync(IStoreFiles files, RegistryLocation location, CancellationToken cancellationToken)
    {
        var store = $"{location.RootDirectory.TrimEnd('/')}/{StoreLayout.BaseDirectory}/{StoreLayout.Version2}";
        var found = await files.StatAsync([store.TrimStart('/')], cancellationToken);
        if (found.Count == 0)
        {
            throw new CleanerException(
                ExitCode.BadInput,
                $"There is no store at '{store}' {location.Host.Where}: nothing was ever pushed to it, or it is elsewhere (say where with --registry-root DIR).");
        }
    }

    private static async Task<RegistryVersion> AskVersionAsync(IStoreFiles files, RegistryLocation location, CancellationToken cancellationToken)
    {
        if (location.BinaryPath is null)
            return RegistryVersion.Unknown;
        if (files is ContainerStoreFiles container)
            return RegistryVersion.Parse(await container.GetVersionAsync(location.BinaryPath, cancellationToken));
        var result = await CliWrap.Buffered.BufferedCommandExtensions.ExecuteBufferedAsync(
            location.Host.Command(location.BinaryPath, "--version"), cancellationToken);
        return RegistryVersion.Parse(result.StandardOutput);
    }

    private static void RequireFileSystemDriver(RegistryConfiguration configuration)
    {
        if (configuration.StorageDrivers is not [] and not ["filesystem"])
        {
            throw new CleanerException(
                ExitCode.Refused,
                $"The registry keeps its store with the driver '{string.Join("' and '", configuration.StorageDrivers)}'; only 'filesystem' can be pruned here.");
        }
    }

    private static RegistryConfiguration Configuration(string yaml, IReadOnlyDictionary<string, string> environment, string? path) =>
        RegistryConfiguration.TryRead(yaml, environment, out var configuration, out var reason)
            ? configuration
            : throw new CleanerException(ExitCode.BadInput, $"The registry's configuration {path} (with the environment's REGISTRY_ variables) cannot be read: {reason}");

    private static CleanerException NoConfiguration(string path, CommandHost host) =>
        new(ExitCode.BadInput, $"The registry's configuration '{path}' cannot be read {host.Where}.");

    // `registry serve CONFIG` takes the argument before the variable (registry/registry.go, resolveConfiguration).
    private static string? ServedConfiguration(string commandLine)
    {
        var words = commandLine.Split('\0', StringSplitOptions.RemoveEmptyEntries);
        var serve = Array.IndexOf(words, "serve");
        return serve < 0 ? null : words[(serve + 1)..].FirstOrDefault(word => word.StartsWith('/'));
    }

    private static Dictionary<string, string> Environment(string variables) =>
        variables.Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(variable => variable.Split('=', 2))
            .Where(pair => pair.Length == 2)
            .GroupBy(pair => pair[0], StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First()[1], StringComparer.Ordinal);

    private static Dictionary<string, string> OwnEnvironment() =>
        System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(pair => (string)pair.Key, pair => (string?)pair.Value ?? "", StringComparer.Ordinal);

    private static string? TextOf(IReadOnlyDictionary<string, FileContent> contents, string path) =>
        contents.TryGetValue(path.TrimStart('/'), out var content) && content.Problem is null ? Encoding.UTF8.GetString(content.Bytes.Span) : null;

    [LoggerMessage(Level = LogLevel.Information, Message = "{Location}")]
    private static partial void LogChosen(ILogger logger, RegistryLocation location);
}
