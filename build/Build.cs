using Nuke.Common;
using Nuke.Common.IO;
using Nuke.Common.Tooling;
using Nuke.Common.Tools.DotNet;
using RegistryCleaner.Nuke;
using static Nuke.Common.Tools.DotNet.DotNetTasks;

[StrictCommandLine]
internal sealed class Build : NukeBuild, ICleanImages, IGarbageCollect, IRestoreImages, IEmptyTrash, IHistory, ICheckRegistry
{
    [Parameter("Debug or Release")]
    private readonly string Configuration = IsLocalBuild ? "Debug" : "Release";

    [Parameter("The key to publish packages with; also NUGET_API_KEY")]
    [Secret]
    private readonly string NuGetApiKey = null!;

    [Parameter("Where packages are published to: a feed's address or a directory; also NUGET_SOURCE")]
    private readonly string NuGetSource = null!;

    private AbsolutePath Packages => RootDirectory / "artifacts" / "packages";

    private AbsolutePath Solution => RootDirectory / "RegistryCleaner.sln";

    private Target Compile => _ => _
        .Description("Compiles everything that restores from any package feed")
        .Executes(() => DotNetBuild(settings => settings.SetProjectFile(Solution).SetConfiguration(Configuration)));

    private Target Test => _ => _
        .Description("Runs all tests that can run on this machine")
        .Executes(() => DotNetTest(settings => settings.SetProjectFile(Solution).SetConfiguration(Configuration)));

    private Target Pack => _ => _
        .Description("Makes the packages")
        .Executes(() =>
        {
            // What an earlier version left there would be published with this one's.
            Packages.CreateOrCleanDirectory();
            DotNetPack(settings => settings
                .SetConfiguration("Release")
                .SetOutputDirectory(Packages)
                // Paths as on a build server: from one commit come the same files, wherever it lies.
                .SetContinuousIntegrationBuild(true)
                .CombineWith([Solution, RootDirectory / "src" / "RegistryCleaner.Nuke"], (one, project) => one.SetProject(project)));
        });

    private Target Publish => _ => _
        .Description("Makes the packages, and pushes them to --nuget-source with --nuget-api-key")
        .DependsOn(Pack)
        .Requires(() => NuGetApiKey)
        .Requires(() => NuGetSource)
        .Executes(() => DotNetNuGetPush(settings => settings
            .SetTargetPath(Packages / "*.nupkg")
            .SetApiKey(NuGetApiKey)
            .SetSource(NuGetSource)
            .EnableSkipDuplicate()));

    private Target Demo => _ => _
        .Description("Shows a prune on a small store in a temporary directory")
        .Executes(() => DotNetRun(settings => settings.SetProjectFile(RootDirectory / "samples" / "Demo").SetConfiguration(Configuration)));

    public static int Main() => Execute<Build>();
}
