// A release that prunes what it superseded.
//
//   dotnet cake --images=team/app:1.4.0 --images=team/app:1.4.1 --dry-run
//   dotnet cake --target=GarbageCollect --images=team/app:1.4.0
#addin nuget:?package=RegistryCleaner.Cake&version=0.1.0&loaddependencies=true

CleanerReport cleaned = null;

Task("Push")
    .Does(() => Information("Here the release pushes its images."));

Task("CleanImages")
    .IsDependentOn("Push")
    .Does(() =>
{
    cleaned = CleanImages(CleanImagesArguments());
    if (cleaned.DryRun)
        Information("A real run would free {0} bytes.", cleaned.Plan.BytesFreed);
});

Task("GarbageCollect")
    .IsDependentOn("CleanImages")
    .Does(() => GarbageCollect(GarbageCollectArguments() with { After = cleaned }));

// Cake ends with 1 whatever task failed, unless the failure itself reaches it: these two lines give the documented exit codes.
try { RunTarget(Argument("target", "CleanImages")); }
catch (Exception e) when (e.InnerException is CakeException failure) { throw failure; }
