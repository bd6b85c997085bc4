using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests.Live;

// One registry for all rows; each has a repository of its own in it.
public sealed class FaultyRegistry : IAsyncLifetime
{
    private RegistryScene? scene;

    internal async Task<RegistryScene> SceneAsync() => scene ??= await RegistryScene.StartAsync(live: true);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await (scene?.DisposeAsync() ?? ValueTask.CompletedTask);
}

// What lies between the tool and the API may fail at any request: what is kept stays whole, the report says that something is left
// to be done, and the next run does it.
public class FaultSpecs(FaultyRegistry registry) : IClassFixture<FaultyRegistry>
{
    // The first seven requests find out who serves, and whether it will listen; from then on things go. FaultTests tries each request.
    [DockerTheory]
    [InlineData("refused", 1, 4)]
    [InlineData("broken", 8, 5)]
    [InlineData("token expired", 13, 5)]
    [InlineData("500", 19, 5)]
    public async Task A_fault_that_lasts_leaves_a_whole_store_and_the_next_run_completes_what_was_begun(string fault, int from, int exitCode)
    {
        var scene = await registry.SceneAsync();
        var repository = $"r{Guid.NewGuid():N}";
        await PushAsync(scene, repository);
        await using var proxy = new FaultyProxy(scene.Registry);
        proxy.Fault = async (number, request) => number >= from && await FailAsync(fault, proxy, request);

        var result = await RunAsync(scene, repository, proxy);
        proxy.Requests.ShouldBeGreaterThanOrEqualTo(from);
        result.ShouldEndWith(exitCode);
        if (exitCode == 5)
            result.Error.ShouldContain("next run");
        await scene.ShouldPullWholeAsync([$"{repository}:kept", .. exitCode == 4 ? [$"{repository}:old"] : Array.Empty<string>()]);

        (await CleanerInside.RunAsync([$"{repository}:old", .. scene.Where, "--settle", "1s"])).ShouldEndWith(0);
        await ShouldBeDoneAsync(scene, repository);
    }

    [DockerTheory]
    [InlineData("broken", 1)]
    [InlineData("in the middle", 9)]
    public async Task A_fault_that_passes_is_not_noticed(string fault, int at)
    {
        var scene = await registry.SceneAsync();
        var repository = $"r{Guid.NewGuid():N}";
        await PushAsync(scene, repository);
        await using var proxy = new FaultyProxy(scene.Registry);
        proxy.Fault = async (number, request) => number == at && await FailAsync(fault, proxy, request);

        (await RunAsync(scene, repository, proxy)).ShouldEndWith(0);
        await ShouldBeDoneAsync(scene, repository);
    }

    [DockerFact]
    public async Task A_proxy_that_answers_OPTIONS_itself_says_nothing_about_the_registry()
    {
        var scene = await registry.SceneAsync();
        var repository = $"r{Guid.NewGuid():N}";
        await PushAsync(scene, repository);
        await using var proxy = new FaultyProxy(scene.Registry);
        proxy.Fault = async (_, request) => request.Method == "OPTIONS" && await request.AnswerAsync(200, [], "Allow: GET, HEAD");

        (await RunAsync(scene, repository, proxy)).ShouldEndWith(0).Error.ShouldContain("goes on serving; it is told what to forget");
        await ShouldBeDoneAsync(scene, repository);
    }

    // It may let others push.
    [DockerFact]
    public async Task One_that_lets_nobody_push_does_not_make_a_registry_read_only()
    {
        var scene = await registry.SceneAsync();
        var repository = $"r{Guid.NewGuid():N}";
        await PushAsync(scene, repository);
        await using var proxy = new FaultyProxy(scene.Registry);
        proxy.Fault = async (_, request) => request.Method is "OPTIONS" or "DELETE" && await request.AnswerAsync(405, [], "Allow: GET, HEAD");

        (await RunAsync(scene, repository, proxy)).ShouldEndWith(4).Error.ShouldContain("takes no pushes");
        await scene.ShouldPullWholeAsync([$"{repository}:old", $"{repository}:kept"]);
    }

