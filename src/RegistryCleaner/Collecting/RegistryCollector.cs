using System.Globalization;
using CliWrap.EventStream;
using Microsoft.Extensions.Logging;
using RegistryCleaner.Manifests;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Collecting;

/// <summary>
/// Runs the registry's own <c>garbage-collect</c>, after asking it what it would delete and comparing that with what is in use.
/// </summary>
/// <remarks>
/// That collector deletes what is in use in several situations (a stray file, a repository without layers, an index whose child
/// another repository lost, a push in progress, ...). Its own dry run tells all of them, the known and the unknown.
/// </remarks>
public sealed partial class RegistryCollector(RegistryLocation location, IStoreFiles files, StoreReader reader, ILogger logger)
{
    private const int NamedReasons = 5;

    // $1 is the mark, the rest the command.
    private const string Script = """
        mark=$1; shift
        sh -c 'echo $$; exec "$@"' sh "$@"
        printf '\n%s %s\n' "$mark" $?
        """;

    // Ends a process and waits until it is gone, ten seconds at most.
    private const string EndScript = """
        kill "$1" 2>/dev/null
        n=0
        while kill -0 "$1" 2>/dev/null && [ $n -lt 50 ]; do sleep 0.2; n=$((n + 1)); done
        """;

    /// <summary>Asks the collector what it would delete.</summary>
    /// <exception cref="CleanerException">It would delete what is in use, or cannot work on this store: refused, with the reasons by name.</exception>
    public async Task<CollectionReport> PreviewAsync(CollectionRequest request, CancellationToken cancellationToken) =>
        Report(await AskAsync(request, cancellationToken));

    /// <summary>Collects, unless <see cref="PreviewAsync"/> would refuse.</summary>
    /// <param name="request">What is to be collected.</param>
    /// <param name="onBegin">Called before the first thing goes.</param>
    /// <param name="cancellationToken">Ends the collector.</param>
    /// <exception cref="CleanerException">Refused, as there; or the collector failed half-way.</exception>
    public async Task<CollectionReport> CollectAsync(CollectionRequest request, Action onBegin, CancellationToken cancellationToken)
    {
        var eligible = await AskAsync(request, cancellationToken);
        if (eligible is null || (eligible.Blobs.Count == 0 && eligible.Manifests == 0 && eligible.Layers == 0))
            return CollectionReport.Empty;

        onBegin();
        var (exitCode, error) = await RunAsync(request, isDryRun: false, line => LogLine(logger, line), cancellationToken);
        if (exitCode != 0)
        {
            throw new CleanerException(
                ExitCode.Incomplete,
                $"The registry's garbage-collect failed with exit code {exitCode}: {error}. What it had deleted is gone; run GarbageCollect again.");
        }

        var left = await reader.SizesAsync([.. eligible.Blobs.Keys], CancellationToken.None);
        return Report(eligible with { Blobs = eligible.Blobs.Where(pair => !left.ContainsKey(pair.Key)).ToDictionary() });
    }

    private static CollectionReport Report(Eligible? eligible) =>
        eligible is null ? CollectionReport.Empty : new CollectionReport { Blobs = eligible.Blobs.Count, Bytes = eligible.Blobs.Values.Sum(), Manifests = eligible.Manifests, Layers = eligible.Layers };

    // Null where the store is so new that the collector would fail on its missing directories (distribution #3058, #3200).
    private async Task<Eligible?> AskAsync(CollectionRequest request, CancellationToken cancellationToken)
    {
        if (location.BinaryPath is null)
            throw NoBinary();
        // It removes the links of layers even in a dry run (distribution #4425).
        if (location.Version.Text.Contains("3.0.0-beta.1", StringComparison.Ordinal))
            throw Refused([$"The dry run of this registry ({location.Version}) deletes; use another registry's program, with --registry-binary."]);
        if ((await files.StatAsync([StoreLayout.Repositories, StoreLayout.Blobs], cancellationToken)).Count < 2)
            return null;

        var catalog = await reader.FindRepositoriesAsync(cancellationToken);
        RequireReadable(catalog);
        var snapshot = await reader.ReadLayersAsync(await reader.ReadAsync(catalog.Repositories, cancellationToken), _ => null, cancellationToken);
        RequireNoMultiArchLoss(snapshot, request);

        var output = new RegistryCollectorOutput(catalog.Repositories.Select(name => name.Value).ToHashSet(StringComparer.Ordinal));
        var (exitCode, error) = await RunAsync(request, isDryRun: true, output.Add, cancellationToken);
        if (exitCode != 0)
            throw Refused([$"The registry's garbage-collect gives up on this store, even as a dry run: {error}"]);
        RequireWhole(output);
        RequireRepositories(output, catalog);
        RequireNothingInUse(output, new BlobsInUse(snapshot, request, location.Version, DateTimeOffset.UtcNow), catalog);
        return new Eligible(await reader.SizesAsync(output.Blobs, cancellationToken), output.Manifests.Count, output.Layers.Count);
    }

    /// <summary>Makes the error for a place that has no registry program.</summary>
    public static CleanerException NoBinary() => new(
        ExitCode.BadInput,
        $"There is no registry program at {RegistryLocator.DefaultBinary} to collect with: say where it is with --registry-binary PATH; CleanImages works without one, with --collector targeted.");

    private static void RequireReadable(RepositoryCatalog catalog)
    {
        List<string> problems = [.. catalog.Problems.Select(problem => problem.ToString()), .. catalog.Unnamed.Select(unnamed => unnamed.ToString())];
        if (problems.Count > 0)
            throw Refused([.. problems.Take(NamedReasons).Select(problem => $"What the registry's garbage-collect would delete cannot be checked: {problem}")]);
    }

