using System.Text;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;

namespace RegistryCleaner.Benchmarks;

/// <summary>Writes a store of a given shape, the same each time.</summary>
internal sealed class StoreGenerator(StoreShape shape, string rootDirectory)
{
    private const int LayerSize = 48;
    private static readonly TimeSpan s_age = TimeSpan.FromDays(30);

    private readonly StoreBuilder _builder = new(rootDirectory);
    private readonly Digest[] _bases = new Digest[StoreShape.BaseImages * StoreShape.BaseLayers];

    public void Write()
    {
        for (var i = 0; i < _bases.Length; i++)
            _bases[i] = _builder.Blob(Content($"base {i}"));
        Parallel.For(0, shape.Repositories, LinkBases);
        Parallel.For(0, shape.Repositories * shape.Tags, index => WriteTag(StoreShape.RepositoryName(index / shape.Tags), index % shape.Tags));

        Parallel.For(0, 256, i => Age(StoreLayout.BlobShard((byte)i)));
        Parallel.For(0, shape.Repositories, i => Age(StoreLayout.Repository(RepositoryName.Parse(StoreShape.RepositoryName(i)))));
    }

    private void LinkBases(int repository)
    {
        foreach (var layer in _bases)
            _builder.WriteLink(StoreLayout.LayerLink(RepositoryName.Parse(StoreShape.RepositoryName(repository)), layer), layer);
    }

    private void WriteTag(string repository, int tag)
    {
        var name = StoreShape.TagName(tag);
        if (StoreShape.WasPushedTwice(tag))
            _builder.Tag(repository, name, WriteImage(repository, tag, "first push"));
        var digest = StoreShape.IsIndex(tag)
            ? _builder.Index(repository, WriteImage(repository, tag, "amd64"), WriteImage(repository, tag, "arm64"))
            : WriteImage(repository, tag, "");
        _builder.Tag(repository, name, digest);

        if (StoreShape.IsSigned(tag))
            _builder.Tag(repository, $"sha256-{digest.Hex}.sig", _builder.Image(repository, $"signature of {repository}:{name}", WriteLayer(repository, $"signature {tag}")));
        if (StoreShape.LeftGarbage(tag))
            LeaveGarbage(repository, tag);
    }

    private Digest WriteImage(string repository, int tag, string variant)
    {
        var layers = _bases.AsSpan(tag % StoreShape.BaseImages * StoreShape.BaseLayers, StoreShape.BaseLayers).ToArray().ToList();
        for (var i = 0; i < StoreShape.OwnLayers; i++)
            layers.Add(WriteLayer(repository, $"{tag} {variant} {i}"));
        return _builder.Image(repository, $"{shape.Seed} {repository} {tag} {variant}", [.. layers]);
    }

    private Digest WriteLayer(string repository, string seed) => _builder.Layer(repository, Content($"{repository} {seed}"));

    private void LeaveGarbage(string repository, int tag)
    {
        WriteLayer(repository, $"{tag} without a manifest");
        _builder.Blob(Content($"{repository} {tag} without a link"));
        var gone = Digest.OfContent(Content($"{repository} {tag} gone"));
        _builder.WriteLink(StoreLayout.LayerLink(RepositoryName.Parse(repository), gone), gone);
    }

    private byte[] Content(string seed) => Encoding.UTF8.GetBytes($"{shape.Seed} {seed}".PadRight(LayerSize));

    private void Age(string path) => StoreBuilder.Age(_builder.FullPath(path), s_age);
}
