namespace RegistryCleaner.Benchmarks;

/// <summary>
/// Runs contenders in turn, A B C A B C, after a round that does not count: what slows the machine down for a while slows all of them.
/// </summary>
internal static class Rounds
{
    public static async Task<IReadOnlyList<Measurements>> RunAsync(IEnumerable<Contender> contenders, int count, TimeSpan limit)
    {
        using var timer = new ProcessTimer();
        List<Measurements> all = [.. contenders.Select(contender => new Measurements(contender))];
        for (var round = 0; round <= count; round++)
        {
            foreach (var measurements in all.Where(measurements => measurements.StoppedAt is null))
            {
                var run = await timer.RunAsync(measurements.Contender, limit);
                await Console.Error.WriteLineAsync($"round {round}: {measurements.Contender.Name}: {run.Wall.TotalSeconds:0.000} s");
                if (run.ExitCode is null)
                    measurements.StoppedAt = limit;
                else if (run.ExitCode != 0)
                    throw new InvalidOperationException($"{measurements.Contender.Program} {string.Join(' ', measurements.Contender.Arguments)} ended with {run.ExitCode}.");
                else if (round > 0)
                    measurements.Runs.Add(run);
            }
        }

        return all;
    }
}
