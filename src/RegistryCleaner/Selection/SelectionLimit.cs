using RegistryCleaner.Planning;

namespace RegistryCleaner.Selection;

/// <summary>How much patterns and rules may take of their scope at once.</summary>
internal static class SelectionLimit
{
    /// <summary>Why a selection takes more than it may, or null.</summary>
    /// <param name="limit">A number is one of tags; a share is one of the tags and of the bytes that they lead to.</param>
    /// <param name="selection">What was selected.</param>
    /// <param name="plan">What is to come of it.</param>
    /// <param name="bytesInScope">What the tags in scope lead to takes; null where that does not matter.</param>
    public static string? WhyTooMuch(DeletionLimit limit, ImageSelection selection, PrunePlan plan, long? bytesInScope)
    {
        if (!limit.Allows(selection.TagsRemoved, selection.TagsInScope))
            return $"{selection.TagsRemoved} of {selection.TagsInScope} tags in scope would go, more than --max-delete {limit} allows: nothing was touched.";
        return bytesInScope is { } all && !limit.Allows(plan.BytesFreed, all)
            ? $"{plan.BytesFreed} of {all} bytes in scope would be freed, more than --max-delete {limit} allows: nothing was touched."
            : null;
    }
}
