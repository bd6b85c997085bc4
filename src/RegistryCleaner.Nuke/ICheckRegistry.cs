using Nuke.Common;

namespace RegistryCleaner.Nuke;

/// <summary>The target CheckRegistry: <c>class Build : NukeBuild, ICheckRegistry</c>.</summary>
public interface ICheckRegistry : IRegistryTargets
{
    /// <summary>Whether what can be repaired without harm is repaired.</summary>
    [Parameter("Repairs what can be repaired without harm")]
    bool? Repair => TryGetValue<bool?>(() => Repair);

    /// <summary>Looks whether the whole store is intact.</summary>
    Target CheckRegistry => _ => _
        .Description("Looks whether everything that a tag leads to is there")
        .TryAfter<IGarbageCollect>(build => build.GarbageCollect)
        .Requires(() => StrictParameters.Check(this, CleanerVerbs.CheckRegistry))
        .Executes(() => CleanerTarget.CheckRegistry(this));
}
