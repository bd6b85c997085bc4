using System.Diagnostics;
using System.Globalization;

namespace RegistryCleaner.Benchmarks;

/// <summary>Times whole processes, with what the operating system accounts for them where GNU time is at hand.</summary>
internal sealed class ProcessTimer : IDisposable
{
    private const string Time = "/usr/bin/time";

    private readonly string _accounting = Path.GetTempFileName();

    public void Dispose() => File.Delete(_accounting);

    /// <summary>Runs a command, its output thrown away.</summary>
    public async Task<Measurement> RunAsync(Contender contender, TimeSpan limit)
    {
        var isAccounted = OperatingSystem.IsLinux() && File.Exists(Time);
        string[] time = isAccounted ? [Time, "-q", "-f", "%U %S %M", "-o", _accounting] : [];
        var watch = Stopwatch.StartNew();
        using var process = Process.Start("/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1", "sh", .. time, contender.Program, .. contender.Arguments]);
        using var timeout = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            return new Measurement(limit, null, null, null);
        }

        var wall = watch.Elapsed;
        if (!isAccounted)
            return new Measurement(wall, null, null, process.ExitCode);
        var figures = File.ReadAllText(_accounting).Split(' ', StringSplitOptions.TrimEntries);
        var seconds = figures.Take(2).Sum(figure => double.Parse(figure, CultureInfo.InvariantCulture));
        return new Measurement(wall, TimeSpan.FromSeconds(seconds), long.Parse(figures[2], CultureInfo.InvariantCulture) * 1024, process.ExitCode);
    }
}
