using RegistryCleaner.Checking;
using RegistryCleaner.Collecting;
using RegistryCleaner.Hosts;
using RegistryCleaner.Planning;
using RegistryCleaner.Pruning;
using RegistryCleaner.Selection;

namespace RegistryCleaner.Nuke;

/// <summary>
/// Settings as NUKE's own tasks have them: <c>CleanImages(_ => _.SetImages("team/app:1.4.0").SetDryRun())</c>. One for each option; a test
/// tells when one is missing.
/// </summary>
public static class RegistryCleanerSettings
{
    /// <inheritdoc cref="RegistryOptions.RegistryContainer"/>
    public static T SetRegistryContainer<T>(this T options, string? registryContainer)
        where T : RegistryOptions => (T)((RegistryOptions)options with { RegistryContainer = registryContainer });

    /// <inheritdoc cref="RegistryOptions.RegistryRoot"/>
    public static T SetRegistryRoot<T>(this T options, string? registryRoot)
        where T : RegistryOptions => (T)((RegistryOptions)options with { RegistryRoot = registryRoot });

    /// <inheritdoc cref="RegistryOptions.RegistryConfig"/>
    public static T SetRegistryConfig<T>(this T options, string? registryConfig)
        where T : RegistryOptions => (T)((RegistryOptions)options with { RegistryConfig = registryConfig });

    /// <inheritdoc cref="RegistryOptions.RegistryBinary"/>
    public static T SetRegistryBinary<T>(this T options, string? registryBinary)
        where T : RegistryOptions => (T)((RegistryOptions)options with { RegistryBinary = registryBinary });

    /// <inheritdoc cref="RegistryOptions.RegistryHosts"/>
    public static T SetRegistryHosts<T>(this T options, params IReadOnlyList<string> registryHosts)
        where T : RegistryOptions => (T)((RegistryOptions)options with { RegistryHosts = registryHosts });

    /// <inheritdoc cref="RegistryOptions.RegistryUrl"/>
    public static T SetRegistryUrl<T>(this T options, Uri? registryUrl)
        where T : RegistryOptions => (T)((RegistryOptions)options with { RegistryUrl = registryUrl });

    /// <inheritdoc cref="RegistryOptions.RegistryUser"/>
    public static T SetRegistryUser<T>(this T options, string? registryUser)
        where T : RegistryOptions => (T)((RegistryOptions)options with { RegistryUser = registryUser });

    /// <inheritdoc cref="RegistryOptions.RegistryPasswordFile"/>
    public static T SetRegistryPasswordFile<T>(this T options, string? registryPasswordFile)
        where T : RegistryOptions => (T)((RegistryOptions)options with { RegistryPasswordFile = registryPasswordFile });

    /// <inheritdoc cref="RegistryOptions.RegistryCa"/>
    public static T SetRegistryCa<T>(this T options, string? registryCa)
        where T : RegistryOptions => (T)((RegistryOptions)options with { RegistryCa = registryCa });

    /// <inheritdoc cref="RegistryOptions.RegistryCert"/>
    public static T SetRegistryCert<T>(this T options, string? registryCert)
        where T : RegistryOptions => (T)((RegistryOptions)options with { RegistryCert = registryCert });

    /// <inheritdoc cref="RegistryOptions.RegistryKey"/>
    public static T SetRegistryKey<T>(this T options, string? registryKey)
        where T : RegistryOptions => (T)((RegistryOptions)options with { RegistryKey = registryKey });

    /// <inheritdoc cref="RegistryOptions.Insecure"/>
    public static T SetInsecure<T>(this T options, bool insecure = true)
        where T : RegistryOptions => (T)((RegistryOptions)options with { Insecure = insecure });

    /// <inheritdoc cref="RegistryOptions.Offline"/>
    public static T SetOffline<T>(this T options, bool offline = true)
        where T : RegistryOptions => (T)((RegistryOptions)options with { Offline = offline });

    /// <inheritdoc cref="RegistryOptions.Settle"/>
    public static T SetSettle<T>(this T options, TimeSpan settle)
        where T : RegistryOptions => (T)((RegistryOptions)options with { Settle = settle });

    /// <inheritdoc cref="RegistryOptions.LockTimeout"/>
    public static T SetLockTimeout<T>(this T options, TimeSpan lockTimeout)
        where T : RegistryOptions => (T)((RegistryOptions)options with { LockTimeout = lockTimeout });

