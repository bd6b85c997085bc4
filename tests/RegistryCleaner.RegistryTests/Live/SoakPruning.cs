using RegistryCleaner.RegistryTests.Fixture;

namespace RegistryCleaner.RegistryTests.Live;

// The ways to prune a registry that goes on serving.
internal static class SoakPruning
{
    // Our program, as a process, through `docker exec`; now and then it collects, too, whatever is not tagged at that moment.
    public static async Task WithCleanerAsync(RegistryScene scene, IReadOnlyList<SoakTag> tags, int number, SoakCounts counts)
    {
        string[] words = number % 4 == 3
            ? ["GarbageCollect", "--delete-untagged", "--grace", "0s", "--max-delete", "100%"]
            : ["CleanImages", "--images", .. tags.Select(tag => tag.ToString())];
        var result = await scene.RunAsync([.. words, "--settle", "1s", "--output", "json"]);
        // 5: something changed meanwhile, and stays.
        if (result.ExitCode is not (0 or 5))
            throw new InvalidOperationException($"The cleaner ended with {result.ExitCode}.\n{result.Output}\n{result.Error}");
        counts.Add("bytes freed", result.Collected("bytes"));
        counts.Add("manifests whose data went", CleanerResult.Items(result.Json, "removed").Where(item => item.StartsWith("manifests ", StringComparison.Ordinal))
            .Select(item => $"blobs {item[(item.IndexOf('@') + 1)..]}").Distinct().Intersect(CleanerResult.Items(result.Json, "removed")).Count());
        counts.Add("manifests whose data waits", result.Collected("waitingBlobs"));
        counts.Add(result.ExitCode == 0 ? "runs" : "runs that met a push");
    }

    // As clean_registry.py does it: the tag's directory as a tree, or the repository's where that was its only tag, and the
    // registry's own collector.
    public static async Task WithScriptAsync(RegistryScene scene, IReadOnlyList<SoakTag> tags, int number, SoakCounts counts)
    {
        foreach (var tag in tags)
        {
            var directory = new DirectoryInfo(scene.Store.Repository(tag.Repository, "_manifests/tags"));
            if (!directory.Exists)
                continue;
            var whole = directory.EnumerateDirectories().Select(other => other.Name).SequenceEqual([tag.Tag]);
            try
            {
                Directory.Delete(whole ? scene.Store.Repository(tag.Repository) : $"{directory.FullName}/{tag.Tag}", recursive: true);
            }
            catch (IOException)
            {
                counts.Add("tags that could not be removed");
            }
        }

        await CollectAsync(scene, counts, "--delete-untagged");
    }

    // As the registry's manual has it, but for the restart: manifests by its API, with every other tag that they have, and blobs by
    // its collector.
    public static async Task WithRegistryAsync(RegistryScene scene, IReadOnlyList<SoakTag> tags, int number, SoakCounts counts)
    {
        using var http = new HttpClient();
        foreach (var tag in tags)
        {
            using var response = await http.DeleteAsync(new Uri($"http://{scene.Registry.Host}/v2/{tag.Repository}/manifests/{tag.Digest}"));
        }

        await CollectAsync(scene, counts);
    }

    private static async Task CollectAsync(RegistryScene scene, SoakCounts counts, params string[] options)
    {
        var before = Size(scene);
        var result = await scene.Registry.ExecAsync(
            ["/bin/registry", "garbage-collect", .. options, scene.Registry.ConfigurationPath], CliWrap.PipeSource.Null, CliWrap.CommandResultValidation.None);
        counts.Add(result.ExitCode == 0 ? "runs" : "runs that gave up");
        counts.Add("bytes freed, about", Math.Max(0, before - Size(scene)));
    }

    private static long Size(RegistryScene scene)
    {
        try
        {
            return scene.Store.BlobSizes().Values.Sum();
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
