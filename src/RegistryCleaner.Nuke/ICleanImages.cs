using Nuke.Common;
using Nuke.Common.Tooling;

namespace RegistryCleaner.Nuke;

/// <summary>The target CleanImages: <c>class Build : NukeBuild, ICleanImages</c>.</summary>
public interface ICleanImages : IRegistryTargets
{
    /// <summary>The images to remove.</summary>
    [Parameter("The images to remove: repo, repo:tag, repo@digest or repo:tag@digest")]
    string[] Images => TryGetValue(() => Images)!;

    /// <summary>Whether an image that is not there ends the run before anything is touched.</summary>
    [Parameter("Removes nothing and exits with 3 if an image is not there")]
    bool? Strict => TryGetValue<bool?>(() => Strict);

    /// <summary>
    /// Changes the options in code, behind what the command line says; null leaves them. Where it names the images, such as those that
    /// the build's own push superseded, the command line need not, and the target is skipped if there is none.
    /// </summary>
    Configure<CleanImagesOptions>? CleanImagesSettings => null;

    /// <summary>Removes the images, and frees what they alone held.</summary>
    Target CleanImages => _ => _
        .Description("Removes the images named by --images, and frees what they alone held")
        .Requires(() => StrictParameters.Check(this, CleanerVerbs.CleanImages))
        .OnlyWhenDynamic(() => CleanerTarget.HasImages(this), "an image is named")
        .Executes(() => CleanerTarget.CleanImages(this));
}
