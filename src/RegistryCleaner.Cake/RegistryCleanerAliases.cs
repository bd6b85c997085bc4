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
}
