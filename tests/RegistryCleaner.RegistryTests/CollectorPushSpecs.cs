using RegistryCleaner.RegistryTests.Fixture;
using Shouldly;

namespace RegistryCleaner.RegistryTests;

// A client that pushes an image whose manifest, links and layers are garbage at that moment, while these are taken away: the engine's
// stand-in pushes before it passes on a call that renames. The registry has no cache.
public class CollectorPushSpecs
{
    private static readonly BuiltManifest Image = ImageBuilder.Image("image");
    private static readonly BuiltManifest Garbage = ImageBuilder.Image("garbage", layers: ImageBuilder.Layers("garbage", 1000, 2000));

    // Manifests go first, then links to layers, then blobs, then, with nothing to put back, the trash.
    [DockerTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task What_is_pushed_while_it_is_collected_can_be_pulled_whole(int rename)
    {
        await using var scene = await RegistryScene.StartAsync(cache: false);
        await scene.Client.PushAsync(Image, "app", "1");
        await scene.Client.PushAsync(Garbage, "app");
        scene.Store.Age(TimeSpan.FromDays(2));
        using var layout = new TemporaryDirectory();
        ImageLayouts.WriteOci(Garbage, layout.Path);
        using var engine = new EngineWrapper($$"""
            case "$*" in *'mv -T "$from/$p"'*)
                echo >> "$0.renames"
                if [ "$(wc -l < "$0.renames")" -eq {{rename}} ]; then
                    skopeo copy --quiet --preserve-digests --dest-tls-verify=false oci:{{layout.Path}} docker://{{scene.Registry.Host}}/app:again >&2 && echo pushed >> "$0.pushes"
                fi;;
            esac
            """);

        var result = await scene.RunAsync(["GarbageCollect", "--delete-untagged", "--max-delete", "100%", .. engine.Words]);

        result.ExitCode.ShouldBeOneOf(0, 5);
        engine.TakeLines("pushes").ShouldBe(["pushed"], result.Error);
        await scene.ShouldHoldAsync(["app:1", "app:again"]);
        scene.Store.UnfinishedRuns().ShouldBeEmpty();
        (await scene.RunAsync("GarbageCollect", "--delete-untagged", "--max-delete", "100%", "--grace", "0s")).ShouldEndWith(0);
        await scene.ShouldHoldAsync(["app:1", "app:again"]);
    }
}
