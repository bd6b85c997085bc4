using System.Globalization;
using System.Text;
using CliWrap;
using Microsoft.Extensions.Logging;
using RegistryCleaner.Hosts;

namespace RegistryCleaner.Store;

/// <summary>Files reached through a command such as <c>docker exec</c>: one call a verb, however many files.</summary>
/// <remarks>Names that are not valid UTF-8 come back altered; nothing is ever changed under such a name, because no name of the registry's is one.</remarks>
public sealed class ContainerStoreFiles(CommandHost host, string root, ILogger logger) : IStoreFiles
{
    // Regular file, directory and symbolic link in the type bits of st_mode.
    private const int TypeMask = 0xF000;

    /// <inheritdoc/>
    public string Root { get; } = root;

    /// <inheritdoc/>
    public async Task<StoreListing> ListAsync(IReadOnlyCollection<string> directories, ListDepth depth, CancellationToken cancellationToken)
    {
        var script = depth switch
        {
            ListDepth.Children => ContainerScripts.ListChildren,
            ListDepth.RepositoryTree => ContainerScripts.ListRepositoryTree,
            _ => ContainerScripts.ListTree,
        };
        if (directories.Count == 0)
            return new StoreListing([], []);

        var answer = await RunAsync(script, Paths(directories), [], cancellationToken);
        return new StoreListing(Entries(answer), Problems(answer.Errors));
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, StoreEntry>> StatAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        if (paths.Count == 0)
            return new Dictionary<string, StoreEntry>();

        var answer = await RunAsync(ContainerScripts.Stat, Paths(paths.Distinct(StringComparer.Ordinal)), [], cancellationToken);
        if (Problems(answer.Errors) is [var problem, ..])
            throw new StoreAccessException($"The store {host.Where}: {problem}");
        return Entries(answer).ToDictionary(entry => entry.Path, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, FileContent>> ReadAsync(
        IReadOnlyCollection<string> paths, int maxLength, CancellationToken cancellationToken)
    {
        if (paths.Count == 0)
            return new Dictionary<string, FileContent>();

        var ordered = paths.Distinct(StringComparer.Ordinal).ToList();
        var limit = (maxLength + 1).ToString(CultureInfo.InvariantCulture);
        var answer = await RunAsync(ContainerScripts.Read, Paths(ordered), [limit], cancellationToken);
        var contents = HeadOutput.Split(answer.Output, ordered.ConvertAll(path => "./" + path), answer.Mark);

        var results = new Dictionary<string, FileContent>(StringComparer.Ordinal);
        var silent = new List<string>();
        foreach (var path in ordered)
        {
            if (!contents.TryGetValue("./" + path, out var bytes))
                silent.Add(path);
            else if (WasNamed(path, answer.Errors))
                results[path] = new FileContent(default, ReasonFor(path, answer.Errors));
            else if (bytes.Length > maxLength)
                results[path] = FileContent.LongerThan(maxLength);
            else
                results[path] = new FileContent(bytes, null);
        }

        // head says nothing on standard output about a file that it cannot open: what is there all the same is unreadable.
        if (silent.Count > 0)
        {
            foreach (var path in (await StatAsync(silent, cancellationToken)).Keys)
                results[path] = new FileContent(default, ReasonFor(path, answer.Errors));
        }

        return results;
    }

    /// <inheritdoc/>
    public async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        await RunAsync(ContainerScripts.Write, _ => PipeSource.FromBytes(content), [path, content.Length.ToString(CultureInfo.InvariantCulture)], cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MoveOutcome>> MoveAsync(
        string fromBase, string toBase, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        if (paths.Count == 0)
            return [];

        var answer = await RunAsync(ContainerScripts.Move, mark => Pieces(paths, mark), [fromBase, toBase], cancellationToken);
        var records = Encoding.UTF8.GetString(answer.Output).Split('\0')[..^1];
        if (records.Length != paths.Count)
            throw new StoreAccessException($"The store {host.Where}: {paths.Count} renames were asked for, {records.Length} were answered.");
        return [.. paths.Zip(records, (path, record) => new MoveOutcome(path, ResultOf(record[0]), record.Length > 1 ? record[1..].Trim() : null))];
    }

    /// <inheritdoc/>
    public async Task DeleteTreesAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        foreach (var path in paths)
            StorePaths.RequireWorkDirectory(path);
        await RunAsync(ContainerScripts.DeleteTrees, mark => Pieces(paths, mark), [], cancellationToken);
    }

    /// <inheritdoc/>
    public async Task RemoveEmptyDirectoriesAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        if (paths.Count > 0)
            await RunAsync(ContainerScripts.RemoveEmptyDirectories, Paths(paths), [], cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IAsyncDisposable?> TryLockAsync(string path, CancellationToken cancellationToken) =>
        ContainerLock.TryTakeAsync(host, Root, path, logger, cancellationToken);

    private static MoveResult ResultOf(char letter) => letter switch
    {
        'M' => MoveResult.Moved,
        'A' => MoveResult.Missing,
        'E' => MoveResult.TargetExists,
        _ => MoveResult.Failed,
    };

    // A leading "./" keeps a name from being taken for an option.
    private static Func<string, PipeSource> Paths(IEnumerable<string> paths) => _ => Pieces(paths.Select(path => "./" + path), "");

    // Where a path that arrived in part would be another path, the mark behind it tells that it is whole.
    private static PipeSource Pieces(IEnumerable<string> paths, string mark) =>
        PipeSource.FromBytes(Encoding.UTF8.GetBytes(string.Concat(paths.Select(path => $"{path}{mark}\0"))));

    private static List<StoreEntry> Entries(Answer answer)
    {
        var entries = new List<StoreEntry>();
        foreach (var record in Encoding.UTF8.GetString(answer.Output).Split(answer.Mark + ' ', StringSplitOptions.RemoveEmptyEntries))
        {
            // Only the record's own line break: a name may end in one, and is another name without it.
            var fields = record[..^1].Split(' ', 4);
            var kind = (int.Parse(fields[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture) & TypeMask) switch
            {
                0x8000 => EntryKind.File,
                0x4000 => EntryKind.Directory,
                0xA000 => EntryKind.SymbolicLink,
                _ => EntryKind.Other,
            };
            var path = fields[3].StartsWith("./", StringComparison.Ordinal) ? fields[3][2..] : fields[3];
            entries.Add(new StoreEntry(
                path,
                kind,
                kind == EntryKind.File ? long.Parse(fields[1], CultureInfo.InvariantCulture) : 0,
                DateTimeOffset.FromUnixTimeSeconds(long.Parse(fields[2], CultureInfo.InvariantCulture))));
        }

        return entries;
    }

    // What vanished between being found and being asked about is no problem: it is not there.
    private static List<StoreProblem> Problems(string errors) =>
        [.. errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !(line.EndsWith("No such file or directory", StringComparison.Ordinal) && (line.StartsWith("stat: ", StringComparison.Ordinal) || line.StartsWith("find: ", StringComparison.Ordinal))))
            .Select(line => new StoreProblem(PathIn(line), line))];

    // "find: ./v2/repositories/a: Permission denied", "stat: can't stat './v2/b': ...", "find: '/x': ..."
    private static string PathIn(string line)
    {
        var start = line.IndexOf("./", StringComparison.Ordinal);
        var end = line.LastIndexOf(": ", StringComparison.Ordinal);
        return start >= 0 && end > start ? line[(start + 2)..end].TrimEnd('\'', '’') : "";
    }

    // head has printed the header by the time that reading fails: what follows it is not the file's content. "./a: ..." or "'./a': ..."
    private static bool WasNamed(string path, string errors) =>
        errors.Contains($"./{path}: ", StringComparison.Ordinal) || errors.Contains($"./{path}': ", StringComparison.Ordinal);

    private static string ReasonFor(string path, string errors) =>
        errors.Split('\n').FirstOrDefault(line => line.Contains("./" + path, StringComparison.Ordinal)) ?? "the file cannot be read";

    private async Task<Answer> RunAsync(string script, Func<string, PipeSource> input, string[] arguments, CancellationToken cancellationToken)
    {
        var mark = $"rc{Guid.NewGuid():n}";
        using var output = new MemoryStream();
        var errors = new StringBuilder();
        CommandResult result;
        try
        {
            result = await host.Command(["env", "LC_ALL=C", "sh", "-c", script, "sh", Root, mark, .. arguments])
                .WithStandardInputPipe(input(mark))
                .WithStandardOutputPipe(PipeTarget.ToStream(output))
                .WithStandardErrorPipe(PipeTarget.ToStringBuilder(errors))
                .ExecuteAsync(cancellationToken);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            throw new StoreAccessException($"The store {host.Where} cannot be reached: {e.Message}", e);
        }

        var end = Encoding.ASCII.GetBytes($"{mark} end\n");
        var bytes = output.GetBuffer().AsMemory(0, (int)output.Length);
        if (!bytes.Span.EndsWith(end))
        {
            throw new StoreAccessException(
                $"The store {host.Where}: the command ended early with exit code {result.ExitCode}: {errors.ToString().Trim()}");
        }

        return new Answer(bytes[..^end.Length].ToArray(), errors.ToString(), mark);
    }

    private sealed record Answer(byte[] Output, string Errors, string Mark);
}
