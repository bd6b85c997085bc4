using Nuke.Common;

namespace RegistryCleaner.Nuke;

/// <summary>The target History: <c>class Build : NukeBuild, IHistory</c>.</summary>
public interface IHistory : IRegistryTargets
{
    /// <summary>Shows the runs that can be taken back.</summary>
    Target History => _ => _
        .Description("Shows earlier runs, and which of them can be taken back")
        .TryAfter<IGarbageCollect>(build => build.GarbageCollect)
        .Requires(() => StrictParameters.Check(this, CleanerVerbs.History))
        .Executes(() => CleanerTarget.History(this));
}
