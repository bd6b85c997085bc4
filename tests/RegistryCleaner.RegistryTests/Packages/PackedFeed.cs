using CliWrap;
using CliWrap.Buffered;

namespace RegistryCleaner.RegistryTests.Packages;

// The packages, made once from what these tests were built from, in a directory that serves as a feed.
public sealed class PackedFeed : IAsyncLifetime
{
    public const string Collection = "Packages";

    public string Path { get; } = Directory.CreateTempSubdirectory("registry-cleaner-feed-").FullName;

    // Of all packages alike: MinVer's.
    public string Version => System.IO.Path.GetFileName(File("RegistryCleaner.Tool", "nupkg"))["RegistryCleaner.Tool.".Length..^".nupkg".Length];

    public string File(string package, string extension) => Directory.GetFiles(Path, $"{package}.*.{extension}")
        .Single(file => char.IsAsciiDigit(System.IO.Path.GetFileName(file)[package.Length + 1]));

    // Not every feed of packages carries Nuke.Common.
    public async Task<bool> TryAddNukeAsync()
    {
        var project = System.IO.Path.Combine(Repository.Root, "src", "RegistryCleaner.Nuke");
        var restore = await Cli.Wrap("dotnet").WithArguments(["restore", project, "--no-dependencies"]).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
        if (restore.ExitCode != 0 && restore.StandardOutput.Contains("NU110", StringComparison.Ordinal))
            return false;
        await Cli.Wrap("dotnet").WithArguments(["pack", project, "--configuration", Repository.Configuration, "--output", Path]).ExecuteBufferedAsync();
        return true;
    }

    public async Task InitializeAsync() => await Cli.Wrap("dotnet")
        .WithArguments(["pack", System.IO.Path.Combine(Repository.Root, "RegistryCleaner.sln"), "--no-build", "--configuration", Repository.Configuration, "--output", Path])
        .ExecuteBufferedAsync();

    public Task DisposeAsync()
    {
        Directory.Delete(Path, recursive: true);
        return Task.CompletedTask;
    }
}

[CollectionDefinition(PackedFeed.Collection)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711:Identifiers should not have incorrect suffix", Justification = "Xunit's collections are called that.")]
public sealed class PackedFeedCollection : ICollectionFixture<PackedFeed>;
