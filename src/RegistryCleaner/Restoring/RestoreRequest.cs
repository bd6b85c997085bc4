using RegistryCleaner.Naming;
using RegistryCleaner.Pruning;

namespace RegistryCleaner.Restoring;

/// <summary>What of a run is to be taken back.</summary>
/// <param name="Images">The images; empty for all that the run removed.</param>
/// <param name="Overwrite">Whether a tag that was pushed anew since is to point where it did.</param>
internal sealed record RestoreRequest(IReadOnlyList<ImageSelector> Images, bool Overwrite)
{
    /// <summary>Whether everything is.</summary>
    public bool IsWhole => Images.Count == 0;

    /// <summary>Whether everything of a repository is.</summary>
    public bool TakesWhole(RepositoryName repository) => IsWhole || Images.Any(image => image.Repository == repository && image.Tag is null && image.Digest is null);

    /// <summary>Whether a tag was asked for.</summary>
    public bool Takes(RepositoryName repository, JournalTag tag) =>
        IsWhole || Images.Any(image => image.Takes(repository, Tag.Parse(tag.Tag), Digest.TryParse(tag.Digest, out var digest, out _) ? digest : null));

    /// <summary>Whether a manifest was asked for by its digest.</summary>
    public bool Takes(RepositoryName repository, Digest manifest) =>
        TakesWhole(repository) || Images.Any(image => image.Repository == repository && image.Tag is null && image.Digest == manifest);

    /// <summary>The images that the run did not remove.</summary>
    public IEnumerable<ImageSelector> NotIn(PruneJournal journal) => Images.Where(image => !journal.Repositories.Any(repository => IsIn(repository, image)));

    /// <summary>
    /// Whether the run removed one of the images or, where everything is asked for, tags: a collection removes what nobody knows by name.
    /// </summary>
    public bool IsAbout(PruneJournal journal) => journal.Repositories.Any(repository => IsWhole
        ? repository.Tags.Count > 0
        : Images.Any(image => IsIn(repository, image) && (image.Tag is not null || image.Digest is not null || repository.Removed || repository.Tags.Count > 0)));

    private bool IsIn(JournalRepository repository, ImageSelector image) =>
        repository.Name == image.Repository.Value
            && ((image.Tag is null && image.Digest is null)
                || repository.Tags.Concat(repository.ReferrerTags).Any(tag => Takes(image.Repository, tag) && tag.Tag == image.Tag?.Value)
                || (image.Tag is null && repository.Manifests.Any(manifest => manifest.Name == image.Digest.ToString())));
}
