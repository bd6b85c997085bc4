namespace RegistryCleaner.RegistryTests.Fixture;

// A manifest with all that has to be in a repository before it.
internal sealed class BuiltManifest(string mediaType, byte[] bytes) : BuiltBlob(mediaType, bytes)
{
    // Null for what no platform runs: an index, an artifact.
    public string? Architecture { get; init; }

    public BuiltBlob? Config { get; init; }

    public IReadOnlyList<BuiltLayer> Layers { get; init; } = [];

    // The config and the layers, as they are stored.
    public IReadOnlyList<BuiltBlob> Blobs { get; init; } = [];

    public IReadOnlyList<BuiltManifest> Children { get; init; } = [];

    public bool IsOci => MediaType is MediaTypes.OciManifest or MediaTypes.OciIndex;

    public IEnumerable<BuiltManifest> ThisAndDescendants => [this, .. Children.SelectMany(child => child.ThisAndDescendants)];
}
