using RegistryCleaner.Store;

namespace RegistryCleaner.Benchmarks;

/// <summary>
/// How time and memory grow with the store, and what one image costs in each. The memory that a small store takes is the runtime's own:
/// not an empty one, on which nothing is done in parallel, so that most of the program's pages and its threads are never touched.
/// </summary>
internal static class Scaling
{
    public static async Task RunAsync(IReadOnlyList<string> stores, string program, int runs, TimeSpan limit)
    {
        var small = Directory.CreateTempSubdirectory("registry-cleaner-").FullName;
        try
        {
            new StoreGenerator(new StoreShape(Repositories: 20, Tags: 10, Seed: 0), small).Write();
            var image = $"{StoreShape.RepositoryName(0)}:{StoreShape.TagName(0)}";
            var all = await Rounds.RunAsync(
                stores.Prepend(small).SelectMany(store => new[] { Contender.Full(store, program, store, deleteUntagged: true), Contender.Targeted(program, store, image) }), runs, limit);
            Print(stores, all[0].MedianPeakBytes, [.. all.Skip(2)]);
        }
        finally
        {
            Directory.Delete(small, recursive: true);
        }
    }

    private static void Print(IReadOnlyList<string> stores, double? ownPeak, IReadOnlyList<Measurements> all)
    {
        var table = new MarkdownTable("store", "files", "blobs", "full", "CPU", "CPU a file", "peak memory", "a blob, above the runtime's own", "one image", "of the full one", "times the first");
        foreach (var (store, full, targeted) in stores.Select((store, i) => (store, all[2 * i], all[2 * i + 1])))
        {
            var (files, blobs) = Count(store);
            table.Add(
                Path.GetFileName(Path.TrimEndingDirectorySeparator(store)),
                Figures.Count(files),
                Figures.Count(blobs),
                Figures.Seconds(full.MedianSeconds),
                Figures.Seconds(full.MedianCpuSeconds),
                full.MedianCpuSeconds is { } cpu ? $"{cpu / files * 1e6:0.0} µs" : "-",
                Figures.Megabytes(full.MedianPeakBytes),
                full.MedianPeakBytes - ownPeak is { } more ? $"{more / blobs:0} bytes" : "-",
                Figures.Seconds(targeted.MedianSeconds),
                Figures.Ratio(Measurements.Median(targeted.RatiosTo(full))),
                Figures.Ratio(Measurements.Median(targeted.RatiosTo(all[1]))));
        }

        table.Print(Console.Out);
        Console.WriteLine($"The runtime's own: {Figures.Megabytes(ownPeak)}");
    }

    private static (int Files, int Blobs) Count(string store)
    {
        var files = Directory.EnumerateFiles(Path.Combine(store, StoreLayout.BaseDirectory), "*", SearchOption.AllDirectories).Count();
        var blobs = Directory.EnumerateFiles(Path.Combine(store, StoreLayout.BaseDirectory, StoreLayout.Blobs), "data", SearchOption.AllDirectories).Count();
        return (files, blobs);
    }
}
