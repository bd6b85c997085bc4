using Nuke.Common;
using Nuke.Common.IO;
using Nuke.Common.Tools.DotNet;
using RegistryCleaner.Nuke;
using static Nuke.Common.Tools.DotNet.DotNetTasks;

[StrictCommandLine]
internal sealed class Build : NukeBuild, ICleanImages, IGarbageCollect
{
    [Parameter("Debug or Release")]
    private readonly string Configuration = IsLocalBuild ? "Debug" : "Release";

    private AbsolutePath Solution => RootDirectory / "RegistryCleaner.sln";

    private Target Compile => _ => _
        .Description("Compiles everything that restores from any package feed")
        .Executes(() => DotNetBuild(settings => settings.SetProjectFile(Solution).SetConfiguration(Configuration)));

    private Target Test => _ => _
        .Description("Runs all tests that can run on this machine")
        .Executes(() => DotNetTest(settings => settings.SetProjectFile(Solution).SetConfiguration(Configuration)));

    private Target Pack => _ => _
        .Description("Makes the packages")
        .Executes(() => DotNetPack(settings => settings.SetProject(Solution).SetConfiguration("Release").SetOutputDirectory(RootDirectory / "artifacts" / "packages")));

    private Target Demo => _ => _
        .Description("Shows a prune on a small store in a temporary directory")
        .Executes(() => DotNetRun(settings => settings.SetProjectFile(RootDirectory / "samples" / "Demo").SetConfiguration(Configuration)));

    public static int Main() => Execute<Build>();
}
