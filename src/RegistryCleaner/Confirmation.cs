using RegistryCleaner.Planning;
using RegistryCleaner.Reporting;
using RegistryCleaner.Selection;

namespace RegistryCleaner;

/// <summary>Asks a person once, with the totals, before patterns or rules remove anything.</summary>
/// <param name="ask">Asks; null where nobody is to be asked.</param>
internal sealed class Confirmation(Func<string, CancellationToken, Task<bool>>? ask)
{
    private bool _isDone;

    /// <returns>Whether a person was asked, who may have taken hours.</returns>
    /// <exception cref="CleanerException">The person does not want it.</exception>
    public async Task<bool> RequireAsync(ImageSelection? selection, PrunePlan plan, CancellationToken cancellationToken)
    {
        if (ask is null || selection is null || plan.IsEmpty || _isDone)
            return false;
        var tags = plan.Repositories.Sum(repository => repository.Tags.Count(tag => tag.Removed));
        var manifests = plan.Repositories.Sum(repository => repository.Manifests.Count(manifest => manifest.Removed));
        var question = $"Remove {tags} tags (of {selection.TagsInScope} in scope, in {plan.Repositories.Length} repositories) with {manifests} manifests, and free {ReportTable.Bytes(plan.BytesFreed)}?";
        if (!await ask(question, cancellationToken))
            throw new CleanerException(ExitCode.Cancelled, "Not confirmed: nothing was touched.");
        return _isDone = true;
    }
}
