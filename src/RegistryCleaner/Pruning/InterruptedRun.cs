using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Pruning;

/// <summary>What becomes of a run that was killed or cancelled.</summary>
public enum InterruptedRunPolicy
{
    /// <summary>It is finished if everything that it was about is still as it was, else rolled back.</summary>
    FinishIfUnchanged,

    /// <summary>It is finished; what was pushed meanwhile stays, with all that it needs.</summary>
    Finish,

    /// <summary>Everything that it took away goes back.</summary>
    RollBack,
}

/// <summary>A run that was killed or cancelled, as things are now.</summary>
internal sealed class InterruptedRun(IStoreFiles files, StoreReader reader, PruneJournal journal)
{
    private readonly Trash _trash = new(files, journal.RunId);

    /// <summary>What is no longer as it was when the run was planned, by its own doing aside; null where nothing is.</summary>
    public async Task<string?> FindChangeAsync(CancellationToken cancellationToken)
    {
        var tags = journal.Repositories.SelectMany(repository => repository.Tags.Concat(repository.ReferrerTags).Select(tag => (Path: StoreLayout.TagLink(RepositoryName.Parse(repository.Name), Tag.Parse(tag.Tag)), tag.Digest))).ToList();
        var links = await reader.ReadLinksAsync([.. tags.SelectMany(tag => new[] { tag.Path, _trash.Of(tag.Path) })], cancellationToken);
        foreach (var (path, digest) in tags)
        {
            var places = new[] { path, _trash.Of(path) }.Where(links.ContainsKey).ToList();
            if (places.Count > 1 || places.Any(place => links[place].Target?.ToString() != digest))
                return $"{path} was written meanwhile";
        }

        // A push writes links anew, with the same content.
        var written = journal.Repositories.SelectMany(LinksOf).ToList();
        var entries = await files.StatAsync([.. written.SelectMany(link => new[] { link.Path, _trash.Of(link.Path) })], cancellationToken);
        foreach (var (path, link) in written)
        {
            var places = new[] { path, _trash.Of(path) }.Where(entries.ContainsKey).ToList();
            if (places.Count > 1 || places.Any(place => !link.IsSame(entries[place].Modified)))
                return $"{path} was written meanwhile";
        }

        return null;
    }

    private static IEnumerable<(string Path, JournalLink Link)> LinksOf(JournalRepository repository)
    {
        var name = RepositoryName.Parse(repository.Name);
        return repository.Manifests.Select(link => (StoreLayout.RevisionLink(name, Digest.Parse(link.Name)), link)).Concat(repository.Layers.Select(link => (link.Name, link)));
    }
}