    /// <inheritdoc cref="RegistryOptions.ContainerEngine"/>
    public static T SetContainerEngine<T>(this T options, string? containerEngine)
        where T : RegistryOptions => (T)((RegistryOptions)options with { ContainerEngine = containerEngine });

    /// <inheritdoc cref="CleanImagesOptions.Images"/>
    public static CleanImagesOptions SetImages(this CleanImagesOptions options, params IReadOnlyList<string> images) => options with { Images = images };

    /// <inheritdoc cref="CleanImagesOptions.DryRun"/>
    public static CleanImagesOptions SetDryRun(this CleanImagesOptions options, bool dryRun = true) => options with { DryRun = dryRun };

    /// <inheritdoc cref="CleanImagesOptions.Strict"/>
    public static CleanImagesOptions SetStrict(this CleanImagesOptions options, bool strict = true) => options with { Strict = strict };

    /// <inheritdoc cref="CleanImagesOptions.KeepEmpty"/>
    public static CleanImagesOptions SetKeepEmpty(this CleanImagesOptions options, bool keepEmpty = true) => options with { KeepEmpty = keepEmpty };

    /// <inheritdoc cref="CleanImagesOptions.Collector"/>
    public static CleanImagesOptions SetCollector(this CleanImagesOptions options, CollectorKind collector) => options with { Collector = collector };

    /// <inheritdoc cref="CleanImagesOptions.MaxDelete"/>
    public static CleanImagesOptions SetMaxDelete(this CleanImagesOptions options, DeletionLimit? maxDelete) => options with { MaxDelete = maxDelete };

    /// <inheritdoc cref="CleanImagesOptions.TrashRetention"/>
    public static CleanImagesOptions SetTrashRetention(this CleanImagesOptions options, TimeSpan trashRetention) => options with { TrashRetention = trashRetention };

    /// <inheritdoc cref="CleanImagesOptions.Interrupted"/>
    public static CleanImagesOptions SetInterrupted(this CleanImagesOptions options, InterruptedRunPolicy interrupted) => options with { Interrupted = interrupted };

    /// <inheritdoc cref="CleanImagesOptions.Verify"/>
    public static CleanImagesOptions SetVerify(this CleanImagesOptions options, VerifyKind verify) => options with { Verify = verify };

    /// <inheritdoc cref="CleanImagesOptions.Restart"/>
    public static CleanImagesOptions SetRestart(this CleanImagesOptions options, bool restart = true) => options with { Restart = restart };

    /// <inheritdoc cref="CleanImagesOptions.ImagesFrom"/>
    public static CleanImagesOptions SetImagesFrom(this CleanImagesOptions options, string? imagesFrom) => options with { ImagesFrom = imagesFrom };

    /// <inheritdoc cref="CleanImagesOptions.SupersededBy"/>
    public static CleanImagesOptions SetSupersededBy(this CleanImagesOptions options, params IReadOnlyList<string> supersededBy) => options with { SupersededBy = supersededBy };

    /// <inheritdoc cref="CleanImagesOptions.Line"/>
    public static CleanImagesOptions SetLine(this CleanImagesOptions options, VersionLine? line) => options with { Line = line };

    /// <inheritdoc cref="CleanImagesOptions.KeepLast"/>
    public static CleanImagesOptions SetKeepLast(this CleanImagesOptions options, int? keepLast) => options with { KeepLast = keepLast };

    /// <inheritdoc cref="CleanImagesOptions.KeepWithin"/>
    public static CleanImagesOptions SetKeepWithin(this CleanImagesOptions options, TimeSpan? keepWithin) => options with { KeepWithin = keepWithin };

    /// <inheritdoc cref="CleanImagesOptions.KeepDaily"/>
    public static CleanImagesOptions SetKeepDaily(this CleanImagesOptions options, int? keepDaily) => options with { KeepDaily = keepDaily };

    /// <inheritdoc cref="CleanImagesOptions.KeepWeekly"/>
    public static CleanImagesOptions SetKeepWeekly(this CleanImagesOptions options, int? keepWeekly) => options with { KeepWeekly = keepWeekly };

    /// <inheritdoc cref="CleanImagesOptions.KeepMonthly"/>
    public static CleanImagesOptions SetKeepMonthly(this CleanImagesOptions options, int? keepMonthly) => options with { KeepMonthly = keepMonthly };

    /// <inheritdoc cref="CleanImagesOptions.KeepSemver"/>
    public static CleanImagesOptions SetKeepSemver(this CleanImagesOptions options, string? keepSemver) => options with { KeepSemver = keepSemver };