    private static void RequireWhole(RegistryCollectorOutput output)
    {
        if (output.AnnouncedBlobs != output.Blobs.Count)
            throw Refused([$"The registry's garbage-collect announced {output.AnnouncedBlobs?.ToString(CultureInfo.InvariantCulture) ?? "no number of"} blobs and named {output.Blobs.Count}: what it would delete cannot be checked."]);
    }

    // A volume that is not mounted looks like this, too.
    private static void RequireRepositories(RegistryCollectorOutput output, RepositoryCatalog catalog)
    {
        if (catalog.Repositories.Count == 0 && output.Blobs.Count > 0)
            throw Refused([$"There are {output.Blobs.Count} blobs in the store, but no repository at all: are the repositories on a volume that is not mounted?"]);
    }

    private void RequireNoMultiArchLoss(StoreSnapshot snapshot, CollectionRequest request)
    {
        if (!request.DeleteUntagged || request.AllowMultiArchLoss || !location.Version.MayBeVersion2)
            return;
        var index = snapshot.Repositories.Values
            .SelectMany(repository => repository.Revisions.Keys.Select(digest => (repository.Name, Digest: digest)))
            .FirstOrDefault(item => snapshot.Manifests.TryGetValue(item.Digest, out var state) && state.Manifest is { Kind: ManifestKind.Index });
        if (index.Name is not null)
        {
            throw Refused([
                $"The store holds an index or manifest list ({index.Name}@{index.Digest}), and this registry ({location.Version}) takes the platforms of an index for untagged manifests: "
                + "--delete-untagged would destroy its multi-arch images (distribution #3178). Use it without, or with a 3.x registry's program (--registry-binary), or insist with --allow-multi-arch-loss."]);
        }
    }

    private void RequireNothingInUse(RegistryCollectorOutput output, BlobsInUse inUse, RepositoryCatalog catalog)
    {
        var reasons = output.Blobs.Order().Select(inUse.WhyInUse)
            .Concat(output.Manifests.Select(item => inUse.WhyInUse(item.Repository, item.Digest)))
            .Concat(output.Layers.Select(item => inUse.WhyLayerInUse(item.Repository, item.Digest)))
            .OfType<string>()
            .ToList();
        if (reasons.Count == 0)
            return;

        var messages = new List<string> { $"The registry's garbage-collect ({location.Version}) would delete what is in use ({reasons.Count} times); nothing was collected." };
        messages.AddRange(reasons.Take(NamedReasons));
        if (reasons.Count > NamedReasons)
            messages.Add($"... and {reasons.Count - NamedReasons} more.");
        messages.AddRange(catalog.StrayFiles.Where(_ => location.Version.MayBeVersion2)
            .Select(path => $"{path} is a file whose name begins with '_': registry 2.x sees no repository that sorts after it. Remove the file."));
        throw Refused(messages);
    }

    private static CleanerException Refused(IReadOnlyList<string> messages) => new(ExitCode.Refused, messages);

    private async Task<(int ExitCode, string Error)> RunAsync(
        CollectionRequest request, bool isDryRun, Action<string> onLine, CancellationToken cancellationToken)
    {
        using var configuration = RegistryCollectorConfiguration.For(location);
        // The root is said outright: what is collected is what was looked at, whatever the configuration or an override says.
        List<string> words =
        [
            "env", $"REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY={location.RootDirectory}", location.BinaryPath!, "garbage-collect",
            .. request.DeleteUntagged ? ["--delete-untagged"] : Array.Empty<string>(),
            .. isDryRun ? ["--dry-run"] : Array.Empty<string>(),
            configuration.Path,
        ];
        var command = string.Join(' ', words);
        LogRunning(logger, command);
        // In a container the collector outlives the client that started it, and that client may end with 0 when it is interrupted:
        // a shell tells the process id, so that it can be ended, and the true exit code behind a mark.
        var mark = $"rc{Guid.NewGuid():n}";
        var processId = "";
        var lastError = "";
        int? exitCode = null;
        try
        {
            await foreach (var happened in location.Host.Command(["sh", "-c", Script, "sh", mark, .. words]).ListenAsync(cancellationToken))
            {
                switch (happened)
                {
                    case StandardOutputCommandEvent { Text: var line } when processId.Length == 0 && line.Trim() is var id && id.All(char.IsAsciiDigit):
                        processId = id;
                        break;
                    case StandardOutputCommandEvent { Text: var line } when line.StartsWith(mark, StringComparison.Ordinal):
                        exitCode = int.Parse(line.AsSpan(mark.Length + 1), CultureInfo.InvariantCulture);
                        break;
                    case StandardOutputCommandEvent { Text: var line }:
                        onLine(line);
                        break;
                    case StandardErrorCommandEvent { Text: { Length: > 0 } line }:
                        lastError = line;
                        LogError(logger, line);
                        break;
                    default:
                        break;
                }
            }
        }
        finally
        {
            if (exitCode is null && processId.Length > 0)
                await location.Host.Command("sh", "-c", EndScript, "sh", processId).ExecuteAsync(CancellationToken.None);
        }

        return exitCode is { } code
            ? (code, lastError)
            : throw new StoreAccessException($"The registry's garbage-collect was broken off: {lastError}");
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Running {Command}")]
    private static partial void LogRunning(ILogger logger, string command);

    [LoggerMessage(Level = LogLevel.Information, Message = "garbage-collect: {Line}")]
    private static partial void LogLine(ILogger logger, string line);

    [LoggerMessage(Level = LogLevel.Debug, Message = "garbage-collect: {Line}")]
    private static partial void LogError(ILogger logger, string line);

    private sealed record Eligible(IReadOnlyDictionary<Digest, long> Blobs, int Manifests, int Layers);
}
