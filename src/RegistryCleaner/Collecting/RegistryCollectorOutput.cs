using System.Globalization;
using System.Text.RegularExpressions;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Collecting;

/// <summary>
/// What <c>registry garbage-collect</c> prints, line by line (registry/storage/garbagecollect.go, 2.8 and 3.x).
/// </summary>
internal sealed partial class RegistryCollectorOutput(IReadOnlySet<string> repositories)
{
    private string? _repository;

    /// <summary>Blobs that it would delete, or deleted.</summary>
    public HashSet<Digest> Blobs { get; } = [];

    /// <summary>Manifests that it would unlink; the repository is null where the line does not tell.</summary>
    public HashSet<(string? Repository, Digest Digest)> Manifests { get; } = [];

    /// <summary>Layer links that it would remove (3.x alone).</summary>
    public HashSet<(string Repository, Digest Digest)> Layers { get; } = [];

    /// <summary>How many blobs it says that it would delete.</summary>
    public int? AnnouncedBlobs { get; private set; }

    public void Add(string line)
    {
        // A repository's turn begins with a line that is its name.
        if (repositories.Contains(line))
            _repository = line;
        else if (SummaryLine().Match(line) is { Success: true } summary)
            AnnouncedBlobs = int.Parse(summary.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        else if (BlobLine().Match(line) is { Success: true } blob)
            Blobs.Add(Digest.Parse(blob.Groups[1].Value));
        else if (ManifestLine().Match(line) is { Success: true } manifest)
            Manifests.Add((manifest.Groups[1].Success ? manifest.Groups[1].Value : _repository, Digest.Parse(manifest.Groups[2].Value)));
        else if (LayerLine().Match(line) is { Success: true } layer)
            Layers.Add((layer.Groups[1].Value, Digest.Parse(layer.Groups[2].Value)));
    }

    [GeneratedRegex(@"\A[0-9]+ blobs marked, ([0-9]{1,9}) blobs and [0-9]+ manifests eligible for deletion\s*\z")]
    private static partial Regex SummaryLine();

    [GeneratedRegex(@"\Ablob eligible for deletion: (sha256:[0-9a-f]{64})\s*\z")]
    private static partial Regex BlobLine();

    // 2.8 prints the digest, 3.x the whole value: {name digest [tags]}.
    [GeneratedRegex(@"\Amanifest eligible for deletion: (?:\{(\S+) )?(sha256:[0-9a-f]{64})")]
    private static partial Regex ManifestLine();

    [GeneratedRegex(@"\A(\S+): layer link eligible for deletion: (sha256:[0-9a-f]{64})\s*\z")]
    private static partial Regex LayerLine();
}
