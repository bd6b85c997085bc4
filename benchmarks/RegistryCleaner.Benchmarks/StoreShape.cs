namespace RegistryCleaner.Benchmarks;

/// <summary>
/// What a store of the benchmarks holds: about 18 files a tag, and 20 a repository.
/// </summary>
/// <remarks>
/// Each repository links the 20 layers of five base images, which all of them share. Each tag is an image of one base image's four
/// layers, five layers and a configuration of its own (16 files: seven blobs with a link each, current and index link of the tag).
/// Of the tags,
/// <list type="bullet">
/// <item>every tenth is an index of two such images, which have no tag themselves;</item>
/// <item>every hundredth has a signature under cosign's tag;</item>
/// <item>every 33rd was pushed twice: the first image has no tag any more;</item>
/// <item>every 50th left a layer that is linked and that no manifest needs, a blob that nothing links, and a link to a blob that is gone.</item>
/// </list>
/// Contents are a few bytes: no collector reads a layer. Everything looks a month old, so that no grace period keeps it.
/// </remarks>
/// <param name="Repositories">How many repositories.</param>
/// <param name="Tags">How many tags each has, not counting those of signatures.</param>
/// <param name="Seed">Stores of different seeds share no digest.</param>
internal sealed record StoreShape(int Repositories, int Tags, int Seed)
{
    public const int BaseImages = 5;
    public const int BaseLayers = 4;
    public const int OwnLayers = 5;

    public static bool IsIndex(int tag) => tag % 10 == 5;

    public static bool IsSigned(int tag) => tag % 100 == 7;

    public static bool WasPushedTwice(int tag) => tag % 33 == 1;

    public static bool LeftGarbage(int tag) => tag % 50 == 3;

    public static string RepositoryName(int repository) => $"team/service-{repository:d4}";

    public static string TagName(int tag) => $"1.{tag}.0";
}
