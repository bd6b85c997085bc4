using RegistryCleaner.Collecting;
using RegistryCleaner.Hosts;

namespace RegistryCleaner.CommandLine;

/// <summary>A command line that was read whole: either it is understood, or <see cref="Errors"/> says what is not.</summary>
public sealed record CommandLineReading
{
    /// <summary>What is wrong, one sentence each; empty where all is understood.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>The verbs to run.</summary>
    public CleanerVerbs Verbs { get; init; }

    /// <summary>CleanImages' options; null where it is not to run.</summary>
    public CleanImagesOptions? CleanImages { get; init; }

    /// <summary>GarbageCollect's options; null where it is not to run.</summary>
    public GarbageCollectOptions? GarbageCollect { get; init; }
}

/// <summary>Texts and switches by the name of their parameter, turned into options.</summary>
/// <param name="Texts">The values of texts and lists.</param>
/// <param name="Flags">The values of switches.</param>
public sealed record ParameterValues(IReadOnlyDictionary<string, IReadOnlyList<string>> Texts, IReadOnlyDictionary<string, bool> Flags)
{
    /// <summary>The options of CleanImages.</summary>
    /// <exception cref="CleanerException">A value is not one of those allowed.</exception>
    public CleanImagesOptions ToCleanImagesOptions() => new(Registry())
    {
        Images = List("images"),
        DryRun = Flag("dry-run"),
        Strict = Flag("strict"),
        KeepEmpty = Flag("keep-empty"),
        Collector = Collector(Text("collector")),
        Restart = Flag("restart"),
    };

    /// <summary>The options of GarbageCollect.</summary>
    public GarbageCollectOptions ToGarbageCollectOptions() => new(Registry())
    {
        DryRun = Flag("dry-run"),
        DeleteUntagged = Flag("delete-untagged"),
        AllowMultiArchLoss = Flag("allow-multi-arch-loss"),
        Restart = Flag("restart"),
    };

    private RegistryOptions Registry() => new()
    {
        RegistryContainer = Text("registry-container"),
        RegistryRoot = Text("registry-root"),
        RegistryConfig = Text("registry-config"),
        RegistryBinary = Text("registry-binary"),
        RegistryHosts = List("registry-hosts"),
        ContainerEngine = Text("container-engine"),
    };

    private static CollectorKind Collector(string? text) => text switch
    {
        null or "targeted" => CollectorKind.Targeted,
        "registry" => CollectorKind.Registry,
        "none" => CollectorKind.None,
        _ => throw new CleanerException(ExitCode.BadInput, $"--collector takes targeted, registry or none, not '{text}'."),
    };

    private IReadOnlyList<string> List(string name) => Texts.GetValueOrDefault(name, []);

    private string? Text(string name) => List(name) is [var text, ..] ? text : null;

    private bool Flag(string name) => Flags.GetValueOrDefault(name);
}
