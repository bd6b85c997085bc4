namespace RegistryCleaner.Benchmarks;

/// <summary>One run of a whole process.</summary>
/// <param name="Wall">From its start to its end.</param>
/// <param name="Cpu">The processors' time, of the user and of the system; null where it cannot be known.</param>
/// <param name="PeakBytes">The most memory that it held at one moment; null where it cannot be known.</param>
/// <param name="ExitCode">Its exit code; null if it was stopped at the limit.</param>
internal sealed record Measurement(TimeSpan Wall, TimeSpan? Cpu, long? PeakBytes, int? ExitCode);

/// <summary>The runs of one contender, in the order of the rounds.</summary>
internal sealed class Measurements(Contender contender)
{
    public Contender Contender => contender;

    public List<Measurement> Runs { get; } = [];

    /// <summary>The limit at which it was stopped, or null.</summary>
    public TimeSpan? StoppedAt { get; set; }

    public double MedianSeconds => Median(Runs.Select(run => run.Wall.TotalSeconds));

    public double? MedianPeakBytes => Runs.All(run => run.PeakBytes is not null) ? Median(Runs.Select(run => (double)run.PeakBytes!)) : null;

    public double? MedianCpuSeconds => Runs.All(run => run.Cpu is not null) ? Median(Runs.Select(run => run.Cpu!.Value.TotalSeconds)) : null;

    /// <summary>How many times as long this took as another, round by round.</summary>
    public IEnumerable<double> RatiosTo(Measurements other) => Runs.Zip(other.Runs, (run, others) => run.Wall / others.Wall);

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
