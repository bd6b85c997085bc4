namespace RegistryCleaner.RegistryTests.Fixture;

// One registry of each version for all tests of a class, each of which begins with an empty store in a mounted directory. Without a
// cache the registry knows of none before.
public sealed class EmptyRegistries : IAsyncLifetime
{
    private readonly Dictionary<int, RegistryScene> scenes = [];

    internal async Task<RegistryScene> SceneAsync(int version = 2)
    {
        if (!scenes.TryGetValue(version, out var scene))
            scenes[version] = scene = await RegistryScene.StartAsync(RegistryScene.MountedDirectory, version, cache: false);
        scene.Store.Clear();
        return scene;
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var scene in scenes.Values)
            await scene.DisposeAsync();
    }
}
