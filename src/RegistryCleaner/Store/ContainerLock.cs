using System.IO.Pipelines;
using CliWrap;
using Microsoft.Extensions.Logging;
using RegistryCleaner.Hosts;

namespace RegistryCleaner.Store;

/// <summary>
/// A lock in a container, held by a process there that reads standard input: when this process is gone, however it went, that
/// input ends, and the lock with it.
/// </summary>
internal sealed partial class ContainerLock : IAsyncDisposable
{
    private readonly Pipe _input;
    private readonly Task _command;

    private ContainerLock(Pipe input, Task command)
    {
        _input = input;
        _command = command;
    }

    public static async Task<IAsyncDisposable?> TryTakeAsync(
        CommandHost host, string root, string path, ILogger logger, CancellationToken cancellationToken)
    {
        var mark = $"rc{Guid.NewGuid():n}";
        var input = new Pipe();
        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var errors = new System.Text.StringBuilder();
        var command = host.Command("env", "LC_ALL=C", "sh", "-c", ContainerScripts.Lock, "sh", root, mark, path)
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
            if ((await answer.Task).EndsWith("without", StringComparison.Ordinal))
                LogNoFlock(logger, host.Where);
            return new ContainerLock(input, command);
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
        await _input.Writer.CompleteAsync();
        await _command;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "There is no flock {Host}: another cleaner on the same store cannot be kept out")]
    private static partial void LogNoFlock(ILogger logger, string host);
}
