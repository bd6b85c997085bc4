using RegistryCleaner.TestKit;

namespace Demo;

/// <summary>The demonstration's store.</summary>
internal static class DemoStore
{
    public static void Write(StoreBuilder store)
    {
        var system = store.Layer("team/app", "operating system", 2_000_000);
        foreach (var version in new[] { "1.0", "1.1", "1.2" })
        {
            var amd64 = store.Image("team/app", $"{version} amd64", system, store.Layer("team/app", $"{version} amd64 program", 300_000));
            var arm64 = store.Image("team/app", $"{version} arm64", system, store.Layer("team/app", $"{version} arm64 program", 280_000));
            store.Tag("team/app", version, store.Index("team/app", amd64, arm64));
            if (version == "1.2")
                store.Tag("team/app", "latest", store.Index("team/app", amd64, arm64));
        }

        foreach (var name in new[] { "team/tool", "team/tool/plugin" })
            store.Tag(name, "2024", store.Image(name, name, store.Layer(name, "operating system", 2_000_000)));
    }

    public static void Show(StoreBuilder store)
    {
        var repositories = store.FullPath("v2/repositories");
        foreach (var tags in Directory.EnumerateDirectories(repositories, "tags", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = Path.GetRelativePath(repositories, tags).Replace("/_manifests/tags", "", StringComparison.Ordinal);
            Console.WriteLine($"  {name,-16} {string.Join(' ', Directory.EnumerateDirectories(tags).Select(Path.GetFileName).Order(StringComparer.Ordinal))}");
        }
    }
}
