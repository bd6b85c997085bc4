using CliWrap.Exceptions;
using RegistryCleaner.RegistryTests.Fixture;

namespace RegistryCleaner.RegistryTests.Live;

// Those who push to a registry and pull from it, over and over, while somebody prunes it.
internal sealed class SoakClients(RegistryClient client, SoakTags tags, SoakCounts counts, CancellationToken end)
{
    private const int Attempts = 5;

    private static readonly string[] Repositories = ["soak/a", "soak/b", "soak/a/nested"];
    private static readonly BuiltLayer[] Shared = [.. Enumerable.Range(0, 4).Select(number => BuiltLayer.From($"shared {number}", 20_000))];

    // Few enough to be pushed again and again, while they are being removed.
    private static readonly BuiltManifest[] Same = [.. Enumerable.Range(0, 5).Select(number => ImageBuilder.Image($"same {number}", layers: [Shared[number % 4], BuiltLayer.From($"same {number}", 20_000)]))];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public Task PushOverHttpAsync(int worker) => PushAsync(worker, "http", async (image, repository, tag, random) =>
    {
        if (random.Next(3) == 0)
            await MountAsync(image, repository, random);
        return random.Next(4) == 0 ? await client.PushAsync(image, repository, tag) : await client.PushMissingAsync(image, repository, tag);
    });

    public Task PushWithSkopeoAsync(int worker) => PushAsync(worker, "skopeo", (image, repository, tag, _) => client.PushWithSkopeoAsync(image, repository, tag));

    // It knows no index.
    public Task PushWithDockerAsync(int worker) => PushAsync(worker, "docker", (image, repository, tag, _) =>
        client.PushWithDockerAsync(image.Children.Count > 0 ? image.Children[0] : image, repository, tag));

    public async Task PullAsync(int worker, Func<SoakTag, Task> pull)
    {
        var random = new Random(worker);
        while (!end.IsCancellationRequested)
        {
            if (tags.Pick(random) is { } tag)
                await PullAsync(tag, pull);
            else
                await Task.Delay(100);
        }
    }

    public async Task PullOverHttpAsync(SoakTag tag)
    {
        if (await client.PullWholeAsync(tag.Repository, tag.Tag) != tag.Digest)
            throw new IncompletePullException($"{tag} is another image");
    }

    public static async Task<bool> IsPullableAsync(SoakTag tag, Func<SoakTag, Task> pull)
    {
        try
        {
            await pull(tag);
            return true;
        }
        catch (Exception exception) when (IsRefusal(exception))
        {
            return false;
        }
    }

    // What cannot be pulled now may be a moment later; what cannot be pulled at the end either is counted there.
    private async Task PullAsync(SoakTag tag, Func<SoakTag, Task> pull)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await IsPullableAsync(tag, pull) is var isPullable && !tags.IsWanted(tag))
                return;
            if (isPullable)
            {
                counts.Add("pulls");
                return;
            }

            if (attempt == 0)
                counts.Add("pulls that failed");
            await Task.Delay(Patience);
        }

        counts.Add("pulls that failed again and again");
    }

    private async Task PushAsync(int worker, string way, Func<BuiltManifest, string, string, Random, Task<string>> push)
    {
        var random = new Random(worker);
        for (var number = 0; !end.IsCancellationRequested; number++)
        {
            var (image, repository, tag) = (Choose(worker, number, random), Repositories[random.Next(Repositories.Length)], $"{way}-{worker}-{number}");
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    tags.Add(new SoakTag(repository, tag, await push(image, repository, tag, random)), stays: random.Next(8) == 0);
                    counts.Add($"pushes, {way}");
                    break;
                }
                catch (Exception exception) when (IsRefusal(exception))
                {
                    counts.Add($"pushes refused, {way}");
                    if (attempt == Attempts)
                    {
                        counts.Add("pushes never accepted");
                        break;
                    }
                }
            }

            await Task.Delay(random.Next(100));
        }
    }

    // What comes first is something whose removal frees space.
    private static BuiltManifest Choose(int worker, int number, Random random) => (number == 0 ? 1 : random.Next(4)) switch
    {
        0 => ImageBuilder.Index(ManifestFormat.Oci, Same[random.Next(Same.Length)], New($"{worker}/{number}/child")),
        1 => New($"{worker}/{number}"),
        _ => Same[random.Next(Same.Length)],
    };

    // Its config is its own; its layers are others', too.
    private static BuiltManifest New(string seed)
    {
        var random = new Random(seed.Length);
        return ImageBuilder.Image(seed, layers: [Shared[random.Next(Shared.Length)], BuiltLayer.From(seed, 20_000), Same[random.Next(Same.Length)].Layers[1]]);
    }

    private async Task MountAsync(BuiltManifest image, string repository, Random random)
    {
        foreach (var blob in image.Blobs)
            await client.MountBlobAsync(repository, blob.Digest, Repositories[random.Next(Repositories.Length)]);
    }

    private static bool IsRefusal(Exception exception) => exception is HttpRequestException or CommandExecutionException or IncompletePullException or InvalidOperationException;
}
