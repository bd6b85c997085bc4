using Nuke.Common;

namespace RegistryCleaner.Nuke;

/// <summary>The target RestoreImages: <c>class Build : NukeBuild, IRestoreImages</c>.</summary>
public interface IRestoreImages : IHasImages
{
    /// <summary>The run that is taken back.</summary>
    [Parameter("The run that is taken back, as reports and History name it; latest for the latest")]
    string Run => TryGetValue(() => Run)!;

    /// <summary>Whether a tag that was pushed anew since points where it did again.</summary>
    [Parameter("Points a tag that was pushed anew since where it did again")]
    bool? Overwrite => TryGetValue<bool?>(() => Overwrite);

    /// <summary>Puts back what a run removed.</summary>
    Target RestoreImages => _ => _
        .Description("Puts back what an earlier run removed, while the trash holds it")
        .Requires(() => StrictParameters.Check(this, CleanerVerbs.RestoreImages))
        .Executes(() => CleanerTarget.RestoreImages(this));
}
