using Nuke.Common;
using Nuke.Common.Tooling;
using RegistryCleaner;
using RegistryCleaner.Nuke;
using Serilog;

// A release that prunes what it superseded:
//
//   dotnet run -- Publish --dry-run
//   dotnet run -- CleanImages --images team/app:1.4.0
[StrictCommandLine]
class Build : NukeBuild, ICleanImages, IGarbageCollect
{
    public static int Main() => Execute<Build>();

    readonly List<string> Superseded = [];

    Target Publish => _ => _
        .Description("Pushes the images of this release")
        .Triggers<ICleanImages>(build => build.CleanImages)
        .Executes(() =>
        {
            Log.Information("Here the release pushes its images.");
            Superseded.Add("team/app:1.4.0");
        });

    // What this release superseded, besides what the command line names.
    Configure<CleanImagesOptions> ICleanImages.CleanImagesSettings => options => options with { Images = [.. options.Images, .. Superseded] };
}
