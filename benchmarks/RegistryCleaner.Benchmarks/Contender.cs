using RegistryCleaner.Store;

namespace RegistryCleaner.Benchmarks;

/// <summary>A command that is timed.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Program">The program.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="DeletesUntagged">Whether it does what <c>--delete-untagged</c> asks for; null where the question has no meaning.</param>
internal sealed record Contender(string Name, string Program, IReadOnlyList<string> Arguments, bool? DeletesUntagged = null)
{
    /// <summary>The program that was built together with the benchmarks.</summary>
    public static string BuiltProgram => Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "registry-cleaner.exe" : "registry-cleaner");

    public static Contender Full(string name, string program, string store, bool deleteUntagged) => new(
        deleteUntagged ? $"{name} --delete-untagged" : name,
        program,
        ["GarbageCollect", "--dry-run", "--max-delete", "100%", "--registry-root", store, "--log", "error", .. deleteUntagged ? ["--delete-untagged"] : (string[])[]],
        deleteUntagged);

    public static Contender Targeted(string program, string store, string image) =>
        new($"CleanImages {image}", program, ["CleanImages", "--dry-run", "--images", image, "--registry-root", store, "--log", "error"]);

    /// <summary>
    /// The registry's own collector. With -m it is the script's way, too: of clean_registry.py's dry run it is all but a few lookups.
    /// </summary>
    public static Contender Registry(string program, string configuration, bool deleteUntagged) => new(
        deleteUntagged ? "registry garbage-collect -m (the script's way)" : "registry garbage-collect",
        program,
        ["garbage-collect", "--dry-run", .. deleteUntagged ? ["-m"] : (string[])[], configuration],
        deleteUntagged);

    public static Contender Find(string store) => new("find -type f", "find", [Path.Combine(store, StoreLayout.BaseDirectory), "-type", "f"]);
}
