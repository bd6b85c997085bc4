using Cake.Core.Diagnostics;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace RegistryCleaner.Cake;

/// <summary>Writes to Cake's log, at Cake's verbosity.</summary>
internal sealed class CakeLogger(ICakeLog log) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && Verbosity(logLevel) <= log.Verbosity;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        // Cake takes braces for places to fill in: what is written is never the format.
        if (IsEnabled(logLevel))
            log.Write(Verbosity(logLevel), Level(logLevel), "{0}", formatter(state, exception));
    }

    private static Verbosity Verbosity(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => global::Cake.Core.Diagnostics.Verbosity.Diagnostic,
        LogLevel.Information => global::Cake.Core.Diagnostics.Verbosity.Normal,
        LogLevel.Warning => global::Cake.Core.Diagnostics.Verbosity.Minimal,
        _ => global::Cake.Core.Diagnostics.Verbosity.Quiet,
    };

    private static global::Cake.Core.Diagnostics.LogLevel Level(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => global::Cake.Core.Diagnostics.LogLevel.Debug,
        LogLevel.Information => global::Cake.Core.Diagnostics.LogLevel.Information,
        LogLevel.Warning => global::Cake.Core.Diagnostics.LogLevel.Warning,
        _ => global::Cake.Core.Diagnostics.LogLevel.Error,
    };
}
