using RegistryCleaner.Naming;
using RegistryCleaner.Planning;

namespace RegistryCleaner.Selection;

/// <summary>How much patterns and rules may take of their scope at once.</summary>
internal static class SelectionLimit
{
    /// <summary>What is said where a limit was given and there is no selection.</summary>
    public const string OfRulesAlone = "--max-delete limits what patterns and rules take, and only names were given: what is named goes, whatever it says.";

    /// <summary>Why a selection takes more than it may, or null. What is about other images is not counted: it goes with these.</summary>
    /// <param name="limit">A number is one of tags and untagged manifests; a share is one of these and of the bytes that they lead to.</param>
    /// <param name="selection">What was selected.</param>
    /// <param name="plan">What is to come of it.</param>
    /// <param name="blobsInScope">What the scope leads to, with the lengths; null where that does not matter.</param>
    public static string? WhyTooMuch(DeletionLimit limit, ImageSelection selection, PrunePlan plan, IReadOnlyDictionary<Digest, long>? blobsInScope)
    {
        var tags = selection.Repositories.SelectMany(repository => repository.Tags).Where(tag => !ReferrerTag.TryRead(tag.Tag.Value, out _)).ToList();
        var untagged = selection.Repositories.Sum(repository => repository.Untagged.Count(manifest => manifest.Removed));
        var (going, all) = (tags.Count(tag => tag.Removed) + untagged, tags.Count + untagged);
        if (!limit.Allows(going, all))
            return $"{going} of {all} tags{(untagged > 0 ? " and untagged manifests" : "")} in scope would go, more than --max-delete {limit} allows: nothing was touched.";
        if (blobsInScope is null)
            return null;
        // With an image go the signatures that are about it, and what was named beside the patterns: that is no part of the scope.
        var (freed, bytes) = (plan.Blobs.Where(blob => blob.Removed && blobsInScope.ContainsKey(blob.Digest)).Sum(blob => blob.Size), blobsInScope.Values.Sum());
        return limit.Allows(freed, bytes) ? null : $"{freed} of {bytes} bytes in scope would be freed, more than --max-delete {limit} allows: nothing was touched.";
    }
}
