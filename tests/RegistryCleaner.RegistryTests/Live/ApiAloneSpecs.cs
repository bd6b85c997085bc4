using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests.Live;

// Where nothing but the address is given: tags and manifests go through the API, the space stays for a later collection.
public class ApiAloneSpecs
{
    private static readonly BuiltManifest One = ImageBuilder.Image("one");
    private static readonly BuiltManifest Two = ImageBuilder.Image("two");
    private static readonly BuiltManifest Index = ImageBuilder.TwoPlatformIndex("index");

    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_only_the_removed_tags_led_to_goes_and_siblings_stay(int version)
    {
        await using var scene = await StartAsync(version);
        var before = scene.Store.Fingerprint();

        (await RunAsync(scene, "--images", "app:1", "app:multi", "--dry-run")).ShouldEndWith(0);
        scene.Store.Fingerprint().ShouldBe(before);
        var result = (await RunAsync(scene, "--images", "app:1", "app:multi", "--output", "json")).ShouldEndWith(0);

        result.Json.GetProperty("removed").GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()).ShouldBe(["app:1", "app:multi"], ignoreOrder: true);
        result.Error.ShouldContain("GarbageCollect");
        await scene.ShouldHoldAsync(["app:same", "app:2"]);
        await scene.ShouldNotKnowAsync(["app:1", "app:multi", $"app@{Index.Digest}"]);

