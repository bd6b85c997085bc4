using System.Globalization;

namespace RegistryCleaner.Benchmarks;

/// <summary>Our dry run beside others' over the same store.</summary>
internal static class Comparison
{
    public static async Task RunAsync(string store, IReadOnlyList<string> programs, IReadOnlyList<string> others, string registry, int runs, TimeSpan limit)
    {
        var configuration = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(configuration, $"{{version: '0.1', log: {{level: error}}, storage: {{filesystem: {{rootdirectory: '{store}'}}}}}}\n");
            Print(await Rounds.RunAsync([.. programs.SelectMany((program, i) => Ours(program, i, store)), .. others.Select(other => Other(other, store, registry, configuration))], runs, limit));
        }
        finally
        {
            File.Delete(configuration);
        }
    }

    private static IEnumerable<Contender> Ours(string program, int index, string store)
    {
        // Several builds of it are told apart by the directories that they are in.
        var name = index == 0 ? "registry-cleaner" : $"registry-cleaner in {Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(program)))}";
        yield return Contender.Full(name, program, store, deleteUntagged: true);
        yield return Contender.Full(name, program, store, deleteUntagged: false);
    }

    private static Contender Other(string name, string store, string registry, string configuration) => name switch
    {
        "registry" => Contender.Registry(registry, configuration, deleteUntagged: false),
        "registry-m" or "script" => Contender.Registry(registry, configuration, deleteUntagged: true),
        "find" => Contender.Find(store),
        _ => throw new ArgumentException($"'{name}' is none of registry, registry-m, script and find.", nameof(name)),
    };

    private static void Print(IReadOnlyList<Measurements> all)
    {
        var table = new MarkdownTable("dry run", "median", "min", "max", "CPU", "peak memory", "times ours, by rounds");
        foreach (var measurements in all)
        {
            // Each beside ours that does the same work; where there is none, beside the one that does most.
            var ours = all.First(other => other.Contender.DeletesUntagged == (measurements.Contender.DeletesUntagged ?? true));
            if (measurements.StoppedAt is { } limit)
            {
                table.Add(measurements.Contender.Name, $"over {limit.TotalSeconds:0} s", "", "", "", "", $"over {Times(limit.TotalSeconds / ours.MedianSeconds)}");
                continue;
            }

            double[] ratios = [.. measurements.RatiosTo(ours)];
            table.Add(
                measurements.Contender.Name,
                Figures.Seconds(measurements.MedianSeconds),
                Figures.Seconds(measurements.Runs.Min(run => run.Wall.TotalSeconds)),
                Figures.Seconds(measurements.Runs.Max(run => run.Wall.TotalSeconds)),
                Figures.Seconds(measurements.MedianCpuSeconds),
                Figures.Megabytes(measurements.MedianPeakBytes),
                $"{Times(Measurements.Median(ratios))} ({Times(ratios.Min())} to {Times(ratios.Max())})");
        }

        table.Print(Console.Out);
    }

    private static string Times(double ratio) => ratio.ToString(ratio < 10 ? "0.00" : "0", CultureInfo.InvariantCulture);
}
