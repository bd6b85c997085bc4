using RegistryCleaner.Store;

namespace RegistryCleaner.Benchmarks;

/// <summary>How time and memory grow with the store, and what one image costs in each. The first store is what the others are held against.</summary>
internal static class Scaling
{
    public static async Task RunAsync(IReadOnlyList<string> stores, string program, int runs, TimeSpan limit)
    {
        var image = $"{StoreShape.RepositoryName(0)}:{StoreShape.TagName(0)}";
        var all = await Rounds.RunAsync(
            stores.SelectMany(store => new[] { Contender.Full(store, program, store, deleteUntagged: true), Contender.Targeted(program, store, image) }), runs, limit);

        var table = new MarkdownTable("store", "files", "blobs", "full", "a file", "peak memory", "a blob, above the first", "one image", "of the full one", "times the first");
        var first = (Peak: all[0].MedianPeakBytes, Targeted: all[1]);
        foreach (var (store, full, targeted) in stores.Select((store, i) => (store, all[2 * i], all[2 * i + 1])))
        {
            var (files, blobs) = Count(store);
            table.Add(
                Path.GetFileName(Path.TrimEndingDirectorySeparator(store)),
                Figures.Count(files),
                Figures.Count(blobs),
                Figures.Seconds(full.MedianSeconds),
                $"{full.MedianSeconds / files * 1e6:0.0} µs",
                Figures.Megabytes(full.MedianPeakBytes),
                full.MedianPeakBytes - first.Peak is { } more ? $"{more / blobs:0} bytes" : "-",
                Figures.Seconds(targeted.MedianSeconds),
                Figures.Ratio(Measurements.Median(targeted.RatiosTo(full))),
                Figures.Ratio(Measurements.Median(targeted.RatiosTo(first.Targeted))));
        }

        table.Print(Console.Out);
    }

    private static (int Files, int Blobs) Count(string store)
    {
        var files = Directory.EnumerateFiles(Path.Combine(store, StoreLayout.BaseDirectory), "*", SearchOption.AllDirectories).Count();
        var blobs = Directory.EnumerateFiles(Path.Combine(store, StoreLayout.BaseDirectory, StoreLayout.Blobs), "data", SearchOption.AllDirectories).Count();
        return (files, blobs);
    }
}
