using System.Reflection;

namespace RegistryCleaner.Tests;

/// <summary>Where the source is: the compiler's own paths are mapped away on CI.</summary>
internal static class RepositoryRoot
{
    public static string Path { get; } = typeof(RepositoryRoot).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;
}
