using CliWrap.Buffered;
using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests;

// A release says what it supersedes: what stays can be rolled back to, and the registry itself is asked.
public class RetentionSpecs
{
    private static readonly BuiltLayer Base = BuiltLayer.From("base", 50_000);

    [DockerTheory]
    [InlineData(RegistryScene.DockerExec, 2)]
    [InlineData(RegistryScene.DockerExec, 3)]
    [InlineData(RegistryScene.MountedDirectory, 2)]
    public async Task Release_after_release_two_stay_to_roll_back_to_while_the_registry_serves(string wayIn, int version)
    {
        await using var scene = await RegistryScene.StartAsync(wayIn, version, live: true);
        await ReleaseAsync(scene, "1.3.9");
        await ReleaseAsync(scene, "1.4.0-rc1");
        await ReleaseAsync(scene, "1.4.0");
        (await scene.RunAsync("CleanImages", "--superseded-by", "team/app:1.4.0", "--keep-last", "2")).ShouldEndWith(0);
        await scene.ShouldHoldAsync(["team/app:1.3.9", "team/app:1.4.0", "team/app:latest"]);

        await ReleaseAsync(scene, "1.4.1");
        (await scene.RunAsync("CleanImages", "--superseded-by", "team/app:1.4.1", "--keep-last", "2")).ShouldEndWith(0);
        await scene.ShouldHoldAsync(["team/app:1.3.9", "team/app:1.4.0", "team/app:1.4.1", "team/app:latest"]);

        await ReleaseAsync(scene, "1.4.2");
        var said = (await scene.RunAsync("CleanImages", "--superseded-by", $"{scene.Registry.Host}/team/app:1.4.2", "--registry-hosts", scene.Registry.Host, "--keep-last", "2", "--output", "json")).ShouldEndWith(0);
        CleanerResult.Items(said.Json, "removed").ShouldContain("tags team/app:1.4.0");
        await scene.ShouldHoldAsync(["team/app:1.3.9", "team/app:1.4.1", "team/app:1.4.2", "team/app:latest"]);
        await scene.ShouldNotKnowAsync(["team/app:1.4.0", "team/app:1.4.0-rc1"]);

        // Rolled back to, and released once more.
        await scene.Client.PullWithSkopeoAsync("team/app", "1.4.1");
        await scene.Client.PullWithDockerAsync("team/app", "1.4.1");
        await scene.Client.PushWithSkopeoAsync(Image("1.4.0"), "team/app", "1.4.0");
        await scene.ShouldHoldAsync(["team/app:1.3.9", "team/app:1.4.0", "team/app:1.4.1", "team/app:1.4.2", "team/app:latest"]);
    }

    [DockerFact]
    public async Task A_plan_is_applied_as_it_was_reviewed_and_a_tag_that_was_pushed_to_since_stays()
    {
        await using var scene = await RegistryScene.StartAsync(live: true);
        using var directory = new TemporaryDirectory();
        var plan = Path.Combine(directory.Path, "plan.json");
        foreach (var release in new[] { "1.4.0", "1.4.1", "1.4.2" })
            await ReleaseAsync(scene, release);
        var before = scene.Store.Fingerprint();

        (await scene.RunAsync("CleanImages", "--superseded-by", "team/app:1.4.2", "--dry-run", "--plan-out", plan)).ShouldEndWith(0);
        scene.Store.Fingerprint().ShouldBe(before);
        await scene.Client.PushWithSkopeoAsync(Image("hotfix"), "team/app", "1.4.1");

        (await scene.RunAsync("CleanImages", "--plan", plan)).ShouldEndWith(5).Error.ShouldContain("team/app:1.4.1 was pushed to since the plan was made, and stays");
        await scene.ShouldHoldAsync(["team/app:1.4.1", "team/app:1.4.2", "team/app:latest"]);

        await using var other = await RegistryScene.StartAsync(live: true);
        await Task.Delay(TimeSpan.FromSeconds(1.1));
        await ReleaseAsync(other, "1.4.0");
        (await other.RunAsync("CleanImages", "--plan", plan)).ShouldEndWith(4).Error.ShouldContain("another store");
        await other.ShouldHoldAsync(["team/app:1.4.0", "team/app:latest"]);
    }

    [DockerFact]
    public async Task What_the_engine_s_containers_run_stays()
    {
        await using var scene = await RegistryScene.StartAsync(live: true);
        foreach (var release in new[] { "1.4.0", "1.4.1", "1.4.2" })
            await scene.Client.PushWithDockerAsync(Image(release), "team/app", release);
        var image = $"localhost:{scene.Registry.Port}/team/app:1.4.0";
        var container = $"registry-cleaner-in-use-{Guid.NewGuid():n}";
        await DockerAsync("create", "--name", container, image, "nothing");
        try
        {
            (await scene.RunAsync("CleanImages", "--superseded-by", "team/app:1.4.2", "--in-use", "docker", "--output", "json")).ShouldEndWith(0)
                .Output.ShouldContain("in use by a container of docker");
            await scene.ShouldHoldAsync(["team/app:1.4.0", "team/app:1.4.2"]);
        }
        finally
        {
            await DockerAsync("rm", "-f", container);
            await DockerAsync("rmi", image);
        }
    }

    private static async Task DockerAsync(params string[] words) => await ContainerEngine.Docker.Command(words).ExecuteBufferedAsync();

    private static BuiltManifest Image(string release) => ImageBuilder.Image(release, layers: [Base, BuiltLayer.From(release, 3000)]);

    private static async Task ReleaseAsync(RegistryScene scene, string release)
    {
        await scene.Client.PushAsync(Image(release), "team/app", release);
        await scene.Client.PushAsync(Image(release), "team/app", "latest");
    }
}
