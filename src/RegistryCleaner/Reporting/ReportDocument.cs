using System.Text.Json.Serialization;

namespace RegistryCleaner.Reporting;

/// <summary>The JSON form of a report: texts and numbers only, stable names.</summary>
internal sealed record ReportDocument
{
    public required string Verb { get; init; }

    public required bool DryRun { get; init; }

    public required int ExitCode { get; init; }

    public required string Where { get; init; }

    public IReadOnlyList<RepositoryDocument>? Repositories { get; init; }

    public IReadOnlyList<MissingDocument>? Missing { get; init; }

    public RemovalDocument? Planned { get; init; }

    public RemovalDocument? Removed { get; init; }

    public IReadOnlyList<ImageDocument>? Images { get; init; }

    public IReadOnlyList<BlobDocument>? Blobs { get; init; }

    public long? BytesReclaimable { get; init; }

    public CollectionDocument? Collection { get; init; }

    public IReadOnlyList<string>? Explanation { get; init; }

    public IReadOnlyList<string>? RunIds { get; init; }

    public RestorationDocument? Restoration { get; init; }

    public IReadOnlyList<RunDocument>? Runs { get; init; }

    public IReadOnlyList<FindingDocument>? Findings { get; init; }

    public IReadOnlyList<string>? Drifted { get; init; }

    public IReadOnlyList<string>? Failures { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }
}

internal sealed record RepositoryDocument(
    string Name, bool Removed, string Reason, IReadOnlyList<TagDocument> Tags, IReadOnlyList<ManifestDocument> Manifests);

internal sealed record TagDocument(string Tag, string? Digest, bool Removed, string Reason);

internal sealed record ManifestDocument(string Digest, string MediaType, bool Removed, string Reason);

internal sealed record ImageDocument(string Image, long BytesFreedAlone, long BytesShared);

internal sealed record BlobDocument(string Digest, long Size, bool Removed, string Reason);

internal sealed record MissingDocument(string Image, string Reason);

internal sealed record RemovalDocument(
    IReadOnlyList<string> Tags, IReadOnlyList<string> Manifests, IReadOnlyList<string> Layers, IReadOnlyList<string> Repositories, IReadOnlyList<string> Blobs);

internal sealed record FindingDocument(string Severity, string Where, string What, string Advice, bool CanBeRepaired);

internal sealed record RestorationDocument(
    string Run, IReadOnlyList<RestoredDocument> Images, int Manifests, int Layers, int Blobs, long Bytes, IReadOnlyList<string> Remarks);

internal sealed record RestoredDocument(string Image, string? Digest, string Decision, string Reason);

internal sealed record RunDocument(
    string Run, DateTimeOffset? Began, string Verb, string State, IReadOnlyList<string> Tags, int Manifests, int Blobs, DateTimeOffset? Completed, DateTimeOffset? KeptUntil, long BytesInTrash);

internal sealed record CollectionDocument(
    int Blobs, long Bytes, int Manifests, int Tags, int Layers, int Uploads, int Leftovers, int RecentBlobs, long RecentBytes,
    long BytesInTrash, int WaitingBlobs, long WaitingBytes);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(ReportDocument))]
[JsonSerializable(typeof(List<ReportDocument>))]
internal sealed partial class ReportJsonContext : JsonSerializerContext;
