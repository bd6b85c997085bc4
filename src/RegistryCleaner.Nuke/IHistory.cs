using Nuke.Common;

namespace RegistryCleaner.Nuke;

/// <summary>The target History: <c>class Build : NukeBuild, IHistory</c>.</summary>
public interface IHistory : IRegistryTargets
{
    /// <summary>Lists the runs that removed something.</summary>
    Target History => _ => _
        .Description("Lists the runs that removed something, and what became of them")
        .TryAfter<ICleanImages>(build => build.CleanImages)
        .TryAfter<IGarbageCollect>(build => build.GarbageCollect)
        .TryAfter<IEmptyTrash>(build => build.EmptyTrash)
        .TryAfter<ICheckRegistry>(build => build.CheckRegistry)
        .Requires(() => StrictParameters.Check(this, CleanerVerbs.History))
        .Executes(() => CleanerTarget.History(this));
}
