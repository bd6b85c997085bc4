using RegistryCleaner.Naming;

namespace RegistryCleaner.Store;

/// <summary>A repository's link to a blob, whether it is there or was.</summary>
/// <param name="Repository">The repository.</param>
/// <param name="Blob">The blob.</param>
internal readonly record struct RepositoryLink(RepositoryName Repository, Digest Blob);
