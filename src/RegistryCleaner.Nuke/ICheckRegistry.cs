using Nuke.Common;

namespace RegistryCleaner.Nuke;

/// <summary>The target CheckRegistry: <c>class Build : NukeBuild, ICheckRegistry</c>.</summary>
public interface ICheckRegistry : IRegistryTargets
{
    /// <summary>Whether what can be repaired without harm is repaired.</summary>
    [Parameter("Repairs what can be repaired without harm")]
    bool? Repair => TryGetValue<bool?>(() => Repair);

    /// <summary>Looks whether everything in the store is as it should be.</summary>
    Target CheckRegistry => _ => _
        .Description("Looks at the whole store, and says what is not as it should be and what to do")
        .TryAfter<ICleanImages>(build => build.CleanImages)
        .TryAfter<IGarbageCollect>(build => build.GarbageCollect)
        .TryAfter<IEmptyTrash>(build => build.EmptyTrash)
        .Requires(() => StrictParameters.Check(this, CleanerVerbs.CheckRegistry))
        .Executes(() => CleanerTarget.CheckRegistry(this));
}
