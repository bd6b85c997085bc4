using Microsoft.Extensions.Logging;
using RegistryCleaner.Hosts;

namespace RegistryCleaner.Store;

/// <summary>Where a registry is: found out once, then used by every verb.</summary>
public sealed record RegistryLocation : IAsyncDisposable
{
    /// <summary>Where its files and its program are.</summary>
    public required CommandHost Host { get; init; }

    /// <summary>The registry's rootdirectory, absolute.</summary>
    public required string RootDirectory { get; init; }

    /// <summary>Where the rootdirectory's path comes from, for people.</summary>
    public required string RootDirectorySource { get; init; }

    /// <summary>The path of its configuration file, or null where there is none.</summary>
    public string? ConfigurationPath { get; init; }

    /// <summary>What the configuration says.</summary>
    public required RegistryConfiguration Configuration { get; init; }

    /// <summary>The path of its program, or null where it is not there.</summary>
    public string? BinaryPath { get; init; }

    /// <summary>The program's version.</summary>
    public RegistryVersion Version { get; init; } = RegistryVersion.Unknown;

    /// <summary>Whether it is a directory that was named, about which nothing else is known.</summary>
    public bool IsBareDirectory { get; init; }

    /// <summary>What the registry keeps its cache in, where that does not end with its process; null where it does.</summary>
    internal string? OutlivingCache => Configuration.DescriptorCache is { } cache and not "inmemory" ? cache : null;

    /// <summary>Whether its container does not run, so that nobody serves the store.</summary>
    public bool IsStopped => Stopped is not null;

    /// <summary>Its container as the engine describes it, or null.</summary>
    internal ContainerInspection? Inspection { get; init; }

    /// <summary>How the files of a container that does not run are reached, or null.</summary>
    internal StoppedContainer? Stopped { get; init; }

    /// <summary>Who is told how far the reading of its files is, or null.</summary>
    internal IProgress<CleanerProgress>? Progress { get; init; }

    /// <summary>Whether the container was stopped when it was found, and runs by now.</summary>
    internal async Task<bool> WasStartedMeanwhileAsync(CancellationToken cancellationToken) =>
        Stopped is not null && (await ContainerInspection.AskAsync(Host.Engine!, Inspection!.Id, cancellationToken)).Inspection is { IsRunning: true };

    /// <summary>Whether the container runs, and was started since it was found.</summary>
    internal async Task<bool> WasRestartedMeanwhileAsync(CancellationToken cancellationToken) =>
        Stopped is null && Inspection is { } known && Host.Engine is { ManagesContainers: true } engine
        && (await ContainerInspection.AskAsync(engine, known.Name, cancellationToken)).Inspection is { } now && (now.Id, now.StartedAt) != (known.Id, known.StartedAt);

    /// <summary>Lets go of a container that does not run.</summary>
    public ValueTask DisposeAsync() => Stopped?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>The store's files, rooted at <see cref="StoreLayout.BaseDirectory"/>.</summary>
    public IStoreFiles OpenFiles(ILogger logger)
    {
        var files = Files(Host, $"{RootDirectory.TrimEnd('/')}/{StoreLayout.BaseDirectory}", logger);
        return Progress is null ? files : new ProgressFiles(files, Progress);
    }

    /// <summary>One line that says what was chosen and why.</summary>
    public override string ToString() =>
        $"acting {Host.Where}: store {RootDirectory} ({RootDirectorySource}), "
        + $"configuration {ConfigurationPath ?? "none"}, "
        + (BinaryPath is null ? "no registry program" : $"registry {Version} at {BinaryPath}");

    internal static IStoreFiles Files(CommandHost host, string root, ILogger logger) =>
        host.Container is null ? new LocalStoreFiles(root) : new ContainerStoreFiles(host, root, logger);
}
