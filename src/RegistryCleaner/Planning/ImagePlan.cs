using RegistryCleaner.Naming;

namespace RegistryCleaner.Planning;

/// <summary>What one image of a plan holds. A blob counts once, its configuration and its manifests are among them.</summary>
/// <param name="Image">The image, <c>repo:tag</c> or <c>repo@digest</c>.</param>
/// <param name="BytesFreedAlone">What would be freed if this image alone were removed, and nothing else of the plan.</param>
/// <param name="BytesShared">The length of its blobs that something else holds too, be it kept or removed by the same plan.</param>
public sealed record ImagePlan(string Image, long BytesFreedAlone, long BytesShared);

/// <summary>Something that goes and the blobs that it leads to.</summary>
/// <param name="Image">The image; null for what goes without having been named, such as the untagged manifests of a whole repository.</param>
/// <param name="Blobs">Manifests, configurations and layers.</param>
internal sealed record ImageHolder(string? Image, IReadOnlySet<Digest> Blobs)
{
    /// <summary>What each image would free alone: of the blobs that the plan frees, those that no other holder leads to.</summary>
    public static IEnumerable<ImagePlan> Weigh(IReadOnlyList<ImageHolder> holders, IReadOnlySet<Digest> freed, IReadOnlyDictionary<Digest, long> sizes)
    {
        var held = holders.SelectMany(holder => holder.Blobs).CountBy(blob => blob).ToDictionary();
        foreach (var holder in holders.Where(holder => holder.Image is not null))
        {
            var alone = holder.Blobs.Where(blob => held[blob] == 1 && freed.Contains(blob)).Sum(blob => sizes.GetValueOrDefault(blob));
            yield return new ImagePlan(holder.Image!, alone, holder.Blobs.Sum(blob => sizes.GetValueOrDefault(blob)) - alone);
        }
    }
}
