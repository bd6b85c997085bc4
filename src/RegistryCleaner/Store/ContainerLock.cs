using System.Globalization;
using System.IO.Pipelines;
using CliWrap;
using Microsoft.Extensions.Logging;
using RegistryCleaner.Hosts;

namespace RegistryCleaner.Store;

/// <summary>
/// A lock in a container, held by a process there that reads standard input: when this process is gone, however it went, that
/// input ends, and the lock with it.
/// </summary>
internal sealed partial class ContainerLock : IWaitedLock
{
    // What goes between here and there may cut a line on which nothing is said for long.
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    private static readonly byte[] s_signOfLife = "\n"u8.ToArray();

    private readonly string _word;
    private readonly Pipe _input;
    private readonly Task _command;
    private readonly PeriodicTimer _timer = new(s_pause);
    private readonly Task _keptAlive;
    private bool _isReleased;

    private ContainerLock(string word, Pipe input, Task command)
    {
        _word = word;
        _input = input;
        _command = command;
        _keptAlive = KeepAliveAsync();
    }

    /// <summary>What stands in the fence as long as nobody else has taken the lock; null when it was released.</summary>
    public string? Word => _isReleased ? null : _word;

    /// <inheritdoc/>
    public bool HasWaited { get; private init; }

    /// <summary>Whether its process has ended without being told to.</summary>
    public bool IsLost => !_isReleased && _command.IsCompleted;

    public static async Task<ContainerLock?> TryTakeAsync(
        CommandHost host, string root, string path, ILogger logger, CancellationToken cancellationToken)
    {
        var mark = $"rc{Guid.NewGuid():n}";
        var input = new Pipe();
        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var errors = new System.Text.StringBuilder();
        var command = host.Command("env", "LC_ALL=C", "sh", "-c", ContainerScripts.Lock.ReplaceLineEndings("\n"), "sh", root, mark, path, StoreLayout.Fence, FileLock.FencePatience.ToString(CultureInfo.InvariantCulture))
            .WithStandardInputPipe(PipeSource.FromStream(input.Reader.AsStream()))
            .WithStandardOutputPipe(PipeTarget.ToDelegate(line =>
            {
                // An engine's client may print something of its own first.
                if (line.StartsWith(mark, StringComparison.Ordinal))
                    answer.TrySetResult(line);
            }))
            .WithStandardErrorPipe(PipeTarget.ToStringBuilder(errors))
            .ExecuteAsync(CancellationToken.None)
            .Task;

        try
        {
            await Task.WhenAny(answer.Task, command).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await input.Writer.CompleteAsync();
            throw;
        }

        if (answer.Task.IsCompleted)
        {
            var last = (await answer.Task).Split(' ')[^1];
            if (last == "without")
                LogNoFlock(logger, host.Where);
            return new ContainerLock(mark, input, command) { HasWaited = last is not ("without" or "0") };
        }

        await input.Writer.CompleteAsync();
        var result = await command;
        // flock says nothing when another process holds the lock, and something when it could not try.
        return result.ExitCode == 1 && errors.Length == 0
            ? null
            : throw new StoreAccessException($"The store {host.Where}: the store cannot be changed: {errors.ToString().Trim()}");
    }

    public async ValueTask DisposeAsync()
    {
        _isReleased = true;
        _timer.Dispose();
        await _keptAlive;
        await _input.Writer.CompleteAsync();
        await _command;
    }

    private async Task KeepAliveAsync()
    {
        while (await _timer.WaitForNextTickAsync() && !_command.IsCompleted)
            await _input.Writer.WriteAsync(s_signOfLife);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "There is no flock {Host}: another cleaner on the same store cannot be kept out")]
    private static partial void LogNoFlock(ILogger logger, string host);
}