        // What it made on the way is garbage like the rest, and goes with it.
        (await scene.RunAsync("GarbageCollect", "--grace", "0s", "--delete-untagged", "--max-delete", "100%", "--offline")).ShouldEndWith(0);
        await scene.Registry.RestartAsync();
        await scene.ShouldHoldAsync(["app:same", "app:2"]);
        scene.Store.BlobSizes().Keys.Order().ShouldBe((await scene.BlobsOfAsync(["app:same", "app:2"])).Order());
    }

    [DockerFact]
    public async Task A_tag_that_points_elsewhere_by_now_is_not_the_one_that_was_meant()
    {
        await using var scene = await StartAsync(2);

        (await RunAsync(scene, "--images", $"app:1@{Two.Digest}")).ShouldEndWith(0).Error.ShouldContain("points to");

        await scene.ShouldHoldAsync(["app:1", "app:same", "app:2", "app:multi"]);
    }

    // In between, somebody may tag the image anew, and would want its signature.
    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_signature_goes_with_its_image_and_after_it(int version)
    {
        await using var scene = await StartAsync(version);
        var (signed, signature, tag) = await PushSignedAsync(scene);
        await using var proxy = new FaultyProxy(scene.Registry);
        var before = new List<bool>();
        proxy.Fault = async (_, request) =>
        {
            if (request.Method is "PUT" or "DELETE" && request.Target.Contains($"/manifests/{tag}", StringComparison.Ordinal))
                before.Add(await scene.Client.HeadManifestAsync("app", signed.Digest) is not null);
            return false;
        };

        (await CleanerInside.RunAsync("CleanImages", "--images", "app:signed", "--registry-url", proxy.Url)).ShouldEndWith(0);

        before.ShouldBe([false]);
        await scene.ShouldNotKnowAsync(["app:signed", $"app:{tag}", $"app@{signed.Digest}", $"app@{signature.Digest}"]);
        await scene.ShouldHoldAsync(["app:1", "app:same", "app:2", "app:multi"]);
    }

    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task An_image_that_is_pushed_anew_keeps_what_is_about_it_and_was_not_its_turn_yet(int version)
    {
        await using var scene = await StartAsync(version);
        var (signed, _, signature) = await PushSignedAsync(scene);
        var attestation = signature.Replace(".sig", ".att", StringComparison.Ordinal);
        await scene.Client.PushAsync(ImageBuilder.Image("attestation"), "app", attestation);
        await using var proxy = new FaultyProxy(scene.Registry);
        var untagged = "";
        proxy.Fault = async (_, request) =>
        {
            var tag = request.Target.Split('/')[^1];
            if (untagged.Length > 0 || request.Method is not ("PUT" or "DELETE") || !(tag == signature || tag == attestation))
                return false;
            untagged = tag;
            await scene.Client.PushAsync(signed, "app", "again");
            return false;
        };

        (await CleanerInside.RunAsync("CleanImages", "--images", "app:signed", "--registry-url", proxy.Url)).ShouldEndWith(5);

        // Which of them comes first is nobody's business.
        var left = untagged == signature ? attestation : signature;
        await scene.ShouldHoldAsync(["app:1", "app:same", "app:2", "app:multi", "app:again", $"app:{left}"]);
    }

    // It is about nothing by then, as after any tool that knows nothing of signatures.
    [DockerTheory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_run_that_is_killed_between_an_image_and_its_signature_leaves_the_signature_whole_and_removable(int version)
    {
        await using var scene = await StartAsync(version);
        var (signed, _, tag) = await PushSignedAsync(scene);
        await using var proxy = new FaultyProxy(scene.Registry);
        var (reached, never) = (new TaskCompletionSource(), new TaskCompletionSource());
        proxy.Fault = async (_, request) =>
        {
            if (request.Method is "PUT" or "DELETE" && request.Target.EndsWith($"/manifests/{tag}", StringComparison.Ordinal))
            {
                reached.TrySetResult();
                await never.Task;
            }

            return false;
        };
        using var process = CleanerProcess.Start(["CleanImages", "--images", "app:signed", "--registry-url", proxy.Url]);
        await ReachedAsync(reached.Task, process);
        process.Kill();
        await process.EndAsync();

        await scene.ShouldNotKnowAsync(["app:signed", $"app@{signed.Digest}"]);
        await scene.ShouldHoldAsync(["app:1", "app:same", "app:2", "app:multi", $"app:{tag}"]);
        (await RunAsync(scene, "--images", $"app:{tag}")).ShouldEndWith(0);
        await scene.ShouldHoldAsync(["app:1", "app:same", "app:2", "app:multi"]);
        never.SetResult();
    }

    [DockerFact]
    public async Task A_registry_that_does_not_delete_is_refused()
    {
        await using var scene = await RegistryScene.StartAsync();
        await scene.Client.PushAsync(One, "app", "1");

        (await RunAsync(scene, "--images", "app:1")).ShouldEndWith(4).Error.ShouldContain("storage.delete.enabled");

        await scene.ShouldHoldAsync(["app:1"]);
    }

    [DockerTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_the_placeholder_cannot_be_deleted_the_tag_points_where_it_did_unless_somebody_pushed_to_it(bool isPushed)
    {
        await using var scene = await StartAsync(2);
        await using var proxy = new FaultyProxy(scene.Registry);
        proxy.Fault = async (_, request) =>
        {
            if (request.Method != "DELETE" || !request.Target.Contains("/manifests/sha256:", StringComparison.Ordinal))
                return false;
            if (isPushed)
                await scene.Client.PushAsync(Two, "app", "1");
            return await request.AnswerAsync(500, []);
        };

        (await CleanerInside.RunAsync("CleanImages", "--images", "app:1", "--registry-url", proxy.Url)).ShouldEndWith(5);

        (await scene.Client.PullWholeAsync("app", "1")).ShouldBe(isPushed ? Two.Digest : One.Digest);
    }

    [DockerTheory]
    [InlineData("PUT", true)]
    [InlineData("DELETE", false)]
    public async Task Where_an_answer_is_lost_nothing_is_repeated_before_it_is_looked_where_the_tag_points_by_then(string method, bool isPushed)
    {
        await using var scene = await StartAsync(2);
        await using var proxy = new FaultyProxy(scene.Registry);
        var (isBegun, isLost) = (false, false);
        proxy.Fault = async (_, request) =>
        {
            isBegun |= request.Method == "PUT" && request.Target.Contains("/manifests/", StringComparison.Ordinal);
            if (isLost || !isBegun || request.Method != method || !request.Target.Contains("/manifests/", StringComparison.Ordinal))
                return false;
            isLost = true;
            (await proxy.SendOnAsync(request)).Dispose();
            if (isPushed)
                await scene.Client.PushAsync(Two, "app", "1");
            return request.Break();
        };

        (await CleanerInside.RunAsync("CleanImages", "--images", "app:1", "--registry-url", proxy.Url)).ShouldEndWith(isPushed ? 5 : 0);

        isLost.ShouldBeTrue();
        await scene.ShouldHoldAsync([.. isPushed ? ["app:1"] : Array.Empty<string>(), "app:same", "app:2", "app:multi"]);
        if (isPushed)
            (await scene.Client.PullWholeAsync("app", "1")).ShouldBe(Two.Digest);
    }

    // 2.x deletes the placeholder, and then gives up where it looks for the tags that point to it.
    [DockerFact]
    public async Task A_link_of_another_tag_that_is_half_written_leaves_no_tag_without_a_manifest()
    {
        await using var scene = await StartAsync(2);
        await using var proxy = new FaultyProxy(scene.Registry);
        var isBegun = false;
        proxy.Fault = (_, request) =>
        {
            isBegun |= request.Method == "PUT" && request.Target.Contains("/manifests/", StringComparison.Ordinal);
            if (isBegun && request.Method == "DELETE" && request.Target.Contains("/manifests/sha256:", StringComparison.Ordinal))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(scene.Store.TagLink("app", "half"))!);
                File.WriteAllText(scene.Store.TagLink("app", "half"), "");
            }

            return Task.FromResult(false);
        };

        (await CleanerInside.RunAsync("CleanImages", "--images", "app:1", "--registry-url", proxy.Url)).ShouldEndWith(5);

        Directory.Delete(Path.GetDirectoryName(Path.GetDirectoryName(scene.Store.TagLink("app", "half")))!, recursive: true);
        (await scene.Client.PullWholeAsync("app", "1")).ShouldBe(One.Digest);
        await scene.ShouldHoldAsync(["app:1", "app:same", "app:2", "app:multi"]);
    }

    // On 2.x a tag is made to point to a placeholder, and that is deleted: in between, the tag leads to nothing that anyone wants.
    [DockerFact]
    public async Task A_run_that_is_killed_before_it_deletes_the_placeholder_is_completed_by_the_next()
    {
        await using var scene = await StartAsync(2);
        await using var proxy = new FaultyProxy(scene.Registry);
        var (deleting, _) = HoldDeletes(proxy);
        using var process = CleanerProcess.Start(["CleanImages", "--images", "app:1", "--registry-url", proxy.Url]);
        await ReachedAsync(deleting, process);
        process.Kill();
        await process.EndAsync();
        (await scene.Client.PullWholeAsync("app", "1")).ShouldNotBe(One.Digest);
        await scene.ShouldHoldAsync(["app:1", "app:same", "app:2", "app:multi"]);

        (await RunAsync(scene, "--images", "app:1")).ShouldEndWith(0);

        await scene.ShouldHoldAsync(["app:same", "app:2", "app:multi"]);
    }

    [DockerFact]
    public async Task A_tag_that_is_pushed_before_the_placeholder_is_deleted_stays_as_it_was_pushed()
    {
        await using var scene = await StartAsync(2);
        await using var proxy = new FaultyProxy(scene.Registry);
        var (deleting, goOn) = HoldDeletes(proxy);
        using var process = CleanerProcess.Start(["CleanImages", "--images", "app:1", "--registry-url", proxy.Url]);
        await ReachedAsync(deleting, process);
        await scene.Client.PushAsync(Two, "app", "1");
        goOn.SetResult();

        (await process.EndAsync()).ShouldEndWith(0);

        await scene.ShouldHoldAsync(["app:1", "app:same", "app:2", "app:multi"]);
        (await scene.Client.PullWholeAsync("app", "1")).ShouldBe(Two.Digest);
    }

    [DockerFact]
    public async Task What_needs_the_files_says_so()
    {
        await using var scene = await StartAsync(2);

        (await CleanerInside.RunAsync("GarbageCollect", "--registry-url", $"http://{scene.Registry.Host}")).ShouldEndWith(2).Error.ShouldContain("--registry-root");
        (await RunAsync(scene, "--images", "app:1", "--restart")).ShouldEndWith(2);
    }

    private static async Task ReachedAsync(Task point, CleanerProcess process)
    {
        while (!point.IsCompleted && !process.HasEnded)
            await Task.Delay(20);
        if (!point.IsCompleted)
            (await process.EndAsync()).ShouldEndWith(-1);
    }

    // Keeps the request that deletes the placeholder from the registry until told to go on. What a registry allows is found out by
    // deleting what is not there, before.
    private static (Task Deleting, TaskCompletionSource GoOn) HoldDeletes(FaultyProxy proxy)
    {
        var (deleting, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var isPushed = false;
        proxy.Fault = async (_, request) =>
        {
            isPushed |= request.Method == "PUT" && request.Target.Contains("/manifests/", StringComparison.Ordinal);
            if (isPushed && request.Method == "DELETE" && request.Target.Contains("/manifests/", StringComparison.Ordinal))
            {
                deleting.TrySetResult();
                await goOn.Task;
            }

            return false;
        };
        return (deleting.Task, goOn);
    }

    private static async Task<RegistryScene> StartAsync(int version)
    {
        var scene = await RegistryScene.StartAsync(version: version, live: true);
        await scene.Client.PushAsync(One, "app", "1");
        await scene.Client.PushAsync(One, "app", "same");
        await scene.Client.PushAsync(Two, "app", "2");
        await scene.Client.PushAsync(Index, "app", "multi");
        return scene;
    }

    private static async Task<(BuiltManifest Signed, BuiltManifest Signature, string Tag)> PushSignedAsync(RegistryScene scene)
    {
        var (signed, signature) = (ImageBuilder.Image("signed"), ImageBuilder.Image("signature"));
        var tag = $"{signed.Digest.Replace(':', '-')}.sig";
        await scene.Client.PushAsync(signed, "app", "signed");
        await scene.Client.PushAsync(signature, "app", tag);
        return (signed, signature, tag);
    }

    private static Task<CleanerResult> RunAsync(RegistryScene scene, params string[] words) =>
        CleanerInside.RunAsync(["CleanImages", .. words, "--registry-url", $"http://{scene.Registry.Host}"]);
}
