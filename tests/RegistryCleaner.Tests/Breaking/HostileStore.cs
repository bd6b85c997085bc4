using System.Diagnostics;
using RegistryCleaner.Checking;
using RegistryCleaner.Planning;
using RegistryCleaner.TestKit;

namespace RegistryCleaner.Tests.Breaking;

/// <summary>
/// A store that somebody has made to mislead whoever works on it, beside a directory that is none of its business, and all verbs.
/// </summary>
internal sealed class HostileStore : IDisposable
{
    private readonly TemporaryStore _store = new();
    private readonly string _outside;

    public HostileStore()
    {
        // In the same file system: what a rename could reach.
        _outside = Directory.CreateDirectory(_store.Builder.RootDirectory + "-outside").FullName;
        foreach (var repository in new[] { "team/app", "team/app/nested", "other" })
        {
            var parts = new[] { Store.Layer(repository, "base"), Store.Layer(repository, "old") };
            Store.Tag(repository, "1.0", Store.Image(repository, "old", parts));
            Store.Tag(repository, "2.0", Store.Image(repository, "new", Store.Layer(repository, "base"), Store.Layer(repository, $"new of {repository}")));
        }

        Store.Tag("gone", "1", Store.Image("gone", "gone", Store.Layer("gone", "gone")));
        Store.Image("team/app", "untagged", Store.Layer("team/app", "untagged"));
        Store.Write("v2/repositories/team/app/_uploads/f3a1/startedat", "2026-01-01T00:00:00Z"u8);
        Store.Blob("orphan"u8);
        File.WriteAllText(Path.Combine(_outside, "precious"), "precious");
        Store.Age(TimeSpan.FromDays(2));
    }

    /// <summary>How long a verb may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

    public StoreBuilder Store => _store.Builder;

    public StoreOracle Oracle => _store.Oracle;

    public string Outside(string name) => Path.Combine(_outside, name);

    /// <summary>What is outside, with the kind and the content of everything.</summary>
    public SortedDictionary<string, string> OutsideContent() => new StoreOracle(_outside).Content();

    /// <summary>Moves something of the store outside, and leaves a symbolic link to it.</summary>
    public void Replace(string path)
    {
        var full = Store.FullPath(path);
        var target = Outside(path.Replace('/', '+'));
        if (Directory.Exists(full))
            Directory.Move(full, target);
        else if (File.Exists(full))
            File.Move(full, target);
        else
            Directory.CreateDirectory(target);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.CreateSymbolicLink(full, target);
    }

    /// <summary>Runs a script in the store's directory.</summary>
    public void Shell(string script)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", ["-euc", script]) { WorkingDirectory = Store.FullPath("v2") })!;
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, script);
    }

    /// <summary>
    /// Every verb, one after the other, as a process would run it; how each ended. None may throw anything but what says why nothing was
    /// done, and none may go on for ever.
    /// </summary>
    public async Task<IReadOnlyList<(string Verb, ExitCode ExitCode, string Said)>> RunEverythingAsync()
    {
        var root = Store.RootDirectory;
        var ends = new List<(string, ExitCode, string)>();
        foreach (var (verb, run) in new (string, Func<Cleaner, CancellationToken, Task<CleanerReport>>)[]
        {
            ("CheckRegistry", (cleaner, token) => cleaner.CheckRegistryAsync(new CheckRegistryOptions { RegistryRoot = root, Verify = VerifyKind.Hash }, token)),
            ("CleanImages", (cleaner, token) => cleaner.CleanImagesAsync(new CleanImagesOptions { RegistryRoot = root, Images = ["team/app:1.0", "team/app/nested:1.0", "gone"] }, token)),
            ("GarbageCollect", (cleaner, token) => cleaner.GarbageCollectAsync(new GarbageCollectOptions { RegistryRoot = root, DeleteUntagged = true, Grace = TimeSpan.Zero, MaxDelete = DeletionLimit.None, Leftovers = true, UploadsOlderThan = TimeSpan.FromDays(1) }, token)),
            ("History", (cleaner, token) => cleaner.HistoryAsync(new HistoryOptions { RegistryRoot = root }, token)),
            ("CheckRegistry --repair", (cleaner, token) => cleaner.CheckRegistryAsync(new CheckRegistryOptions { RegistryRoot = root, Repair = true }, token)),
            ("RestoreImages", (cleaner, token) => cleaner.RestoreImagesAsync(new RestoreImagesOptions { RegistryRoot = root }, token)),
            ("CleanImages again", (cleaner, token) => cleaner.CleanImagesAsync(new CleanImagesOptions { RegistryRoot = root, Images = ["team/app:1.0", "other:1.0"] }, token)),
            ("EmptyTrash", (cleaner, token) => cleaner.EmptyTrashAsync(new EmptyTrashOptions { RegistryRoot = root }, token)),
        })
        {
            using var patience = new CancellationTokenSource(Patience);
            try
            {
                var report = await run(new Cleaner(), patience.Token).WaitAsync(Patience + TimeSpan.FromMinutes(1));
                ends.Add((verb, report.ExitCode, string.Join('\n', [.. report.Warnings, .. report.Findings.Select(finding => $"{finding.Where}: {finding.What}")])));
            }
            catch (CleanerException e)
            {
                ends.Add((verb, e.ExitCode, e.Message));
            }
        }

        return ends;
    }

    public void Dispose()
    {
        // Names and depths that the runtime's own deleting does not reach.
        foreach (var directory in new[] { Store.RootDirectory, _outside })
        {
            using var process = Process.Start("rm", ["-rf", directory]);
            process.WaitForExit();
        }
    }
}
