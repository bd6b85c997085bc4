using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Api;

/// <summary>
/// Whoever serves the store while it is pruned, and remembers what was there: a registry answers from its cache of descriptors
/// before it looks at a link or at data (registry/storage/cache), so that what goes has to be forgotten as well.
/// </summary>
/// <remarks>Offline it is the same prune: there is nobody to forget anything, and nothing to wait for.</remarks>
internal abstract class ServedStore
{
    /// <summary>Nobody serves the store, or nobody can push to it before the registry is restarted.</summary>
    public static ServedStore Offline { get; } = new OfflineStore();

    /// <summary>Whether the trash stays until the next run, for whoever began a request before all this and has not ended it.</summary>
    public abstract bool KeepsTrash { get; }

    /// <summary>Whether whoever serves remembers anything.</summary>
    public abstract bool HasCache { get; }

    /// <summary>Makes sure that whoever serves can be told to forget what goes of repositories.</summary>
    /// <exception cref="CleanerException">It would not listen.</exception>
    public virtual Task RequireAllowedAsync(IEnumerable<RepositoryName> repositories, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Makes whoever serves forget links that are gone.</summary>
    /// <returns>Those that are served all the same.</returns>
    public abstract Task<IReadOnlyList<RepositoryLink>> ForgetAsync(IReadOnlyList<RepositoryLink> gone, CancellationToken cancellationToken);

    /// <summary>Those of the links that are served now, be it from memory.</summary>
    public abstract Task<IReadOnlyList<RepositoryLink>> FindServedAsync(IReadOnlyList<RepositoryLink> links, CancellationToken cancellationToken);

    /// <summary>Gives requests that were under way the time to end, looking again and again meanwhile.</summary>
    /// <param name="look">Puts back what somebody needs by now.</param>
    /// <param name="cancellationToken">Cuts the waiting short.</param>
    /// <returns>What the last look said, which began when the time was over.</returns>
    public abstract Task<bool> SettleAsync(Func<Task<bool>> look, CancellationToken cancellationToken);

    private sealed class OfflineStore : ServedStore
    {
        public override bool KeepsTrash => false;

        public override bool HasCache => false;

        public override Task<IReadOnlyList<RepositoryLink>> ForgetAsync(IReadOnlyList<RepositoryLink> gone, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<RepositoryLink>>([]);

        public override Task<IReadOnlyList<RepositoryLink>> FindServedAsync(IReadOnlyList<RepositoryLink> links, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<RepositoryLink>>([]);

        public override Task<bool> SettleAsync(Func<Task<bool>> look, CancellationToken cancellationToken) => look();
    }
}
