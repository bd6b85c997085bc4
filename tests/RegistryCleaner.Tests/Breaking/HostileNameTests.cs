using RegistryCleaner.TestKit;
using RegistryCleaner.Tests.CommandLine;

namespace RegistryCleaner.Tests.Breaking;

/// <summary>Names that would be commands if a shell got to see them: none does.</summary>
public sealed class HostileNameTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("registry-cleaner-").FullName;

    private string Pwned => Path.Combine(_directory, "pwned");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("a;touch${IFS}PWNED")]
    [InlineData("a$(touch${IFS}PWNED)")]
    [InlineData("a`touch${IFS}PWNED`")]
    [InlineData("a';touch${IFS}PWNED;'")]
    [InlineData("a\";touch${IFS}PWNED;\"")]
    [InlineData("a|touch${IFS}PWNED")]
    [InlineData("a&&touch${IFS}PWNED")]
    public async Task The_name_of_a_container_is_one_word_to_its_engine(string name)
    {
        name = name.Replace("PWNED", Pwned, StringComparison.Ordinal);
        var engine = FakeProgram.Write(_directory, "docker", """for word; do printf '%s\0' "$word"; done >> "$0.words"; exit 1""");

        var (exitCode, _, _) = await ConsoleRun.RunAsync(["team/app:1.0", "--registry-container", name, "--container-engine", engine], CancellationToken.None);

        exitCode.ShouldBe(2);
        (await File.ReadAllTextAsync(engine + ".words")).Split('\0').ShouldContain(name);
        File.Exists(Pwned).ShouldBeFalse();
    }

    [Theory]
    [InlineData("team/app:$(touch PWNED)")]
    [InlineData("team/app:1.0;touch PWNED")]
    [InlineData("\"team/app:1.0\" `touch PWNED`")]
    [InlineData("team/app:1.0 && touch PWNED")]
    [InlineData("../../../../PWNED")]
    [InlineData("team/../../PWNED:1")]
    [InlineData("-rf")]
    public async Task The_name_of_an_image_from_a_file_is_an_image_or_refused(string name)
    {
        using var store = new TemporaryStore();
        store.Builder.Tag("team/app", "1.0", store.Builder.Image("team/app", "app", store.Builder.Layer("team/app", "app")));
        var before = store.Oracle.Content(withWorkDirectory: true);
        var list = Path.Combine(_directory, "images");
        await File.WriteAllTextAsync(list, name.Replace("PWNED", Pwned, StringComparison.Ordinal) + "\n");

        var (exitCode, _, error) = await ConsoleRun.RunAsync(["CleanImages", "--images-from", list, "--registry-root", store.Builder.RootDirectory], CancellationToken.None);

        exitCode.ShouldBe(2, error);
        store.Oracle.Content(withWorkDirectory: true).ShouldBe(before);
        File.Exists(Pwned).ShouldBeFalse();
    }

    // The path of a store comes from a configuration that somebody else may write.
    [Fact]
    public async Task The_path_of_a_store_in_a_container_is_a_path()
    {
        var root = Path.Combine(_directory, "a'; touch pwned; '$(touch pwned)");
        var builder = new StoreBuilder(root);
        builder.Tag("team/app", "1.0", builder.Image("team/app", "app", builder.Layer("team/app", "app")));
        builder.Tag("team/app", "2.0", builder.Image("team/app", "new", builder.Layer("team/app", "new")));
        var engine = FakeProgram.Write(_directory, "kubectl", "cd \"${0%/*}\"\nshift 4\nexec \"$@\"\n");

        var (exitCode, _, error) = await ConsoleRun.RunAsync(["team/app:1.0", "--registry-container", "c", "--container-engine", engine, "--registry-root", root, "--offline"], CancellationToken.None);

        exitCode.ShouldBe(0, error);
        new StoreOracle(root).Tags.Keys.ShouldBe(["team/app:2.0"]);
        File.Exists(Pwned).ShouldBeFalse();
    }
}
