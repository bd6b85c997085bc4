using System.Reflection;

namespace RegistryCleaner.RegistryTests.Packages;

// Where these tests were built from, and how.
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Value("RepositoryRoot"));

    public static string Configuration { get; } = Value("Configuration");

    public static string CakeTool { get; } = Value("CakeTool");

    public static string PackagesDirectory { get; } = Value("PackagesDirectory");

    private static string Value(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
