using RegistryCleaner.Api;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.RegistryTests.Live;

// Passes on what the cleaner asks of a registry, except for steps that are left out, and tells when it comes by.
internal sealed class WeakenedStore(ServedStore inner, AttackedFiles files, LiveSteps without, Action<Moment, string> onMoment) : ServedStore
{
    private int forgets;
    private int checks;

    public override bool KeepsTrash => inner.KeepsTrash;

    public override bool HasCache => inner.HasCache;

    public override async Task<IReadOnlyList<RepositoryLink>> ForgetAsync(IReadOnlyList<RepositoryLink> gone, CancellationToken cancellationToken)
    {
        var isFirst = forgets++ == 0;
        var served = without.HasFlag(isFirst ? LiveSteps.Eviction : LiveSteps.HeadCheck) ? [] : await inner.ForgetAsync(gone, cancellationToken);
        if (isFirst)
            onMoment(Moment.Forgotten, "");
        return served;
    }

    public override Task RequireAllowedAsync(IEnumerable<RepositoryName> repositories, CancellationToken cancellationToken) => inner.RequireAllowedAsync(repositories, cancellationToken);

    // The first look is at the links, the second at the blobs.
    public override async Task<IReadOnlyList<RepositoryLink>> FindServedAsync(IReadOnlyList<RepositoryLink> links, CancellationToken cancellationToken)
    {
        if (!files.IsProbing && ++checks == 2)
            onMoment(Moment.BeforeCheck, "");
        return without.HasFlag(files.IsProbing ? LiveSteps.ManifestProbe : LiveSteps.HeadCheck) ? [] : await inner.FindServedAsync(links, cancellationToken);
    }

    public override Task<bool> SettleAsync(Func<Task<bool>> look, CancellationToken cancellationToken)
    {
        if (without.HasFlag(LiveSteps.Settle))
            return look();
        if (checks > 1)
            onMoment(Moment.LastSettling, "");
        return inner.SettleAsync(look, cancellationToken);
    }
}
