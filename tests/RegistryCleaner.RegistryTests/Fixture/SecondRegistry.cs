namespace RegistryCleaner.RegistryTests.Fixture;

// A registry that is set up in some other way, on the store that a plain one was pushed to.
internal sealed class SecondRegistry : IAsyncDisposable
{
    private SecondRegistry(RegistryScene scene, RegistryContainer registry) => (Scene, Registry) = (scene, registry);

    public RegistryScene Scene { get; }

    public RegistryContainer Registry { get; }

    public IReadOnlyList<string> Where => ["--registry-container", Registry.Name, "--settle", "1s"];

    // `app:old` is there to be removed, and `app:kept` is not.
    public static async Task<SecondRegistry> StartAsync(IReadOnlyDictionary<string, string> environment, params IReadOnlyList<string> mounts)
    {
        var scene = await RegistryScene.StartAsync(live: true);
        try
        {
            await scene.Client.PushAsync(ImageBuilder.Image("old"), "app", "old");
            await scene.Client.PushAsync(ImageBuilder.Image("kept"), "app", "kept");
            await scene.Registry.StopAsync();
            return new(scene, await RegistryContainer.StartAsync(
                options: new() { HostDirectory = scene.Store.Root, Environment = environment, Mounts = mounts, DeleteEnabled = true }));
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    // As the plain one sees it.
    public async Task ShouldHoldAsync(params IEnumerable<string> tags)
    {
        await Registry.StopAsync();
        await Scene.Registry.StartAgainAsync();
        await Scene.ShouldHoldAsync(tags);
    }

    public async ValueTask DisposeAsync()
    {
        await Registry.DisposeAsync();
        await Scene.DisposeAsync();
    }
}
