namespace RegistryCleaner.RegistryTests.Fixture;

// One registry of each kind for all tests of a class, each of which begins with an empty store. Without a cache the registry knows of
// none before.
public sealed class EmptyRegistries : IAsyncLifetime
{
    private readonly Dictionary<(string WayIn, int Version), RegistryScene> scenes = [];

    internal async Task<RegistryScene> SceneAsync(int version = 2, string wayIn = RegistryScene.MountedDirectory)
    {
        if (!scenes.TryGetValue((wayIn, version), out var scene))
            scenes[(wayIn, version)] = scene = await RegistryScene.StartAsync(wayIn, version, cache: false);
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
