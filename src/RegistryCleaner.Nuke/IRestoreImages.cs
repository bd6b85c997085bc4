using Nuke.Common;

namespace RegistryCleaner.Nuke;

/// <summary>The target RestoreImages: <c>class Build : NukeBuild, IRestoreImages</c>.</summary>
public interface IRestoreImages : IHasImages
{
    /// <summary>The run to take back.</summary>
    [Parameter("The run to take back, as reports and History name it, or latest: that removed one of the images or, without any, tags")]
    string Run => TryGetValue(() => Run)!;

    /// <summary>Whether a tag that was pushed anew since points where it did again.</summary>
    [Parameter("Lets a tag that was pushed anew since point where it did")]
    bool? Overwrite => TryGetValue<bool?>(() => Overwrite);

    /// <summary>Puts back what a run removed.</summary>
    Target RestoreImages => _ => _
        .Description("Puts back what a run removed, as far as it is in the trash")
        .Requires(() => StrictParameters.Check(this, CleanerVerbs.RestoreImages))
        .Executes(() => CleanerTarget.RestoreImages(this));
}
