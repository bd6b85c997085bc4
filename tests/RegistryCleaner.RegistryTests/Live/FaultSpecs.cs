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
    // The first four requests find out who serves; from then on things go.
    [DockerTheory]
    [InlineData("refused", 1, 4)]
    [InlineData("500", 3, 4)]
    [InlineData("broken", 5, 5)]
    [InlineData("refused", 8, 5)]
    [InlineData("token expired", 10, 5)]
    [InlineData("500", 16, 5)]
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

        (await CleanerProcess.RunAsync([$"{repository}:old", .. scene.Where, "--settle", "1s"])).ShouldEndWith(0);
        await ShouldBeDoneAsync(scene, repository);
    }

    [DockerTheory]
    [InlineData("broken", 7)]
    [InlineData("in the middle", 9)]
    [InlineData("slow", 11)]
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
            case "slow":
                await Task.Delay(1500);
                return false;
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
        CleanerProcess.RunAsync([$"{repository}:old", .. scene.Where, "--settle", "1s", "--registry-url", proxy.Url]);

    // The same image can be pushed again, and is whole then.
    private static async Task ShouldBeDoneAsync(RegistryScene scene, string repository)
    {
        (await scene.Client.TagsAsync(repository)).ShouldBe(["kept"]);
        await scene.Client.PushAsync(ImageBuilder.TwoPlatformIndex($"{repository} old"), repository, "old");
        await scene.ShouldPullWholeAsync([$"{repository}:old", $"{repository}:kept"]);
    }
}
