using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests.Packages;

// A real registry that serves two releases of one image, the second in use.
internal sealed class ReleaseScene : IAsyncDisposable
{
    private readonly BuiltManifest kept = ImageBuilder.TwoPlatformIndex("kept");

    private ReleaseScene(RegistryContainer registry) => Registry = registry;

    public RegistryContainer Registry { get; }

    public static async Task<ReleaseScene> StartAsync()
    {
        var scene = new ReleaseScene(await RegistryContainer.StartAsync(options: new() { DeleteEnabled = true }));
        await scene.Registry.Client.PushAsync(ImageBuilder.Image("old"), "team/app", "1.4.0");
        await scene.Registry.Client.PushAsync(scene.kept, "team/app", "1.4.1");
        return scene;
    }

    public async Task ShouldBeUntouchedAsync() =>
        (await Registry.Client.TagsAsync("team/app")).ShouldBe(["1.4.0", "1.4.1"], ignoreOrder: true);

    public async Task ShouldBePrunedAsync()
    {
        (await Registry.Client.TagsAsync("team/app")).ShouldBe(["1.4.1"]);
        (await Registry.Client.PullWholeAsync("team/app", "1.4.1")).ShouldBe(kept.Digest);
    }

    public ValueTask DisposeAsync() => Registry.DisposeAsync();
}
