using Cake.Core;
using Cake.Core.Annotations;

namespace RegistryCleaner.Cake;

/// <summary>
/// Prunes superseded images from a self-hosted container registry (CNCF distribution).
/// <code><![CDATA[#addin nuget:?package=RegistryCleaner.Cake&loaddependencies=true]]></code>
/// </summary>
[CakeAliasCategory("RegistryCleaner")]
[CakeNamespaceImport("RegistryCleaner")]
[CakeNamespaceImport("RegistryCleaner.Collecting")]
public static class RegistryCleanerAliases
{
    /// <summary>Removes images, and frees what they alone held.</summary>
    /// <param name="context">Cake's context.</param>
    /// <param name="settings">The images, and how to go about it.</param>
    /// <returns>What was found, decided and done.</returns>
    /// <exception cref="CakeException">Not everything was done: the exit code says why, and where something was done, <c>Data["CleanerReport"]</c> what.</exception>
    /// <example><code><![CDATA[
    /// CleanImages(new CleanImagesOptions { Images = ["team/app:1.0", "team/app:1.1"], DryRun = true });
    /// ]]></code></example>
    [CakeMethodAlias]
    public static CleanerReport CleanImages(this ICakeContext context, CleanImagesOptions settings) =>
        CakeRun.Run(context, (cleaner, cancellation) => cleaner.CleanImagesAsync(settings, cancellation));

    /// <summary>Collects what nothing in the registry refers to any longer.</summary>
    /// <param name="context">Cake's context.</param>
    /// <param name="settings">How to go about it.</param>
    /// <returns>What was found, decided and done.</returns>
    /// <exception cref="CakeException">Not everything was done: the exit code says why, and where something was done, <c>Data["CleanerReport"]</c> what.</exception>
    /// <example><code><![CDATA[
    /// var report = CleanImages(new CleanImagesOptions { Images = ["team/app:1.0"], Collector = CollectorKind.None });
    /// GarbageCollect(new GarbageCollectOptions { After = report });
    /// ]]></code></example>
    [CakeMethodAlias]
    public static CleanerReport GarbageCollect(this ICakeContext context, GarbageCollectOptions settings) =>
        CakeRun.Run(context, (cleaner, cancellation) => cleaner.GarbageCollectAsync(settings, cancellation));

    /// <summary>
    /// CleanImages' settings as the command line gives them, <c>--images=team/app:1.0 --dry-run</c>: every parameter by its name. An
    /// argument that is neither a parameter nor named here is refused, so that <c>--dry-rum</c> never deletes.
    /// </summary>
    /// <param name="context">Cake's context.</param>
    /// <param name="others">The names of the script's own arguments besides <c>target</c>, <c>configuration</c> and Cake's own.</param>
    /// <exception cref="CakeException">An argument is not understood; nothing was touched.</exception>
    /// <example><code><![CDATA[
    /// CleanImages(CleanImagesArguments());
    /// ]]></code></example>
    [CakeMethodAlias]
    public static CleanImagesOptions CleanImagesArguments(this ICakeContext context, params string[] others) =>
        CakeRun.Read(context, CleanerVerbs.CleanImages, others, values => values.ToCleanImagesOptions());

    /// <summary>GarbageCollect's settings as the command line gives them: every parameter by its name, and nothing else.</summary>
    /// <param name="context">Cake's context.</param>
    /// <param name="others">The names of the script's own arguments besides <c>target</c>, <c>configuration</c> and Cake's own.</param>
    /// <exception cref="CakeException">An argument is not understood; nothing was touched.</exception>
    /// <example><code><![CDATA[
    /// GarbageCollect(GarbageCollectArguments());
    /// ]]></code></example>
    [CakeMethodAlias]
    public static GarbageCollectOptions GarbageCollectArguments(this ICakeContext context, params string[] others) =>
        CakeRun.Read(context, CleanerVerbs.GarbageCollect, others, values => values.ToGarbageCollectOptions());

    /// <summary>Puts back what a run removed, as far as it is in the trash.</summary>
    /// <param name="context">Cake's context.</param>
    /// <param name="settings">How to go about it.</param>
    /// <returns>What was found and done.</returns>
    /// <exception cref="CakeException">Not everything was done: the exit code says why, and where something was done, <c>Data["CleanerReport"]</c> what.</exception>
    /// <example><code><![CDATA[
    /// RestoreImages(new RestoreImagesOptions { Run = "latest", Images = ["team/app:1.0"] });
    /// ]]></code></example>
    [CakeMethodAlias]
    public static CleanerReport RestoreImages(this ICakeContext context, RestoreImagesOptions settings) =>
        CakeRun.Run(context, (cleaner, cancellation) => cleaner.RestoreImagesAsync(settings, cancellation));

