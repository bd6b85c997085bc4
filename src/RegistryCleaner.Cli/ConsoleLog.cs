using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace RegistryCleaner.Tool;

/// <summary>The log on standard error.</summary>
internal static class ConsoleLog
{
    // Put together by hand: LoggerFactory.Create builds a container of services for it, which takes longer than all else that the
    // program does before it looks at the store.
    public static LoggerFactory CreateFactory(LogLevel level)
    {
        var options = new ConsoleLoggerOptions { FormatterName = LineFormatter.FormatterName, LogToStandardErrorThreshold = LogLevel.Trace };
        var provider = new ConsoleLoggerProvider(new ConstantOptions(options), [new LineFormatter()]);
        var factory = new LoggerFactory([], new LoggerFilterOptions { MinLevel = level });
        // Added, and not given at first, so that it ends with the factory, and what it has still to write is written by then.
        factory.AddProvider(provider);
        return factory;
    }

    private sealed class ConstantOptions(ConsoleLoggerOptions options) : IOptionsMonitor<ConsoleLoggerOptions>
    {
        public ConsoleLoggerOptions CurrentValue => options;

        public ConsoleLoggerOptions Get(string? name) => options;

        public IDisposable? OnChange(Action<ConsoleLoggerOptions, string?> listener) => null;
    }
}
