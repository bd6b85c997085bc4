using System.Globalization;
using RegistryCleaner.Checking;
using RegistryCleaner.Collecting;
using RegistryCleaner.Hosts;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Pruning;
using RegistryCleaner.Selection;

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

    /// <summary>RestoreImages' options; null where it is not to run.</summary>
    public RestoreImagesOptions? RestoreImages { get; init; }

    /// <summary>EmptyTrash's options; null where it is not to run.</summary>
    public EmptyTrashOptions? EmptyTrash { get; init; }

    /// <summary>History's options; null where it is not to run.</summary>
    public HistoryOptions? History { get; init; }

    /// <summary>CheckRegistry's options; null where it is not to run.</summary>
    public CheckRegistryOptions? CheckRegistry { get; init; }
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
        ImagesFrom = Text("images-from"),
        SupersededBy = List("superseded-by"),
        Line = Choice<VersionLine>("line"),
        KeepLast = Number("keep-last"),
        KeepWithin = Age("keep-within"),
        KeepDaily = Number("keep-daily"),
        KeepWeekly = Number("keep-weekly"),
        KeepMonthly = Number("keep-monthly"),
        KeepSemver = Text("keep-semver"),
        OlderThan = Age("older-than"),
        Untagged = Flag("untagged"),
        Expired = Flag("expired"),
        ExpiresAnnotation = Text("expires-annotation"),
        Protect = List("protect"),
        ProtectFile = Text("protect-file"),
        InUse = List("in-use"),
        AgeBy = Choice<AgeBy>("age-by"),
        UnknownAgeIsOld = Flag("unknown-age-is-old"),
        Policy = Text("policy"),
        PlanOut = Text("plan-out"),
        Plan = Text("plan"),
        PlanMaxAge = Age("plan-max-age"),
        Explain = Text("explain"),
        Yes = Flag("yes"),
        DryRun = Flag("dry-run"),
        Strict = Flag("strict"),
        KeepEmpty = Flag("keep-empty"),
        Collector = Collector(CollectorKind.Targeted, Enum.GetValues<CollectorKind>()),
        MaxDelete = Limit("max-delete"),
        TrashRetention = Age("trash-retention") ?? RegistryOptions.DefaultTrashRetention,
        Interrupted = Interrupted(),
        Verify = Verify(),
        Restart = Flag("restart"),
    };

    /// <summary>The options of GarbageCollect.</summary>
    /// <exception cref="CleanerException">A value is not one of those allowed.</exception>
    public GarbageCollectOptions ToGarbageCollectOptions() => new(Registry())
    {
        DryRun = Flag("dry-run"),
        // Behind CleanImages, --collector may be meant for that alone.
        Collector = Texts.Keys.Any(CleanerCommandLine.SelectsImages) && Collector(CollectorKind.Full, Enum.GetValues<CollectorKind>()) is CollectorKind.Targeted or CollectorKind.None
            ? CollectorKind.Full
            : Collector(CollectorKind.Full, [CollectorKind.Full, CollectorKind.Registry]),
        DeleteUntagged = Flag("delete-untagged"),
        Grace = Age("grace") ?? PrunePlanner.PushGrace,
        MaxDelete = Limit("max-delete") ?? DeletionLimit.Default,
        AllowNoRepositories = Flag("allow-no-repositories"),
        UploadsOlderThan = Age("uploads-older-than"),
        Leftovers = Flag("leftovers"),
        KeepEmpty = Flag("keep-empty"),
        AllowMultiArchLoss = Flag("allow-multi-arch-loss"),
        TrashRetention = Age("trash-retention") ?? RegistryOptions.DefaultTrashRetention,
        Interrupted = Interrupted(),
        Verify = Verify(),
        Restart = Flag("restart"),
    };

    /// <summary>The options of RestoreImages.</summary>
    /// <exception cref="CleanerException">A value is not one of those allowed.</exception>
    public RestoreImagesOptions ToRestoreImagesOptions() => new(Registry())
    {
        Run = Text("run"),
        Images = List("images"),
        Overwrite = Flag("overwrite"),
        Interrupted = Interrupted(InterruptedRunPolicy.RollBack),
        DryRun = Flag("dry-run"),
    };

    /// <summary>The options of EmptyTrash.</summary>
    /// <exception cref="CleanerException">A value is not one of those allowed.</exception>
    public EmptyTrashOptions ToEmptyTrashOptions() => new(Registry()) { DryRun = Flag("dry-run"), Interrupted = Interrupted() };

    /// <summary>The options of CheckRegistry.</summary>
    /// <exception cref="CleanerException">A value is not one of those allowed.</exception>
    public CheckRegistryOptions ToCheckRegistryOptions() => new(Registry()) { Verify = Verify(), Repair = Flag("repair") };

    /// <summary>The options of History.</summary>
    /// <exception cref="CleanerException">A value is not one of those allowed.</exception>
    public HistoryOptions ToHistoryOptions() => new(Registry());

    private RegistryOptions Registry() => new()
    {
        RegistryContainer = Text("registry-container"),
        RegistryRoot = Text("registry-root"),
        RegistryConfig = Text("registry-config"),
        RegistryBinary = Text("registry-binary"),
        RegistryHosts = List("registry-hosts"),
        ContainerEngine = Text("container-engine"),
        RegistryUrl = Url("registry-url"),
        RegistryUser = Text("registry-user"),
        RegistryPasswordFile = Text("registry-password-file"),
        RegistryCa = Text("registry-ca"),
        RegistryCert = Text("registry-cert"),
        RegistryKey = Text("registry-key"),
        Insecure = Flag("insecure"),
        Offline = Flag("offline"),
        Settle = Age("settle") ?? RegistryOptions.DefaultSettle,
        LockTimeout = Age("lock-timeout") ?? TimeSpan.Zero,
    };

    private CollectorKind Collector(CollectorKind otherwise, IReadOnlyCollection<CollectorKind> allowed) => Choice("collector", otherwise, allowed);

    private T? Choice<T>(string name)
        where T : struct, Enum => Text(name) is null ? null : Choice(name, default(T), Enum.GetValues<T>());

    private T Choice<T>(string name, T otherwise, IReadOnlyCollection<T> allowed)
        where T : struct, Enum
    {
        if (Text(name) is not { } text)
            return otherwise;
        var choices = allowed.ToDictionary(choice => choice.ToString().ToLowerInvariant(), StringComparer.Ordinal);
        return choices.TryGetValue(text, out var found) ? found : throw Bad(name, string.Join(", ", choices.Keys), text);
    }

    private int? Number(string name) => Text(name) is { } text
        ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Bad(name, "a number", text)
        : null;

    private InterruptedRunPolicy Interrupted(InterruptedRunPolicy otherwise = InterruptedRunPolicy.FinishIfUnchanged) => Text("interrupted") switch
    {
        null => otherwise,
        "auto" => InterruptedRunPolicy.FinishIfUnchanged,
        "finish" => InterruptedRunPolicy.Finish,
        "rollback" => InterruptedRunPolicy.RollBack,
        var text => throw Bad("interrupted", "finish, rollback or auto", text),
    };

    private VerifyKind Verify() => Choice("verify", VerifyKind.Size, Enum.GetValues<VerifyKind>());

    private Uri? Url(string name) => Text(name) is { } text
        ? Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url is { UserInfo: "", Query: "" } ? url : throw Bad(name, "an address such as https://registry.example.com:5000", "what was given")
        : null;

    private TimeSpan? Age(string name) => Text(name) is { } text
        ? DurationText.TryParse(text, out var age) ? age : throw Bad(name, "an age such as 90s, 30m, 1h or 7d", text)
        : null;

    private DeletionLimit? Limit(string name) => Text(name) is { } text
        ? DeletionLimit.TryParse(text, out var limit) ? limit : throw Bad(name, "a share such as 50% or a number", text)
        : null;

    private static CleanerException Bad(string name, string takes, string text) => new(ExitCode.BadInput, $"--{name} takes {takes}, not '{text}'.");

    private IReadOnlyList<string> List(string name) => Texts.GetValueOrDefault(name, []);

    private string? Text(string name) => List(name) is [var text, ..] ? text : null;

    private bool Flag(string name) => Flags.GetValueOrDefault(name);
}
