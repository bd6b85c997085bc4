using System.IO.Compression;
using System.Xml.Linq;
using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests.Packages;

// Each package as somebody gets it who has nothing else, used on a real registry.
[Collection(PackedFeed.Collection)]
public class PackageSpecs(PackedFeed feed)
{
    [Theory]
    [InlineData("RegistryCleaner")]
    [InlineData("RegistryCleaner.CommandLine")]
    [InlineData("RegistryCleaner.Cake")]
    [InlineData("RegistryCleaner.Tool")]
    public void A_package_says_what_it_is_and_has_its_symbols(string package)
    {
        using var content = ZipFile.OpenRead(feed.File(package, "nupkg"));
        using var nuspec = content.GetEntry($"{package}.nuspec")!.Open();
        var metadata = XElement.Load(nuspec).Elements().Single();
        string Text(string name) => metadata.Elements().Single(element => element.Name.LocalName == name).Value;

        Text("version").ShouldBe(feed.Version);
        Text("license").ShouldBe("MIT");
        Text("releaseNotes").ShouldStartWith("## ");
        Text("description").ShouldNotBeEmpty();
        content.GetEntry(Text("readme")).ShouldNotBeNull();
        content.GetEntry(Text("icon")).ShouldNotBeNull();
        metadata.Elements().Single(element => element.Name.LocalName == "repository").Attribute("commit")!.Value.Length.ShouldBe(40);

        using var symbols = ZipFile.OpenRead(feed.File(package, "snupkg"));
        symbols.Entries.ShouldContain(entry => entry.Name.EndsWith(".pdb", StringComparison.Ordinal));
    }

    [DockerFact]
    public async Task A_program_prunes_with_the_library()
    {
        await using var scene = await ReleaseScene.StartAsync();
        using var consumer = new Consumer(feed);
        consumer.Write("release.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
              <ItemGroup><PackageReference Include="RegistryCleaner" Version="{feed.Version}" /></ItemGroup>
            </Project>
            """);
        consumer.Write("Program.cs", Documentation.Blocks("docs/library.md", "csharp").Single()
            .Replace("Images =", $"RegistryContainer = \"{scene.Registry.Name}\", Images =", StringComparison.Ordinal));

        var run = (await consumer.RunAsync("dotnet", "run")).ShouldEndWith(0);

        run.StandardOutput.ShouldContain("team/app:1.4.0");
        await scene.ShouldBePrunedAsync();
    }

    [DockerFact]
    public async Task The_tool_does_what_the_documentation_shows()
    {
        await using var scene = await ReleaseScene.StartAsync();
        using var consumer = new Consumer(feed);

        (await consumer.RunAsync("dotnet", "tool", "install", "RegistryCleaner.Tool", "--version", feed.Version, "--tool-path", "tools")).ShouldEndWith(0);
        var tool = Path.Combine(consumer.Path, "tools", "registry-cleaner");
        string[] words = ["CleanImages", "--images", "team/app:1.4.0", "--registry-container", scene.Registry.Name];
        (await consumer.RunAsync(tool, "--version")).ShouldEndWith(0);
        (await consumer.RunAsync(tool, [.. words, "--dry-rum"])).ShouldEndWith(2);
        await scene.ShouldBeUntouchedAsync();

        // The registry of a test has a name of its own.
        var run = (await consumer.RunAsync("bash", "-ec", $"registry-cleaner() {{ {tool} \"$@\" --registry-container {scene.Registry.Name}; }}\n{Documentation.Commands}")).ShouldEndWith(0);
        run.StandardOutput.ShouldContain("Would remove 1 tags");
        run.StandardOutput.ShouldContain("Removed 1 tags");
        await scene.ShouldBePrunedAsync();
    }

    [DockerFact]
    public async Task A_Cake_script_prunes_and_collects()
    {
        await using var scene = await ReleaseScene.StartAsync();
        using var consumer = new Consumer(feed);
        var sample = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "samples", "cake", "build.cake"));
        consumer.Write("build.cake", sample.Replace("version=0.1.0", $"version={feed.Version}", StringComparison.Ordinal));
        string[] cake = [Repository.CakeTool, "--target=GarbageCollect", "--images=team/app:1.4.0", $"--registry-container={scene.Registry.Name}"];

        var misspelt = (await consumer.RunAsync("dotnet", [.. cake, "--dry-rum"])).ShouldEndWith(2);
        misspelt.StandardError.ShouldContain("--dry-rum");
        var dry = (await consumer.RunAsync("dotnet", [.. cake, "--dry-run", "--verbosity=diagnostic"])).ShouldEndWith(0);
        dry.StandardOutput.ShouldContain("team/app:1.4.0");
        dry.StandardOutput.ShouldContain("A real run would free");
        await scene.ShouldBeUntouchedAsync();
        var real = (await consumer.RunAsync("dotnet", [.. cake, "--verbosity=quiet"])).ShouldEndWith(0);
        real.StandardOutput.ShouldNotContain("team/app:1.4.0");

        await scene.ShouldBePrunedAsync();
    }

    [DockerFact]
    public async Task A_NUKE_build_prunes_what_its_release_superseded()
    {
        Skip.IfNot(await feed.TryAddNukeAsync(), "Nuke.Common does not restore from this machine's package feeds.");
        await using var scene = await ReleaseScene.StartAsync();
        using var consumer = new Consumer(feed);
        foreach (var file in new[] { "_build.csproj", "Build.cs", Path.Combine(".nuke", "parameters.json") })
            consumer.Write(file, (await File.ReadAllTextAsync(Path.Combine(Repository.Root, "samples", "nuke", file))).Replace("Version=\"0.1.0\"", $"Version=\"{feed.Version}\"", StringComparison.Ordinal));
        (await consumer.RunAsync("dotnet", "build")).ShouldEndWith(0);
        string[] where = ["--registry-container", scene.Registry.Name];

        (await consumer.RunAsync("dotnet", ["run", "--no-build", "--", "Publish", "--dry-rum", .. where])).ShouldEndWith(2);
        (await consumer.RunAsync("dotnet", ["run", "--no-build", "--", "CleanImages", .. where])).ShouldEndWith(0).StandardOutput.ShouldContain("an image is named");
        (await consumer.RunAsync("dotnet", ["run", "--no-build", "--", "Publish", "--dry-run", .. where])).ShouldEndWith(0).StandardOutput.ShouldContain("Mode: dry run");
        await scene.ShouldBeUntouchedAsync();
        (await consumer.RunAsync("dotnet", ["run", "--no-build", "--", "Publish", .. where])).ShouldEndWith(0).StandardOutput.ShouldContain("Tags: 1");

        await scene.ShouldBePrunedAsync();
    }
}