    /// <inheritdoc cref="CleanImagesOptions.OlderThan"/>
    public static CleanImagesOptions SetOlderThan(this CleanImagesOptions options, TimeSpan? olderThan) => options with { OlderThan = olderThan };

    /// <inheritdoc cref="CleanImagesOptions.Untagged"/>
    public static CleanImagesOptions SetUntagged(this CleanImagesOptions options, bool untagged = true) => options with { Untagged = untagged };

    /// <inheritdoc cref="CleanImagesOptions.Expired"/>
    public static CleanImagesOptions SetExpired(this CleanImagesOptions options, bool expired = true) => options with { Expired = expired };

    /// <inheritdoc cref="CleanImagesOptions.ExpiresAnnotation"/>
    public static CleanImagesOptions SetExpiresAnnotation(this CleanImagesOptions options, string? expiresAnnotation) => options with { ExpiresAnnotation = expiresAnnotation };

    /// <inheritdoc cref="CleanImagesOptions.Protect"/>
    public static CleanImagesOptions SetProtect(this CleanImagesOptions options, params IReadOnlyList<string> protect) => options with { Protect = protect };

    /// <inheritdoc cref="CleanImagesOptions.ProtectFile"/>
    public static CleanImagesOptions SetProtectFile(this CleanImagesOptions options, string? protectFile) => options with { ProtectFile = protectFile };

    /// <inheritdoc cref="CleanImagesOptions.InUse"/>
    public static CleanImagesOptions SetInUse(this CleanImagesOptions options, params IReadOnlyList<string> inUse) => options with { InUse = inUse };

    /// <inheritdoc cref="CleanImagesOptions.AgeBy"/>
    public static CleanImagesOptions SetAgeBy(this CleanImagesOptions options, AgeBy? ageBy) => options with { AgeBy = ageBy };

    /// <inheritdoc cref="CleanImagesOptions.UnknownAgeIsOld"/>
    public static CleanImagesOptions SetUnknownAgeIsOld(this CleanImagesOptions options, bool unknownAgeIsOld = true) => options with { UnknownAgeIsOld = unknownAgeIsOld };

    /// <inheritdoc cref="CleanImagesOptions.Policy"/>
    public static CleanImagesOptions SetPolicy(this CleanImagesOptions options, string? policy) => options with { Policy = policy };

    /// <inheritdoc cref="CleanImagesOptions.PlanOut"/>
    public static CleanImagesOptions SetPlanOut(this CleanImagesOptions options, string? planOut) => options with { PlanOut = planOut };

    /// <inheritdoc cref="CleanImagesOptions.Plan"/>
    public static CleanImagesOptions SetPlan(this CleanImagesOptions options, string? plan) => options with { Plan = plan };

    /// <inheritdoc cref="CleanImagesOptions.PlanMaxAge"/>
    public static CleanImagesOptions SetPlanMaxAge(this CleanImagesOptions options, TimeSpan? planMaxAge) => options with { PlanMaxAge = planMaxAge };

    /// <inheritdoc cref="CleanImagesOptions.Explain"/>
    public static CleanImagesOptions SetExplain(this CleanImagesOptions options, string? explain) => options with { Explain = explain };

    /// <inheritdoc cref="CleanImagesOptions.Yes"/>
    public static CleanImagesOptions SetYes(this CleanImagesOptions options, bool yes = true) => options with { Yes = yes };

    /// <inheritdoc cref="GarbageCollectOptions.DryRun"/>
    public static GarbageCollectOptions SetDryRun(this GarbageCollectOptions options, bool dryRun = true) => options with { DryRun = dryRun };

    /// <inheritdoc cref="GarbageCollectOptions.DeleteUntagged"/>
    public static GarbageCollectOptions SetDeleteUntagged(this GarbageCollectOptions options, bool deleteUntagged = true) => options with { DeleteUntagged = deleteUntagged };

    /// <inheritdoc cref="GarbageCollectOptions.Collector"/>
    public static GarbageCollectOptions SetCollector(this GarbageCollectOptions options, CollectorKind collector) => options with { Collector = collector };

    /// <inheritdoc cref="GarbageCollectOptions.Grace"/>
    public static GarbageCollectOptions SetGrace(this GarbageCollectOptions options, TimeSpan grace) => options with { Grace = grace };

    /// <inheritdoc cref="GarbageCollectOptions.MaxDelete"/>
    public static GarbageCollectOptions SetMaxDelete(this GarbageCollectOptions options, DeletionLimit maxDelete) => options with { MaxDelete = maxDelete };

