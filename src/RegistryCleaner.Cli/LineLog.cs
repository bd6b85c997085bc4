using System.Globalization;
using Microsoft.Extensions.Logging;

namespace RegistryCleaner.Tool;

/// <summary>The log: a line for each entry, with time in UTC, level and message.</summary>
/// <remarks>
/// Written at once, and by whoever may be drawing on the same terminal. The framework's own logger for consoles writes from a thread of
/// its own, into the middle of what is drawn.
/// </remarks>
/// <param name="level">The least that is logged.</param>
/// <param name="write">Writes a line. Called from several threads.</param>
internal sealed class LineLog(LogLevel level, Action<string> write) : ILogger
{
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            write($"{DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)} {NameOf(logLevel),-8} {formatter(state, exception)}");
    }

    public bool IsEnabled(LogLevel logLevel) => logLevel >= level && logLevel != LogLevel.None;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        LogLevel.Critical => "critical",
        _ => "debug",
    };
}
