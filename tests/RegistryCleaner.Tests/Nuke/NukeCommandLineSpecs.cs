using CliWrap;
using CliWrap.Buffered;
using RegistryCleaner.TestKit;

namespace RegistryCleaner.Tests.Nuke;

/// <summary>
/// Every spelling that NUKE mishandles, run through the real build and through registry-cleaner on stores of the same content:
/// understood in the same way by both, or refused with exit code 2 and nothing touched.
/// </summary>
public sealed class NukeCommandLineSpecs(NukeBuildFixture build) : IClassFixture<NukeBuildFixture>
{
    private const string Understood = "understood";
    private const string Refused = "refused";

    [SkippableTheory]
    [InlineData(Understood, "CleanImages --images a:1 b:1")]
    [InlineData(Understood, "CleanImages --images a:1 b:1 --dry-run")]
    [InlineData(Understood, "CleanImages --images a:1 --images b:1")]
    [InlineData(Understood, "CleanImages --images=a:1")]
    [InlineData(Understood, "CleanImages --images a:1 --dry-run=true")]
    [InlineData(Understood, "CleanImages --images a:1 --dry-run true")]
    [InlineData(Understood, "CleanImages --images a:1 --dry-run false")]
    [InlineData(Understood, "cleanimages --images a:1")]
    [InlineData(Understood, "CleanImages --images a:1 --no-logo")]
    [InlineData(Understood, "CleanImages --images a:1 --verbosity quiet")]
    [InlineData(Refused, "CleanImages --images a:1 --dry-rum")]
    [InlineData(Refused, "CleanImages --images a:1 --dry-run yes")]
    [InlineData(Refused, "CleanImages --images a:1 --dry-run 1")]
    [InlineData(Refused, "CleanImages --images a:1 --dry-run=yes")]
    [InlineData(Refused, "CleanImages --images a:1 -dry-run")]
    [InlineData(Refused, "CleanImages --images a:1,b:1")]
    [InlineData(Refused, "CleanImages --images a:1+b:1")]
    [InlineData(Refused, "CleanImages --images")]
    [InlineData(Refused, "CleanImages")]
    [InlineData(Refused, "--no-logo CleanImages --images a:1")]
    [InlineData(Refused, "CleanImages --images a:1 --dry-run GarbageCollect")]
    [InlineData(Understood, "CleanImages --images a:1 --strict=true")]
    [InlineData(Refused, "CleanImages GarbageCollect --images a:1 --explain a:1")]
    [InlineData(Refused, "CleanImages CheckRegistry --images a:1 --dry-run --repair")]
    [InlineData(Refused, "CleanImages RestoreImages --images a:1")]
    [InlineData(Refused, "GarbageCollect --images a:1")]
    [InlineData(Refused, "CleanImages a:1")]
    [InlineData(Refused, "CleanImage --images a:1")]
    [InlineData(Refused, "CleanImages --images a:1", "DRY_RUN=1")]
    [InlineData(Refused, "CleanImages --images a:1", "DRY_RUN=true NUKE_DRY_RUN=false")]
    [InlineData(Refused, "CleanImages --images a:1", "NukeStrict=1")]
    [InlineData(Refused, "CleanImages", "IMAGES=a:1")]
    [InlineData(Understood, "CleanImages --images a:1", "IMAGES=b:1")]
    public async Task Both_front_ends_understand_the_same_or_refuse(string expected, string line, string variables = "")
    {
        Skip.If(build.Unavailable is not null, build.Unavailable);
        var environment = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => (string?)pair[1]);

        using var mine = Store();
        var own = await Cli.Wrap("dotnet")
            .WithArguments([Path.Combine(AppContext.BaseDirectory, "registry-cleaner.dll"), .. Words(line, mine)])
            .WithEnvironmentVariables(environment)
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync();
        using var nukes = Store();
        var nuke = await NukeBuildFixture.RunAsync(Words(line, nukes), environment);

        own.ExitCode.ShouldBe(expected == Refused ? 2 : 0, own.StandardError);
        nuke.ExitCode.ShouldBe(expected == Refused ? 2 : 0, nuke.StandardOutput);
        Tags(nukes).ShouldBe(Tags(mine));
        if (expected == Refused || line.Contains("--dry-run true", StringComparison.Ordinal))
            Tags(mine).ShouldBe(["a:1", "a:2", "b:1", "b:2"]);
    }

    private static IEnumerable<string> Words(string line, TemporaryStore store) =>
        [.. line.Split(' '), "--registry-root", store.Builder.RootDirectory, "--collector", "none"];

    private static TemporaryStore Store()
    {
        var store = new TemporaryStore();
        foreach (var name in new[] { "a", "b" })
        {
            foreach (var tag in new[] { "1", "2" })
                store.Builder.Tag(name, tag, store.Builder.Image(name, name + tag, store.Builder.Layer(name, name + tag)));
        }

        return store;
    }

    private static List<string> Tags(TemporaryStore store)
    {
        var repositories = store.Builder.FullPath("v2/repositories");
        return [.. Directory.EnumerateDirectories(repositories)
            .SelectMany(directory => Directory.EnumerateDirectories(Path.Combine(directory, "_manifests", "tags"))
                .Select(tag => $"{Path.GetFileName(directory)}:{Path.GetFileName(tag)}"))
            .Order(StringComparer.Ordinal)];
    }
}
