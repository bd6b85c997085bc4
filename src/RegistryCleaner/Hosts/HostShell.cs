using System.Globalization;
using System.Text;
using CliWrap;

namespace RegistryCleaner.Hosts;

/// <summary>What is asked of a shell.</summary>
/// <param name="Script">What it runs, in a copy of the shell: <c>$1</c> is the shell's directory, <c>$2</c> the mark, the arguments come behind.</param>
/// <param name="Mark">Tells this request's answer from everything else: a word that nobody else can have thought of.</param>
/// <param name="Arguments">No line break in any of them.</param>
/// <param name="InputLength">How many bytes come on standard input.</param>
/// <param name="WriteInputAsync">Writes these.</param>
internal sealed record ShellRequest(
    string Script, string Mark, IReadOnlyList<string> Arguments, long InputLength, Func<Stream, CancellationToken, Task> WriteInputAsync);

/// <summary>
/// A shell where the registry is, that runs one script after the other. To start a command in a container costs a tenth of a second, a
/// script in a shell that runs there already a hundredth of that.
/// </summary>
/// <remarks>
/// One request at a time: the next is only sent when the answer to the last is whole, so that nothing can read ahead into it. When this
/// process is gone, however it went, the input ends, and the shell with it; what it had been asked in part by then it does not do.
/// </remarks>
internal sealed class HostShell : IAsyncDisposable
{
    // A request is the mark; the length of the input; the script's number; arguments, a line each, and the mark; the script, where it
    // comes for the first time, and the mark; the input. A shell reads byte by byte, with a system call or two for each: the script
    // would take longer to arrive than to run.
    private const string Loop = """
        root=$1
        while IFS= read -r mark && IFS= read -r length && IFS= read -r number; do
            set -- "$root" "$mark"
            while IFS= read -r line && [ "$line" != "$mark" ]; do set -- "$@" "$line"; done
            [ "$line" = "$mark" ] || exit 3
            script=
            while IFS= read -r line && [ "$line" != "$mark" ]; do script="$script$line
        "; done
            [ "$line" = "$mark" ] || exit 3
            if [ -n "$script" ]; then eval "script_$number=\$script"; else eval "script=\$script_$number"; fi
            [ -n "$script" ] || exit 3
            if [ "$length" -eq 0 ]; then
                (eval "$script") </dev/null
            else
                head -c "$length" | { (eval "$script"); code=$?; cat >/dev/null; exit "$code"; }
            fi
            code=$?
            printf '%s done %s\n' "$mark" "$code"
            printf '%s done\n' "$mark" >&2
            [ "$code" -eq 0 ] || exit 3
        done
        """;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Stream> _input = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Stream> _output = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Stream> _errors = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _kill = new();
    private readonly Task<CommandResult> _command;
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private volatile bool _hasEnded;

    private HostShell(CommandHost host, string root) => _command = host.Command(["env", "LC_ALL=C", "sh", "-c", Loop.ReplaceLineEndings("\n"), "sh", root])
        .WithStandardInputPipe(PipeSource.Create(LendInputAsync))
        .WithStandardOutputPipe(PipeTarget.Create((stream, _) => LendAsync(_output, stream)))
        .WithStandardErrorPipe(PipeTarget.Create((stream, _) => LendAsync(_errors, stream)))
        .ExecuteAsync(_kill.Token)
        .Task;

    /// <summary>Whether it is gone.</summary>
    public bool HasEnded => _hasEnded || _command.IsCompleted;

    /// <summary>Starts one.</summary>
    /// <param name="host">Where.</param>
    /// <param name="root">What its scripts are given as <c>$1</c>.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The command that leads there is not to be had.</exception>
    public static async Task<HostShell> StartAsync(CommandHost host, string root, CancellationToken cancellationToken)
    {
        var shell = new HostShell(host, root);
        try
        {
            // What an engine's client has to say of its own comes before the first answer.
            await shell.RunAsync(new ShellRequest(":", NewMark(), [], 0, (_, _) => Task.CompletedTask), new DiscardingReader(), cancellationToken);
            return shell;
        }
        catch
        {
            await shell.DisposeAsync();
            throw;
        }
    }

    /// <summary>A mark for a request.</summary>
    public static string NewMark() => $"rc{Guid.NewGuid():n}";

