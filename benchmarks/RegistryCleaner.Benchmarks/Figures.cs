using System.Globalization;

namespace RegistryCleaner.Benchmarks;

/// <summary>Numbers as the tables show them.</summary>
internal static class Figures
{
    public static string Seconds(double? seconds) => seconds is { } known ? known.ToString("0.000 s", CultureInfo.InvariantCulture) : "-";

    public static string Megabytes(double? bytes) => bytes is { } known ? (known / (1 << 20)).ToString("0.0 MiB", CultureInfo.InvariantCulture) : "-";

    public static string Count(double number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Ratio(double ratio) => ratio.ToString("0.00", CultureInfo.InvariantCulture);
}
