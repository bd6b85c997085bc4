using Nuke.Common;

namespace RegistryCleaner.Nuke;

/// <summary>The target GarbageCollect: <c>class Build : NukeBuild, IGarbageCollect</c>.</summary>
public interface IGarbageCollect : IRegistryTargets
{
    /// <summary>Whether manifests without a tag go, too.</summary>
    [Parameter("Collects manifests without a tag, too")]
    bool? DeleteUntagged => TryGetValue<bool?>(() => DeleteUntagged);

    /// <summary>Whether the loss of multi-arch images is accepted.</summary>
    [Parameter("Accepts that --delete-untagged destroys multi-arch images with a 2.x registry")]
    bool? AllowMultiArchLoss => TryGetValue<bool?>(() => AllowMultiArchLoss);

    /// <summary>Collects what nothing refers to any longer.</summary>
    Target GarbageCollect => _ => _
        .Description("Collects what nothing in the registry refers to any longer")
        .TryAfter<ICleanImages>(build => build.CleanImages)
        .Requires(() => StrictParameters.Check(this, CleanerVerbs.GarbageCollect))
        .Executes(() => CleanerTarget.RunAsync(this, CleanerVerbs.GarbageCollect));
}
