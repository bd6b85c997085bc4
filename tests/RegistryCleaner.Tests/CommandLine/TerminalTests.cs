using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging;
using RegistryCleaner.Tests.Pruning;
using RegistryCleaner.Tool;

namespace RegistryCleaner.Tests.CommandLine;

/// <summary>What a person sees in front of a terminal, and a pipeline does not.</summary>
public sealed class TerminalTests : IDisposable
{
    private const string Escape = "\e[";
    private const string Green = "\e[38;5;2m";

    private readonly PruneScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [SkippableFact]
    public async Task A_table_is_coloured_on_a_terminal_unless_it_must_not_be()
    {
        (await OnTerminalAsync("")).ShouldContain(Green);
        (await OnTerminalAsync("NO_COLOR=1")).ShouldSatisfyAllConditions(shown => shown.ShouldContain("team/app:1.0"), shown => shown.ShouldNotContain(Escape + "3"));
        (await OnTerminalAsync("TERM=dumb")).ShouldNotContain(Escape);
        (await OnTerminalAsync("", "| cat")).ShouldNotContain(Green);
    }

    [Fact]
    public void Progress_is_drawn_and_lines_stand_above_it()
    {
        using var drawn = new Screen();
        using (var terminal = new TerminalProgress(drawn, isDrawn: true))
        {
            terminal.Report(new CleanerProgress("reading files", 0, 20_000));
            WaitFor(() => drawn.ToString().Contains("reading files: 0 of 20,000", StringComparison.Ordinal));
            new LineLog(LogLevel.Information, terminal.WriteLine).Log(LogLevel.Warning, default, "something is odd", null, (state, _) => state);
            terminal.Report(new CleanerProgress("reading files", 7_000, 20_000));
            WaitFor(() => drawn.ToString().Contains("reading files: 7,000 of 20,000", StringComparison.Ordinal));
            terminal.Report(new CleanerProgress("reading files", 20_000, 20_000));
            var over = drawn.ToString();
            terminal.Report(new CleanerProgress("reading files", 20_000, 20_000));
            drawn.ToString().ShouldBe(over);
        }

        drawn.ToString().ShouldMatch(@"\dZ warning  something is odd\r?\n");
        drawn.ToString().TrimEnd().ShouldEndWith("\e[?25h", customMessage: "the cursor is back");
    }

    [Fact]
    public void Where_there_is_no_terminal_nothing_is_drawn()
    {
        using var written = new Screen();
        using var terminal = new TerminalProgress(written, isDrawn: false);

        terminal.IsShown.ShouldBeFalse();
        terminal.Report(new CleanerProgress("reading files", 0, 20_000));
        terminal.WriteLine("a line");
        written.ToString().ShouldBe("a line" + Environment.NewLine);
    }

    [Fact]
    public void A_terminal_that_is_gone_stops_nothing()
    {
        using var gone = new Screen { IsGone = true };
        using var terminal = new TerminalProgress(gone, isDrawn: true);

        terminal.WriteLine("nobody reads this");
        terminal.Report(new CleanerProgress("reading files", 0, 20_000));
        // Drawn again and again, by a thread of its own: what that throws ends the process.
        var before = gone.Writes;
        WaitFor(() => gone.Writes > before + 5);
        terminal.WriteLine("nor this");
        terminal.Report(new CleanerProgress("reading files", 20_000, 20_000));
    }

    private static void WaitFor(Func<bool> condition) => SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(30)).ShouldBeTrue();

    // util-linux's script is a terminal.
    private async Task<string> OnTerminalAsync(string environment, string pipe = "")
    {
        Skip.If(OperatingSystem.IsWindows() || !File.Exists("/usr/bin/script"), "there is no script(1)");
        var program = Path.Combine(AppContext.BaseDirectory, "registry-cleaner.dll");
        var start = new ProcessStartInfo("/usr/bin/script", ["-qec", $"env -u NO_COLOR TERM=xterm-256color {environment} dotnet '{program}' CleanImages --images team/app:1.0 --dry-run --registry-root '{_scene.Store.RootDirectory}' {pipe}", "/dev/null"])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var shown = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        shown.ShouldContain("team/app:1.0");
        return shown;
    }

    // Read while it is drawn upon.
    private sealed class Screen : TextWriter
    {
        private readonly StringBuilder _text = new();

        public bool IsGone { get; init; }

        public int Writes { get; private set; }

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            lock (_text)
            {
                Writes++;
                if (IsGone)
                    throw new IOException("the terminal is gone");
                _text.Append(value);
            }
        }

        public override string ToString()
        {
            lock (_text)
                return _text.ToString();
        }
    }
}