    /// <summary>Runs a script.</summary>
    /// <param name="request">The script and what it needs.</param>
    /// <param name="reader">Takes what it prints.</param>
    /// <param name="cancellationToken">Ends the shell.</param>
    /// <returns>The exit code, and what was printed to standard error.</returns>
    /// <exception cref="ShellEndedException">The shell ended before the answer did.</exception>
    public async Task<(int ExitCode, string Errors)> RunAsync(ShellRequest request, IAnswerReader reader, CancellationToken cancellationToken)
    {
        if (request.Arguments.Any(argument => argument.Contains('\n', StringComparison.Ordinal)))
            throw new ArgumentException("An argument has a line break.", nameof(request));
        using var registration = cancellationToken.UnsafeRegister(_ => _kill.Cancel(), null);
        var streams = Task.WhenAll(_input.Task, _output.Task, _errors.Task);
        if (await Task.WhenAny(streams, _command) != streams)
            await _command;
        var (input, output, errors) = (await _input.Task, await _output.Task, await _errors.Task);

        var answer = new MarkedAnswer(reader, $"{request.Mark} done ");
        var complaints = new MarkedText(request.Mark + " done\n");
        var writing = SendAsync(request, input, cancellationToken);
        await Task.WhenAll(OrEndAsync(answer.ReadAsync(output)), OrEndAsync(complaints.ReadAsync(errors)));
        cancellationToken.ThrowIfCancellationRequested();
        if (answer.Rest is not { } rest || !complaints.IsWhole)
            throw new ShellEndedException(await EndAsync(), complaints.Text);
        // Whoever answers has read all of the input, if only to be rid of it.
        await writing;
        return (int.Parse(rest, CultureInfo.InvariantCulture), complaints.Text);
    }

    /// <summary>Ends the shell, and does not wait for what it may still be at.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _kill.Dispose();
    }

    private async Task SendAsync(ShellRequest request, Stream stream, CancellationToken cancellationToken)
    {
        var (mark, text) = (request.Mark + '\n', new StringBuilder());
        var isNew = !_numbers.TryGetValue(request.Script, out var number);
        if (isNew)
            _numbers.Add(request.Script, number = _numbers.Count);
        text.Append(mark).Append(CultureInfo.InvariantCulture, $"{request.InputLength}\n{number}\n");
        foreach (var argument in request.Arguments)
            text.Append(argument).Append('\n');
        text.Append(mark);
        if (isNew)
            text.Append(request.Script.ReplaceLineEndings("\n")).Append('\n');
        text.Append(mark);
        try
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellationToken);
            await request.WriteInputAsync(stream, cancellationToken);
            await stream.FlushAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // Whoever reads the answer sees that there is none.
        }
        catch
        {
            await _kill.CancelAsync();
            throw;
        }
    }

    // What is no longer read would be waited for by whoever writes it.
    private async Task OrEndAsync(Task reading)
    {
        try
        {
            await reading;
        }
        catch
        {
            await _kill.CancelAsync();
            throw;
        }
    }

    // The token tells that the command has ended: its task does not, as long as the other streams are lent.
    private Task LendInputAsync(Stream stream, CancellationToken ended)
    {
        ended.UnsafeRegister(_ => _hasEnded = true, null);
        return LendAsync(_input, stream);
    }

    // Lent until the end: it is read and written here, not by whoever started the command.
    private Task LendAsync(TaskCompletionSource<Stream> lent, Stream stream)
    {
        lent.TrySetResult(stream);
        return _ended.Task;
    }

    private async Task<int?> EndAsync()
    {
        _ended.TrySetResult();
        // One that has not ended by itself, or by the end of its input, is at something that nobody waits for.
        await Task.WhenAny(_command, Task.Delay(TimeSpan.FromSeconds(1)));
        if (!_command.IsCompleted)
            await _kill.CancelAsync();
        try
        {
            return (await _command).ExitCode;
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException)
        {
            return null;
        }
    }

    private sealed class DiscardingReader : IAnswerReader
    {
        public int Read(ReadOnlySpan<byte> output, bool isEnd) => output.Length;
    }
}

/// <summary>A shell that ended before its answer did.</summary>
internal sealed class ShellEndedException(int? exitCode, string errors) : Exception($"the command ended early with exit code {exitCode}: {errors.Trim()}");
