using Nuke.Common;

namespace RegistryCleaner.Nuke;

/// <summary>The target EmptyTrash: <c>class Build : NukeBuild, IEmptyTrash</c>.</summary>
public interface IEmptyTrash : IRegistryTargets
{
    /// <summary>Frees the space of what earlier runs removed.</summary>
    Target EmptyTrash => _ => _
        .Description("Frees the space of what earlier runs removed, without waiting for its time")
        .TryAfter<ICleanImages>(build => build.CleanImages)
        .TryAfter<IGarbageCollect>(build => build.GarbageCollect)
        .Requires(() => StrictParameters.Check(this, CleanerVerbs.EmptyTrash))
        .Executes(() => CleanerTarget.EmptyTrash(this));
}
