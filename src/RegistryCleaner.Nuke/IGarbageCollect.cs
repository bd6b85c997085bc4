using Nuke.Common;
using Nuke.Common.Tooling;

namespace RegistryCleaner.Nuke;

/// <summary>The target GarbageCollect: <c>class Build : NukeBuild, IGarbageCollect</c>.</summary>
public interface IGarbageCollect : IRegistryTargets
{
    /// <summary>Whether manifests without a tag go, too.</summary>
    [Parameter("Collects manifests without a tag, too")]
    bool? DeleteUntagged => TryGetValue<bool?>(() => DeleteUntagged);

    /// <summary>How old what nothing accounts for has to be before it goes.</summary>
    [Parameter("How old what nothing accounts for has to be before it goes, such as 30m, 1h or 2d")]
    string Grace => TryGetValue(() => Grace)!;

    /// <summary>Whether blobs go even where there is no repository at all.</summary>
    [Parameter("Collects blobs even where there is no repository at all")]
    bool? AllowNoRepositories => TryGetValue<bool?>(() => AllowNoRepositories);

    /// <summary>The age from which an upload that has not ended goes.</summary>
    [Parameter("Removes uploads that were begun and not ended, and are older than this, such as 7d")]
    string UploadsOlderThan => TryGetValue(() => UploadsOlderThan)!;

    /// <summary>Whether temporary files are looked for in every directory of the store.</summary>
    [Parameter("Looks for temporary files of a killed registry in every directory of the store")]
    bool? Leftovers => TryGetValue<bool?>(() => Leftovers);

    /// <summary>Whether the loss of multi-arch images is accepted.</summary>
    [Parameter("With the registry's own collector, accepts that --delete-untagged destroys multi-arch images with a 2.x registry")]
    bool? AllowMultiArchLoss => TryGetValue<bool?>(() => AllowMultiArchLoss);

    /// <summary>Changes the options in code, behind what the command line says; null leaves them.</summary>
    Configure<GarbageCollectOptions>? GarbageCollectSettings => null;

    /// <summary>Collects what nothing refers to any longer.</summary>
    Target GarbageCollect => _ => _
        .Description("Collects what nothing in the registry refers to any longer")
        .TryAfter<ICleanImages>(build => build.CleanImages)
        .Requires(() => StrictParameters.Check(this, CleanerVerbs.GarbageCollect))
        .Executes(() => CleanerTarget.GarbageCollect(this));
}
