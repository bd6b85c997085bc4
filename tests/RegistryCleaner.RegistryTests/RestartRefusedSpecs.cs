using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests;

// With --restart, where nothing is to be done or something fails: the registry serves at the end, and holds what it held.
public sealed class RestartRefusedSpecs(UntouchedRegistry registry) : IClassFixture<UntouchedRegistry>
{
    // An exec in the container through which the store is reached while the registry is stopped; its name ends in hexadecimal digits.
    internal const string InHelper = """
        case "$*" in
        "exec -i registry-cleaner-"[0-9a-f][0-9a-f][0-9a-f]*" true") ;;
        "exec -i registry-cleaner-"[0-9a-f][0-9a-f][0-9a-f]*)
        """;

    [DockerTheory]
    [InlineData("app:none")]
    [InlineData("app:none", "--strict")]
    [InlineData("GarbageCollect")]
    public async Task Where_there_is_nothing_to_do_or_it_is_refused_nothing_is_stopped(params string[] words)
    {
        var scene = await registry.SceneAsync();
        var started = await scene.Registry.StartedAtAsync();

        (await CleanerInside.RunAsync([.. words, "--restart", .. scene.Where])).ShouldEndWith(words.Contains("--strict") ? 3 : 0);
        (await scene.Registry.StartedAtAsync()).ShouldBe(started);
    }

    [DockerTheory]
    [InlineData("""[ "$1" = run ] && { echo 'no more containers' >&2; exit 125; }""", 2, "no more containers")]
    [InlineData($"{InHelper} echo 'no more commands' >&2; exit 126;; esac", 2, "no more commands")]
    [InlineData("""[ "$1" = stop ] && { echo 'it does not stop' >&2; exit 1; }""", 4, "it does not stop")]
    public async Task What_fails_meanwhile_leaves_a_registry_that_serves(string script, int exitCode, string said)
    {
        var scene = await registry.SceneAsync();
        using var wrapper = new EngineWrapper(script);

        (await CleanerInside.RunAsync(["app:old", "--restart", .. scene.Where, .. wrapper.Words])).ShouldEndWith(exitCode).Error.ShouldContain(said);
        await scene.ShouldHoldAsync(["app:kept", "app:old"]);
        (await scene.Registry.HelpersAsync()).ShouldBeEmpty();
    }

    // Whoever looks after containers may start it, or another cleaner that had stopped it.
    [DockerTheory]
    [InlineData("""[ "$1" = stop ] && { docker "$@" && exec docker start "$2"; }""", "somebody started it again")]
    [InlineData("""case "$*" in "exec -i registry-cleaner-"[0-9a-f]*flock*) docker start CONTAINER >/dev/null;; esac""", "is running again")]
    public async Task A_registry_that_somebody_starts_meanwhile_is_left_alone(string script, string said)
    {
        var scene = await registry.SceneAsync();
        using var wrapper = new EngineWrapper(script.Replace("CONTAINER", scene.Registry.Name, StringComparison.Ordinal));

        (await CleanerInside.RunAsync(["app:old", "--restart", .. scene.Where, .. wrapper.Words])).ShouldEndWith(4).Error.ShouldContain(said);
        await scene.Registry.WaitUntilServingAsync();
        await scene.ShouldHoldAsync(["app:kept", "app:old"]);
    }
}