    /// <inheritdoc cref="GarbageCollectOptions.AllowNoRepositories"/>
    public static GarbageCollectOptions SetAllowNoRepositories(this GarbageCollectOptions options, bool allowNoRepositories = true) => options with { AllowNoRepositories = allowNoRepositories };

    /// <inheritdoc cref="GarbageCollectOptions.UploadsOlderThan"/>
    public static GarbageCollectOptions SetUploadsOlderThan(this GarbageCollectOptions options, TimeSpan? uploadsOlderThan) => options with { UploadsOlderThan = uploadsOlderThan };

    /// <inheritdoc cref="GarbageCollectOptions.Leftovers"/>
    public static GarbageCollectOptions SetLeftovers(this GarbageCollectOptions options, bool leftovers = true) => options with { Leftovers = leftovers };

    /// <inheritdoc cref="GarbageCollectOptions.After"/>
    public static GarbageCollectOptions SetAfter(this GarbageCollectOptions options, CleanerReport? after) => options with { After = after };

    /// <inheritdoc cref="GarbageCollectOptions.AllowMultiArchLoss"/>
    public static GarbageCollectOptions SetAllowMultiArchLoss(this GarbageCollectOptions options, bool allowMultiArchLoss = true) => options with { AllowMultiArchLoss = allowMultiArchLoss };

    /// <inheritdoc cref="GarbageCollectOptions.TrashRetention"/>
    public static GarbageCollectOptions SetTrashRetention(this GarbageCollectOptions options, TimeSpan trashRetention) => options with { TrashRetention = trashRetention };

    /// <inheritdoc cref="GarbageCollectOptions.Interrupted"/>
    public static GarbageCollectOptions SetInterrupted(this GarbageCollectOptions options, InterruptedRunPolicy interrupted) => options with { Interrupted = interrupted };

    /// <inheritdoc cref="GarbageCollectOptions.Verify"/>
    public static GarbageCollectOptions SetVerify(this GarbageCollectOptions options, VerifyKind verify) => options with { Verify = verify };

    /// <inheritdoc cref="GarbageCollectOptions.Restart"/>
    public static GarbageCollectOptions SetRestart(this GarbageCollectOptions options, bool restart = true) => options with { Restart = restart };

    /// <inheritdoc cref="GarbageCollectOptions.KeepEmpty"/>
    public static GarbageCollectOptions SetKeepEmpty(this GarbageCollectOptions options, bool keepEmpty = true) => options with { KeepEmpty = keepEmpty };

    /// <inheritdoc cref="RestoreImagesOptions.Run"/>
    public static RestoreImagesOptions SetRun(this RestoreImagesOptions options, string? run) => options with { Run = run };

    /// <inheritdoc cref="RestoreImagesOptions.Images"/>
    public static RestoreImagesOptions SetImages(this RestoreImagesOptions options, params IReadOnlyList<string> images) => options with { Images = images };

    /// <inheritdoc cref="RestoreImagesOptions.Overwrite"/>
    public static RestoreImagesOptions SetOverwrite(this RestoreImagesOptions options, bool overwrite = true) => options with { Overwrite = overwrite };

    /// <inheritdoc cref="RestoreImagesOptions.Interrupted"/>
    public static RestoreImagesOptions SetInterrupted(this RestoreImagesOptions options, InterruptedRunPolicy interrupted) => options with { Interrupted = interrupted };

    /// <inheritdoc cref="RestoreImagesOptions.DryRun"/>
    public static RestoreImagesOptions SetDryRun(this RestoreImagesOptions options, bool dryRun = true) => options with { DryRun = dryRun };

    /// <inheritdoc cref="EmptyTrashOptions.DryRun"/>
    public static EmptyTrashOptions SetDryRun(this EmptyTrashOptions options, bool dryRun = true) => options with { DryRun = dryRun };

    /// <inheritdoc cref="EmptyTrashOptions.Interrupted"/>
    public static EmptyTrashOptions SetInterrupted(this EmptyTrashOptions options, InterruptedRunPolicy interrupted) => options with { Interrupted = interrupted };

    /// <inheritdoc cref="CheckRegistryOptions.Verify"/>
    public static CheckRegistryOptions SetVerify(this CheckRegistryOptions options, VerifyKind verify) => options with { Verify = verify };

    /// <inheritdoc cref="CheckRegistryOptions.Repair"/>
    public static CheckRegistryOptions SetRepair(this CheckRegistryOptions options, bool repair = true) => options with { Repair = repair };
}