    /// <summary>RestoreImages's settings as the command line gives them: every parameter by its name, and nothing else.</summary>
    /// <param name="context">Cake's context.</param>
    /// <param name="others">The names of the script's own arguments besides <c>target</c>, <c>configuration</c> and Cake's own.</param>
    /// <exception cref="CakeException">An argument is not understood; nothing was touched.</exception>
    /// <example><code><![CDATA[
    /// RestoreImages(RestoreImagesArguments());
    /// ]]></code></example>
    [CakeMethodAlias]
    public static RestoreImagesOptions RestoreImagesArguments(this ICakeContext context, params string[] others) =>
        CakeRun.Read(context, CleanerVerbs.RestoreImages, others, values => values.ToRestoreImagesOptions());

    /// <summary>Frees the space of what earlier runs removed, without waiting for its time.</summary>
    /// <param name="context">Cake's context.</param>
    /// <param name="settings">How to go about it.</param>
    /// <returns>What was found and done.</returns>
    /// <exception cref="CakeException">Not everything was done: the exit code says why, and where something was done, <c>Data["CleanerReport"]</c> what.</exception>
    /// <example><code><![CDATA[
    /// EmptyTrash(new EmptyTrashOptions { DryRun = true });
    /// ]]></code></example>
    [CakeMethodAlias]
    public static CleanerReport EmptyTrash(this ICakeContext context, EmptyTrashOptions settings) =>
        CakeRun.Run(context, (cleaner, cancellation) => cleaner.EmptyTrashAsync(settings, cancellation));

    /// <summary>EmptyTrash's settings as the command line gives them: every parameter by its name, and nothing else.</summary>
    /// <param name="context">Cake's context.</param>
    /// <param name="others">The names of the script's own arguments besides <c>target</c>, <c>configuration</c> and Cake's own.</param>
    /// <exception cref="CakeException">An argument is not understood; nothing was touched.</exception>
    /// <example><code><![CDATA[
    /// EmptyTrash(EmptyTrashArguments());
    /// ]]></code></example>
    [CakeMethodAlias]
    public static EmptyTrashOptions EmptyTrashArguments(this ICakeContext context, params string[] others) =>
        CakeRun.Read(context, CleanerVerbs.EmptyTrash, others, values => values.ToEmptyTrashOptions());

    /// <summary>Lists the runs that removed something, and what became of them.</summary>
    /// <param name="context">Cake's context.</param>
    /// <param name="settings">How to go about it.</param>
    /// <returns>What was found and done.</returns>
    /// <exception cref="CakeException">Not everything was done: the exit code says why, and where something was done, <c>Data["CleanerReport"]</c> what.</exception>
    /// <example><code><![CDATA[
    /// History(new HistoryOptions());
    /// ]]></code></example>
    [CakeMethodAlias]
    public static CleanerReport History(this ICakeContext context, HistoryOptions settings) =>
        CakeRun.Run(context, (cleaner, cancellation) => cleaner.HistoryAsync(settings, cancellation));

    /// <summary>History's settings as the command line gives them: every parameter by its name, and nothing else.</summary>
    /// <param name="context">Cake's context.</param>
    /// <param name="others">The names of the script's own arguments besides <c>target</c>, <c>configuration</c> and Cake's own.</param>
    /// <exception cref="CakeException">An argument is not understood; nothing was touched.</exception>
    /// <example><code><![CDATA[
    /// History(HistoryArguments());
    /// ]]></code></example>
    [CakeMethodAlias]
    public static HistoryOptions HistoryArguments(this ICakeContext context, params string[] others) =>
        CakeRun.Read(context, CleanerVerbs.History, others, values => values.ToHistoryOptions());

    /// <summary>Looks at the whole store, and says what is not as it should be and what to do.</summary>
    /// <param name="context">Cake's context.</param>
    /// <param name="settings">How to go about it.</param>
    /// <returns>What was found and done.</returns>
    /// <exception cref="CakeException">Not everything was done: the exit code says why, and where something was done, <c>Data["CleanerReport"]</c> what.</exception>
    /// <example><code><![CDATA[
    /// CheckRegistry(new CheckRegistryOptions { Repair = true });
    /// ]]></code></example>
    [CakeMethodAlias]
    public static CleanerReport CheckRegistry(this ICakeContext context, CheckRegistryOptions settings) =>
        CakeRun.Run(context, (cleaner, cancellation) => cleaner.CheckRegistryAsync(settings, cancellation));

    /// <summary>CheckRegistry's settings as the command line gives them: every parameter by its name, and nothing else.</summary>
    /// <param name="context">Cake's context.</param>
    /// <param name="others">The names of the script's own arguments besides <c>target</c>, <c>configuration</c> and Cake's own.</param>
    /// <exception cref="CakeException">An argument is not understood; nothing was touched.</exception>
    /// <example><code><![CDATA[
    /// CheckRegistry(CheckRegistryArguments());
    /// ]]></code></example>
    [CakeMethodAlias]
    public static CheckRegistryOptions CheckRegistryArguments(this ICakeContext context, params string[] others) =>
        CakeRun.Read(context, CleanerVerbs.CheckRegistry, others, values => values.ToCheckRegistryOptions());
}