    // The blob stays, as another repository has it: nothing else would find out later that it is remembered here.
    [DockerTheory]
    [InlineData(1, 0)]
    [InlineData(int.MaxValue, 5)]
    public async Task A_layer_that_another_repository_shares_is_forgotten_even_if_whoever_stands_in_front_has_no_time(int refusals, int exitCode)
    {
        var scene = await registry.SceneAsync();
        var repository = $"r{Guid.NewGuid():N}";
        await PushAsync(scene, repository);
        var (shared, left) = (BuiltLayer.From($"{repository} shared"), refusals);
        var digest = BuiltBlob.DigestOf(shared.Compressed);
        foreach (var (name, tag) in new[] { (repository, "sharing"), ($"{repository}/other", "sharing") })
            await scene.Client.PushAsync(ImageBuilder.Image($"{repository} sharing", layers: [shared]), name, tag);
        await scene.ShouldPullWholeAsync([$"{repository}:sharing"]);
        await using var proxy = new FaultyProxy(scene.Registry);
        proxy.Fault = async (_, request) => request.Method == "DELETE" && request.Target.EndsWith(digest, StringComparison.Ordinal) && left-- > 0 && await request.AnswerAsync(503, []);

        (await CleanerInside.RunAsync([$"{repository}:sharing", .. scene.Where, "--settle", "1s", "--registry-url", proxy.Url])).ShouldEndWith(exitCode);
        if (exitCode != 0)
            (await CleanerInside.RunAsync([$"{repository}:sharing", .. scene.Where, "--settle", "1s"])).ShouldEndWith(0);

        (await scene.Client.HasBlobAsync(repository, digest)).ShouldBeFalse();
        await scene.ShouldPullWholeAsync([$"{repository}:kept", $"{repository}/other:sharing"]);
    }

    [DockerFact]
    public async Task Whoever_may_not_look_into_other_repositories_frees_what_these_surely_do_not_have()
    {
        var scene = await registry.SceneAsync();
        var repository = $"r{Guid.NewGuid():N}";
        await PushAsync(scene, repository);
        await scene.Client.PushAsync(ImageBuilder.Image($"{repository} kept"), "aaa/first", repository);
        await using var proxy = new FaultyProxy(scene.Registry);
        proxy.Fault = async (_, request) => !request.Target.StartsWith($"/v2/{repository}/", StringComparison.Ordinal) && request.Target != "/v2/" && await request.AnswerAsync(403, []);

        (await RunAsync(scene, repository, proxy)).ShouldEndWith(0);
        await ShouldBeDoneAsync(scene, repository);
    }

    private static async Task<bool> FailAsync(string fault, FaultyProxy proxy, ProxiedRequest request)
    {
        switch (fault)
        {
            case "500":
                return await request.AnswerAsync(500, []);
            case "token expired":
                return await request.AnswerAsync(401, [], "WWW-Authenticate: Bearer realm=\"http://localhost:1/token\"");
            case "in the middle":
                return await request.BreakInTheMiddleAsync();
            case "refused":
                proxy.Refuse();
                return request.Break();
            default:
                return request.Break();
        }
    }

    private static async Task PushAsync(RegistryScene scene, string repository)
    {
        // What the rows before left would be looked through first.
        if (Directory.Exists(scene.Store.Trash))
            Directory.Delete(scene.Store.Trash, recursive: true);
        await scene.Client.PushAsync(ImageBuilder.TwoPlatformIndex($"{repository} old"), repository, "old");
        await scene.Client.PushAsync(ImageBuilder.Image($"{repository} kept"), repository, "kept");
        // Fills the registry's cache.
        await scene.ShouldPullWholeAsync([$"{repository}:old", $"{repository}:kept"]);
    }

    private static Task<CleanerResult> RunAsync(RegistryScene scene, string repository, FaultyProxy proxy) =>
        CleanerInside.RunAsync([$"{repository}:old", .. scene.Where, "--settle", "1s", "--registry-url", proxy.Url]);

    // The same image can be pushed again, and is whole then.
    private static async Task ShouldBeDoneAsync(RegistryScene scene, string repository)
    {
        (await scene.Client.TagsAsync(repository)).ShouldBe(["kept"]);
        await scene.Client.PushAsync(ImageBuilder.TwoPlatformIndex($"{repository} old"), repository, "old");
        await scene.ShouldPullWholeAsync([$"{repository}:old", $"{repository}:kept"]);
    }
}
