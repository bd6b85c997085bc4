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
    [InlineData("500", 1, 4)]
    [InlineData("500", 3, 4)]
    [InlineData("token expired", 2, 4)]
    [InlineData("broken", 5, 5)]
    [InlineData("500", 6, 5)]
    [InlineData("refused", 8, 5)]
    [InlineData("token expired", 10, 5)]
    [InlineData("in the middle", 12, 5)]
    [InlineData("500", 16, 5)]
    [InlineData("broken", 20, 5)]
    public async Task A_fault_that_lasts_leaves_a_whole_store_and_the_next_run_completes_what_was_begun(string fault, int from, int exitCode)
    {
        var scene = await registry.SceneAsync();
        var repository = $"r{Guid.NewGuid():N}";
        await PushAsync(scene, repository);
        await using var proxy = new FaultyProxy(scene.Registry);
        proxy.Fault = async (number, context) => number >= from && await FailAsync(fault, context);

        var result = await RunAsync(scene, repository, proxy);
        proxy.Requests.ShouldBeGreaterThanOrEqualTo(from);
        result.ShouldEndWith(exitCode);
        if (exitCode == 5)
            result.Error.ShouldContain("next run");
        await scene.ShouldPullWholeAsync([$"{repository}:kept", .. exitCode == 4 ? [$"{repository}:old"] : Array.Empty<string>()]);

        proxy.Fault = (_, _) => Task.FromResult(false);
        (await RunAsync(scene, repository, proxy)).ShouldEndWith(0);
        await ShouldBeDoneAsync(scene, repository);
    }

    [DockerTheory]
    [InlineData("broken", 2)]
    [InlineData("500", 3)]
    [InlineData("broken", 7)]
    [InlineData("in the middle", 9)]
    [InlineData("slow", 11)]
    public async Task A_fault_that_passes_is_not_noticed(string fault, int at)
    {
        var scene = await registry.SceneAsync();
        var repository = $"r{Guid.NewGuid():N}";
        await PushAsync(scene, repository);
        await using var proxy = new FaultyProxy(scene.Registry);
        proxy.Fault = async (number, context) => number == at && await FailAsync(fault, context);

        (await RunAsync(scene, repository, proxy)).ShouldEndWith(0);
        await ShouldBeDoneAsync(scene, repository);
    }

    [DockerTheory]
    [InlineData("GET, HEAD")]
    [InlineData("GET, POST, OPTIONS")]
    public async Task A_proxy_that_answers_OPTIONS_itself_says_nothing_about_the_registry(string allow)
    {
        var scene = await registry.SceneAsync();
        var repository = $"r{Guid.NewGuid():N}";
        await PushAsync(scene, repository);
        await using var proxy = new FaultyProxy(scene.Registry);
        proxy.Fault = (_, context) => Task.FromResult(context.Request.HttpMethod == "OPTIONS" && FaultyProxy.Answer(context, 204, ("Allow", allow)));

        (await RunAsync(scene, repository, proxy)).ShouldEndWith(0).Error.ShouldContain("goes on serving; it is told what to forget");
        await ShouldBeDoneAsync(scene, repository);
    }

    private static async Task<bool> FailAsync(string fault, System.Net.HttpListenerContext context)
    {
        switch (fault)
        {
            case "500":
                return FaultyProxy.Answer(context, 500);
            case "token expired":
                return FaultyProxy.Answer(context, 401, ("WWW-Authenticate", "Bearer realm=\"http://localhost:1/token\""));
            case "in the middle":
                return await FaultyProxy.BreakInTheMiddleAsync(context);
            case "slow":
                await Task.Delay(1500);
                return false;
            default:
                return FaultyProxy.Break(context);
        }
    }

    private static async Task PushAsync(RegistryScene scene, string repository)
    {
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
