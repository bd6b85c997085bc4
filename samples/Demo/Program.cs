using CliWrap;
using Demo;
using RegistryCleaner.TestKit;

// A small store, made as a registry would after a few pushes, and the real program run on it.
using var store = new TemporaryStore();
DemoStore.Write(store.Builder);

Console.WriteLine("A store with an index of two platforms, shared layers and nested names:");
DemoStore.Show(store.Builder);

string[] images = ["CleanImages", "--images", "team/app:1.0", "team/app:1.1", "team/tool:2024"];
await RunAsync("What would be removed, and why:", [.. images, "--dry-run"]);
await RunAsync("And for real:", images);

Console.WriteLine("What is left:");
DemoStore.Show(store.Builder);
Console.WriteLine("team/app:1.2 still has the layer that it shared with what went, and team/tool/plugin outlived team/tool.");

async Task RunAsync(string title, string[] words)
{
    string[] all = [.. words, "--registry-root", store.Builder.RootDirectory];
    Console.WriteLine();
    Console.WriteLine(title);
    Console.WriteLine($"$ registry-cleaner {string.Join(' ', all)}");
    await Cli.Wrap("dotnet")
        .WithArguments([Path.Combine(AppContext.BaseDirectory, "registry-cleaner.dll"), .. all])
        .WithStandardOutputPipe(PipeTarget.ToDelegate(Console.WriteLine))
        .WithStandardErrorPipe(PipeTarget.ToDelegate(Console.WriteLine))
        .ExecuteAsync();
    Console.WriteLine();
}
