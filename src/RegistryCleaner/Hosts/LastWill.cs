using System.IO.Pipelines;
using System.Text;
using CliWrap;

namespace RegistryCleaner.Hosts;

/// <summary>A command that is run if this process ends before it has disposed of this, however it ends: a process of its own waits for that.</summary>
/// <remarks>Where there is no shell, nobody waits.</remarks>
internal sealed class LastWill : IAsyncDisposable
{
    // Standard input ends when the process at its other end does. $1 is the word that tells that nothing is left to be done. A signal
    // to the whole group, as Ctrl-C on a terminal is, must not end the one that waits. Nobody is left to read what is said.
    private const string Script = """
        trap '' INT TERM HUP
        read -r line
        [ "$line" = "$1" ] && exit 0
        shift
        for again in 1 2 3 4 5
        do "$@" >/dev/null 2>&1 && exit 0
           sleep 1
        done
        """;

    private const string Done = "done";

    private readonly Pipe _input = new();
    private readonly Task? _waiting;

    /// <param name="engine">The engine whose command it is.</param>
    /// <param name="words">The command, which is tried a few times if it fails.</param>
    public LastWill(ContainerEngine engine, params IEnumerable<string> words)
    {
        if (OperatingSystem.IsWindows())
            return;
        _waiting = Cli.Wrap("sh").WithArguments(["-c", Script, "sh", Done, .. engine.Words, .. words])
            .WithStandardInputPipe(PipeSource.FromStream(_input.Reader.AsStream()))
            .WithValidation(CommandResultValidation.None)
            .ExecuteAsync(CancellationToken.None);
    }

    /// <summary>Nothing is left to be done.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_waiting is null || _waiting.IsCompleted)
            return;
        await _input.Writer.WriteAsync(Encoding.ASCII.GetBytes(Done + "\n"));
        await _input.Writer.CompleteAsync();
        await _waiting;
    }
}
