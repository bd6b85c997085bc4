using System.Collections;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using RegistryCleaner.Hosts;

namespace RegistryCleaner.Store;

/// <summary>Files reached through a command such as <c>docker exec</c>: one script a verb, however many files, in a shell that is kept for the next.</summary>
/// <remarks>Names that are not valid UTF-8 come back altered; nothing is ever changed under such a name, because no name of the registry's is one.</remarks>
public sealed class ContainerStoreFiles(CommandHost host, string root, ILogger logger) : IStoreFiles
{
    private const int PipeBuffer = 64 << 10;

    // Both are far below what a command line may have, and what a shell holds easily.
    private const int FewPaths = 64;
    private const int ShortPath = 1024;

    private readonly ShellPool _shells = new(host, root);
    private ContainerLock? _lock;

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

        return await EntriesAsync(script, directories, [], cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<StoreListing> FindAsync(IReadOnlyCollection<string> directories, string nameEnding, CancellationToken cancellationToken) =>
        directories.Count == 0 ? new StoreListing([], []) : await EntriesAsync(ContainerScripts.Find, directories, [nameEnding], cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StoreProblem>> ListNamesAsync(
        IReadOnlyList<string> directories, Action<int, ReadOnlySpan<char>> onName, CancellationToken cancellationToken)
    {
        if (directories.Count == 0)
            return [];

        var indices = directories.Index().ToDictionary(item => item.Item, item => item.Index, StringComparer.Ordinal);
        // With a slash at its end, find complains of a file where a directory should be, which otherwise would look like an empty one.
        var errors = await LookAsync(ContainerScripts.ListNames, directories.Select(directory => directory + "/"), [], _ => new RecordReader([0], record =>
        {
            var path = Encoding.UTF8.GetString(record);
            var slash = path.LastIndexOf('/');
            onName(indices[path[2..slash]], path.AsSpan(slash + 1));
        }), cancellationToken);
        return Problems(errors);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StoreProblem>> StatEachAsync(
        IReadOnlyList<string> paths, Action<int, StoreEntry> onEntry, CancellationToken cancellationToken)
    {
        if (paths.Count == 0)
            return [];

        var next = 0;
        var errors = await LookAsync(ContainerScripts.Stat, paths, [], mark => EntryReader(mark, entry =>
        {
            // They come in the order in which they were asked for, less those that are not there.
            while (paths[next] != entry.Path)
                next++;
            onEntry(next++, entry);
        }), cancellationToken);
        var problems = Problems(errors);
        if (problems.Count == 0)
            return problems;
        // Without its path nobody knows which one it is.
        if (problems.Find(problem => problem.Path.Length == 0) is { Reason: not null } unknown)
            throw new StoreAccessException($"The store {host.Where}: {unknown}");
        var unreadable = problems.Select(problem => problem.Path).ToHashSet(StringComparer.Ordinal);
        for (var index = 0; index < paths.Count; index++)
        {
            if (unreadable.Contains(paths[index]))
                onEntry(index, StoreEntry.Unreadable(paths[index]));
        }

        return problems;
    }

    /// <inheritdoc/>
    public async Task HashEachAsync(IReadOnlyList<string> paths, Action<int, string> onDigest, CancellationToken cancellationToken)
    {
        if (paths.Count == 0)
            return;

        const int hexLength = 64;
        var indices = paths.Index().ToDictionary(item => "./" + item.Item, item => item.Index, StringComparer.Ordinal);
        await LookAsync(ContainerScripts.Hash, paths, [], _ => new RecordReader([(byte)'\n'], record =>
        {
            var line = Encoding.UTF8.GetString(record);
            if (line.Length > hexLength + 2 && indices.TryGetValue(line[(hexLength + 2)..], out var index))
                onDigest(index, line[..hexLength]);
        }), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<DateTimeOffset> GetTimeAsync(CancellationToken cancellationToken) => DateTimeOffset.FromUnixTimeSeconds(
        long.Parse(await AskAsync(ContainerScripts.Time, [], cancellationToken), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture));

    /// <summary>What a program there says when it is asked for its version.</summary>
    internal Task<string> GetVersionAsync(string program, CancellationToken cancellationToken) => AskAsync(ContainerScripts.Version, [program], cancellationToken);

    /// <inheritdoc/>
    public async Task ReadEachAsync(IReadOnlyList<string> paths, int maxLength, Action<int, FileContent> onContent, CancellationToken cancellationToken)
    {
        if (paths.Count == 0)
            return;

        var told = new BitArray(paths.Count);
        var limit = (maxLength + 1).ToString(CultureInfo.InvariantCulture);
        var errors = await LookAsync(ContainerScripts.Read, paths, [limit], mark => new HeadOutput(paths, mark, (index, bytes) =>
        {
            told[index] = true;
            onContent(index, bytes.Length > maxLength ? FileContent.LongerThan(maxLength) : new FileContent(bytes.ToArray(), null));
        }), cancellationToken);

        // head says nothing on standard output about a file that it cannot open: what is there all the same is unreadable.
        List<int> silent = [.. Enumerable.Range(0, paths.Count).Where(index => !told[index])];
        await StatEachAsync(
            new LazyList<string>(silent.Count, index => paths[silent[index]]),
            (index, entry) => onContent(silent[index], new FileContent(default, ReasonFor(entry.Path, errors))),
            cancellationToken);
        if (errors.Length == 0)
            return;
        for (var index = 0; index < paths.Count; index++)
        {
            if (told[index] && WasNamed(paths[index], errors))
                onContent(index, new FileContent(default, ReasonFor(paths[index], errors)));
        }
    }

    /// <inheritdoc/>
    public async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        await ChangeAsync(ContainerScripts.Write, _ => new ShellInput([], content.Length, async (stream, token) => await stream.WriteAsync(content, token)), [path, content.Length.ToString(CultureInfo.InvariantCulture), StorePaths.TemporaryOf(path)], cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MoveOutcome>> MoveAsync(
        string fromBase, string toBase, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        if (paths.Count == 0)
            return [];

        var records = new List<string>();
        await ChangeAsync(
            ContainerScripts.Move,
            mark => Pieces(paths, mark),
            [fromBase, toBase],
            cancellationToken,
            _ => new RecordReader([0], record => records.Add(Encoding.UTF8.GetString(record))));
        if (records.Count != paths.Count)
            throw new StoreAccessException($"The store {host.Where}: {paths.Count} renames were asked for, {records.Count} were answered.");
        return [.. paths.Zip(records, (path, record) => new MoveOutcome(path, ResultOf(record[0]), record.Length > 1 ? record[1..].Trim() : null))];
    }

    /// <inheritdoc/>
    public async Task DeleteTreesAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        foreach (var path in paths)
            StorePaths.RequireWorkDirectory(path);
        await ChangeAsync(ContainerScripts.DeleteTrees, mark => Pieces(paths, mark), [], cancellationToken);
    }

    /// <inheritdoc/>
    public async Task RemoveEmptyDirectoriesAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        if (paths.Count > 0)
            await ChangeAsync(ContainerScripts.RemoveEmptyDirectories, _ => Pieces(paths, ""), [], cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IAsyncDisposable?> TryLockAsync(string path, CancellationToken cancellationToken)
    {
        var taken = await ContainerLock.TryTakeAsync(host, Root, path, logger, cancellationToken);
        _lock = taken ?? _lock;
        return taken;
    }

    private static MoveResult ResultOf(char letter) => letter switch
    {
        'M' => MoveResult.Moved,
        'A' => MoveResult.Missing,
        'E' => MoveResult.TargetExists,
        _ => MoveResult.Failed,
    };

    // A leading "./" keeps a name from being taken for an option. The mark comes last, and is no file.
    private static Func<string, ShellInput> Paths(IEnumerable<string> paths) => mark => Pieces(paths.Append(mark).Select(path => "./" + path), "");

    // Where a path that arrived in part would be another path, the mark behind it tells that it is whole.
    private static ShellInput Pieces(IEnumerable<string> paths, string mark)
    {
        List<string> few = [.. paths.Take(FewPaths + 1)];
        if (few.Count <= FewPaths && few.TrueForAll(path => path.Length <= ShortPath && !path.Contains('\n', StringComparison.Ordinal)))
            return ShellInput.None with { Arguments = [.. few.Select(path => path + mark)] };

        var length = paths.Sum(path => Encoding.UTF8.GetByteCount(path) + mark.Length + 1L);
        return new ShellInput([], length, WriteAsync) { IsPaths = true };

        async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
        {
            await using var writer = new StreamWriter(stream, new UTF8Encoding(false), PipeBuffer, leaveOpen: true);
            foreach (var path in paths)
                await writer.WriteAsync($"{path}{mark}\0".AsMemory(), cancellationToken);
        }
    }

    private async Task<StoreListing> EntriesAsync(
        ContainerScript script, IReadOnlyCollection<string> directories, string[] arguments, CancellationToken cancellationToken)
    {
        var entries = new List<StoreEntry>();
        var errors = await LookAsync(script, directories, arguments, mark => EntryReader(mark, entries.Add), cancellationToken);
        return new StoreListing(entries, Problems(errors));
    }

    // Each record begins with the mark: before the first there is nothing.
    private static RecordReader EntryReader(string mark, Action<StoreEntry> onEntry) => new(Encoding.ASCII.GetBytes(mark + ' '), record =>
    {
        if (!record.IsEmpty)
            onEntry(EntryOf(Encoding.UTF8.GetString(record)));
    });

    private static StoreEntry EntryOf(string record)
    {
        // Only the record's own line break: a name may end in one, and is another name without it.
        var fields = record[..^1].Split(' ', 4);
        var kind = StoreEntry.KindOf(int.Parse(fields[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        return new StoreEntry(
            fields[3].StartsWith("./", StringComparison.Ordinal) ? fields[3][2..] : fields[3],
            kind,
            kind == EntryKind.File ? long.Parse(fields[1], CultureInfo.InvariantCulture) : 0,
            DateTimeOffset.FromUnixTimeSeconds(long.Parse(fields[2], CultureInfo.InvariantCulture)));
    }

    // What vanished between being found and being asked about is no problem: it is not there.
    private static List<StoreProblem> Problems(string errors) =>
        [.. errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !IsNothingThere(line))
            .Select(line => new StoreProblem(PathIn(line), line))];

    // Below a file nothing can be; but what is to be listed and is a file is a problem.
    private static bool IsNothingThere(string line) =>
        (line.StartsWith("stat: ", StringComparison.Ordinal) && line.EndsWith("Not a directory", StringComparison.Ordinal))
        || ((line.StartsWith("stat: ", StringComparison.Ordinal) || line.StartsWith("find: ", StringComparison.Ordinal)) && line.EndsWith("No such file or directory", StringComparison.Ordinal));

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

    private async Task<string> AskAsync(ContainerScript script, string[] arguments, CancellationToken cancellationToken)
    {
        var output = new WholeReader();
        await RunAsync(script, _ => ShellInput.None, arguments, _ => output, cancellationToken);
        return Encoding.UTF8.GetString(output.Output);
    }

    // What is not answered is not there: so it has to be sure that the question arrived whole, and the complaints came back.
    private async Task<string> LookAsync(
        ContainerScript script, IEnumerable<string> paths, string[] arguments, Func<string, IAnswerReader> readerOf, CancellationToken cancellationToken)
    {
        var lastPath = "";
        var errors = await RunAsync(script, Paths(paths), arguments, mark =>
        {
            lastPath = "./" + mark;
            return readerOf(mark);
        }, cancellationToken);
        var lines = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.Any(line => line.Contains(lastPath, StringComparison.Ordinal))
            ? string.Join('\n', lines.Where(line => !line.Contains(lastPath, StringComparison.Ordinal)))
            : throw new StoreAccessException($"The store {host.Where}: the question did not arrive whole, or the answer did not come back whole.");
    }

    // Who has had the lock and lost it, as when the container was restarted, may not be alone any more.
    private Task<string> ChangeAsync(
        ContainerScript script, Func<string, ShellInput> input, string[] arguments, CancellationToken cancellationToken, Func<string, IAnswerReader>? readerOf = null) => _lock is { IsLost: true }
        ? throw new StoreAccessException($"The store {host.Where}: the lock was lost, and another cleaner may have it by now: nothing more is changed.")
        : RunAsync(script, input, [_lock?.Word ?? "", .. arguments], readerOf ?? (_ => new RecordReader([0], _ => { })), cancellationToken);

    // What a reader was given counts only when this returns: before, nobody knows whether the answer is whole.
    private async Task<string> RunAsync(
        ContainerScript script, Func<string, ShellInput> input, string[] arguments, Func<string, IAnswerReader> readerOf, CancellationToken cancellationToken)
    {
        var mark = HostShell.NewMark();
        var given = input(mark);
        var text = given.IsPaths ? script.ForInput : script.ForArguments;
        try
        {
            return await _shells.RunAsync(new ShellRequest(text, mark, [.. arguments, .. given.Arguments], given.Length, given.WriteAsync), readerOf(mark), cancellationToken);
        }
        catch (ShellEndedException e)
        {
            throw new StoreAccessException($"The store {host.Where}: {e.Message}");
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            throw new StoreAccessException($"The store {host.Where} cannot be reached: {e.Message}", e);
        }
    }

    // What comes behind the arguments, and what comes on standard input: content, or paths for xargs.
    private readonly record struct ShellInput(IReadOnlyList<string> Arguments, long Length, Func<Stream, CancellationToken, Task> WriteAsync)
    {
        public static ShellInput None { get; } = new([], 0, (_, _) => Task.CompletedTask);

        public bool IsPaths { get; init; }
    }
}
