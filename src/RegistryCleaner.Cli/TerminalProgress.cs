using System.Globalization;
using Spectre.Console;

namespace RegistryCleaner.Tool;

/// <summary>Standard error, where a terminal shows how far the cleaner is with many files, and lines are written above that.</summary>
internal sealed class TerminalProgress : IProgress<CleanerProgress>, IDisposable
{
    // A terminal may be stopped by who sits there, with Ctrl-S. That the drawing ends is not waited for then.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly TextWriter _writer;
    private readonly IAnsiConsole? _console;
    private Shown? _shown;

    /// <param name="writer">Where lines are written.</param>
    /// <param name="isDrawn">Whether it is a terminal that can be drawn on.</param>
    public TerminalProgress(TextWriter writer, bool isDrawn)
    {
        _writer = new ForgivingWriter(writer);
        _console = isDrawn
            ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_writer), Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes, Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false } })
            : null;
    }

    /// <summary>Standard error, drawn on if it is a terminal that knows how. Only of the console's own writer that can be found out.</summary>
    public static TerminalProgress OnError() => new(
        Console.Error,
        !Console.IsErrorRedirected && AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }).Profile.Capabilities is { Ansi: true, Interactive: true });

    /// <summary>Whether anything is ever shown.</summary>
    public bool IsShown => _console is not null;

    public void WriteLine(string line)
    {
        lock (_lock)
        {
            if (_shown is null)
                _writer.WriteLine(line);
            else
                _console!.WriteLine(line);
        }
    }

    public void Report(CleanerProgress value)
    {
        if (_console is null)
            return;
        lock (_lock)
        {
            if (value.IsOver)
                End();
            else if (TextOf(value) is var text && _shown is null)
                _shown = new Shown(_console, text);
            else
                _shown.Say(text);
        }
    }

    public void Dispose()
    {
        lock (_lock)
            End();
    }

    private static string TextOf(CleanerProgress value) => string.Create(CultureInfo.InvariantCulture, $"{value.Activity}: {value.Done:N0} of {value.Total:N0}");

    private void End()
    {
        _shown?.End();
        _shown = null;
    }

    // A line that is drawn until it is told to end. That it cannot be drawn, on a terminal that is gone, is no reason to stop what it tells of.
    private sealed class Shown
    {
        private readonly TaskCompletionSource _isOver = new();
        private readonly Task _drawing;
        private StatusContext? _context;

        public Shown(IAnsiConsole console, string text) => _drawing = Task.Run(() => console.Status().Spinner(Spinner.Known.Line).StartAsync(text, context =>
        {
            _context = context;
            return _isOver.Task;
        }));

        public void Say(string text) => _context?.Status = text;

        public void End()
        {
            _isOver.TrySetResult();
            ((IAsyncResult)_drawing).AsyncWaitHandle.WaitOne(s_patience);
        }
    }
}
