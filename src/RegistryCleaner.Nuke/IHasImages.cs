using Nuke.Common;

namespace RegistryCleaner.Nuke;

/// <summary>The parameter of the targets that are about some images.</summary>
public interface IHasImages : IRegistryTargets
{
    /// <summary>The images to remove, or to put back.</summary>
    [Parameter("The images to remove, or of RestoreImages to put back: repo, repo:tag, repo@digest, repo:tag@digest or patterns such as team/*:pr-*; with rules, what these decide about")]
    string[] Images => TryGetValue(() => Images)!;
}
