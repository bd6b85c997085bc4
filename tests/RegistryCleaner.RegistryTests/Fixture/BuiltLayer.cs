using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace RegistryCleaner.RegistryTests.Fixture;

// A layer that a container engine can load: a compressed tar archive with one file. The same seed and size make the
// same bytes, so two images given the same layer share its blob.
internal sealed class BuiltLayer
{
    private BuiltLayer(byte[] tar)
    {
        Tar = tar;
        Compressed = Compress(tar);
        DiffId = BuiltBlob.DigestOf(tar);
    }

    public byte[] Tar { get; }

    public byte[] Compressed { get; }

    // The digest of the archive before compression, by which an image's configuration names its layers.
    public string DiffId { get; }

    // The blob is a little larger than the size: random bytes do not compress.
    public static BuiltLayer From(string seed, int size = 1024)
    {
        var content = new byte[size];
        var start = BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes(seed)));
        new Random(start).NextBytes(content);

        using var archive = new MemoryStream();
        using (var tar = new TarWriter(archive, TarEntryFormat.Ustar, leaveOpen: true))
        {
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"layer-{BuiltBlob.DigestOf(content)[7..19]}")
            {
                DataStream = new MemoryStream(content),
                ModificationTime = DateTimeOffset.UnixEpoch,
            });
        }

        return new(archive.ToArray());
    }

    private static byte[] Compress(byte[] tar)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(tar);

        return compressed.ToArray();
    }
}
