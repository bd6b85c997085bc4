using CliWrap;
using CliWrap.Buffered;

namespace RegistryCleaner.RegistryTests.Fixture;

internal sealed partial class RegistryClient
{
    // Returns the digest. An index is pushed with all that it lists; nothing is converted on the way.
    public async Task<string> PushWithSkopeoAsync(BuiltManifest image, string repository, string tag)
    {
        using var layout = new TemporaryDirectory();
        if (image.IsOci)
            ImageLayouts.WriteOci(image, layout.Path);
        else
            ImageLayouts.WriteDirectory(image, layout.Path);

        await SkopeoCopyAsync("--dest-tls-verify=false", $"{(image.IsOci ? "oci" : "dir")}:{layout.Path}", SkopeoName(repository, tag));
        return image.Digest;
    }

    // Throws where skopeo cannot pull all of it.
    public async Task PullWithSkopeoAsync(string repository, string reference)
    {
        using var layout = new TemporaryDirectory();
        await SkopeoCopyAsync("--src-tls-verify=false", SkopeoName(repository, reference), $"dir:{layout.Path}");
    }

    private static async Task SkopeoCopyAsync(string option, string source, string destination) =>
        await Cli.Wrap("skopeo")
            .WithArguments(["copy", "--quiet", "--all", "--preserve-digests", option, source, destination])
            .ExecuteBufferedAsync();

    private string SkopeoName(string repository, string reference) => $"docker://{DockerName(repository, reference)}";
}
