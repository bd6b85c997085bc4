using System.Collections.Immutable;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Planning;

/// <summary>What was asked for.</summary>
/// <param name="Images">The images, hosts already taken off.</param>
/// <param name="KeepEmpty">Whether a repository stays when its last tag goes.</param>
/// <param name="Now">The time against which a push in progress is told from a leftover.</param>
public sealed record PruneRequest(IReadOnlyList<ImageSelector> Images, bool KeepEmpty, DateTimeOffset Now)
{
    /// <summary>By repository, tags about images that stay when these go, with why. All others go with their image.</summary>
    internal IReadOnlyDictionary<RepositoryName, IReadOnlyDictionary<Tag, string>> Staying { get; init; } = ImmutableDictionary<RepositoryName, IReadOnlyDictionary<Tag, string>>.Empty;
}
