using Nuke.Common;

namespace RegistryCleaner.Nuke;

/// <summary>The target EmptyTrash: <c>class Build : NukeBuild, IEmptyTrash</c>.</summary>
public interface IEmptyTrash : IRegistryTargets
{
    /// <summary>Frees what the trash holds.</summary>
    Target EmptyTrash => _ => _
        .Description("Frees what the trash holds; it cannot be put back afterwards")
        .TryAfter<IGarbageCollect>(build => build.GarbageCollect)
        .Requires(() => StrictParameters.Check(this, CleanerVerbs.EmptyTrash))
        .Executes(() => CleanerTarget.EmptyTrash(this));
}
