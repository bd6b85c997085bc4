namespace RegistryCleaner.RegistryTests.Fixture;

// One registry for all tests of a class, each of which leaves `app:old` and `app:kept` in it as they were.
public sealed class UntouchedRegistry : IAsyncLifetime
{
    private RegistryScene? scene;

    internal async Task<RegistryScene> SceneAsync()
    {
        if (scene is not null)
            return scene;
        scene = await RegistryScene.StartAsync(live: true);
        await scene.Client.PushAsync(ImageBuilder.Image("old"), "app", "old");
        await scene.Client.PushAsync(ImageBuilder.Image("kept"), "app", "kept");
        return scene;
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await (scene?.DisposeAsync() ?? ValueTask.CompletedTask);
}
