using CliWrap;
using CliWrap.Buffered;

namespace RegistryCleaner.RegistryTests.Fixture;

internal sealed partial class RegistryClient
{
    // The engine's own image store is shared by all tests: one image's removal must not cross another's push.
    private static readonly SemaphoreSlim DockerOneAtATime = new(1);

    // Returns the digest, which is the engine's: it compresses the layers again and writes a manifest of its own.
    public async Task<string> PushWithDockerAsync(BuiltManifest image, string repository, string tag)
    {
        var name = DockerName(repository, tag);
        await DockerOneAtATime.WaitAsync();
        try
        {
            var archive = PipeSource.Create((stream, cancellation) => ImageLayouts.WriteDockerArchiveAsync(image, name, stream, cancellation));
            await DockerAsync(["load", "--quiet"], archive);
            try
            {
                await DockerAsync(["push", "--quiet", name]);
            }
            finally
            {
                await DockerAsync(["rmi", name]);
            }
        }
        finally
        {
            DockerOneAtATime.Release();
        }

        return await HeadManifestAsync(repository, tag)
            ?? throw new InvalidOperationException($"docker pushed {name}, and the registry does not know it.");
    }

    // Throws where docker cannot pull it. The image is removed again, so that the next pull has to fetch it.
    public async Task PullWithDockerAsync(string repository, string reference)
    {
        var name = DockerName(repository, reference);
        await DockerOneAtATime.WaitAsync();
        try
        {
            await DockerAsync(["pull", "--quiet", name]);
            await DockerAsync(["rmi", name]);
        }
        finally
        {
            DockerOneAtATime.Release();
        }
    }

    private static async Task DockerAsync(string[] arguments, PipeSource? standardInput = null) =>
        await ContainerEngine.Docker.Command(arguments)
            .WithStandardInputPipe(standardInput ?? PipeSource.Null)
            .ExecuteBufferedAsync();

    private string DockerName(string repository, string reference) =>
        $"localhost:{port}/{repository}{(reference.Contains(':') ? '@' : ':')}{reference}";
}
