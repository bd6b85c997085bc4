using System.Collections.Concurrent;
using System.Net;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.Api;

/// <summary>A registry that goes on serving, and is told through its API what to forget.</summary>
/// <param name="api">Its API; null for one that has no cache, so that nothing has to be forgotten.</param>
/// <param name="settle">How long requests may take from the moment they look at the store to the moment they write to it.</param>
internal sealed class LiveStore(RegistryApi? api, TimeSpan settle) : ServedStore
{
    private const int Parallel = 8;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    public override bool KeepsTrash => true;

    public override bool HasCache => api is not null;

    public override async Task RequireAllowedAsync(IEnumerable<RepositoryName> repositories, CancellationToken cancellationToken)
    {
        if (api is null)
            return;
        try
        {
            await ForEachAsync(repositories, repository => api.RequireDeletesAsync(repository, cancellationToken), cancellationToken);
        }
        catch (RegistryApiException e)
        {
            throw new CleanerException(ExitCode.Refused, $"{e.Message} Without that it could not be told to forget what goes: nothing was touched.");
        }
    }

    // DELETE empties the cache even where the link is gone, and only then: as long as the link is there, the next request fills it
    // again. A request that read the link before it went may do so still: whoever calls looks again after a while.
    public override async Task<IReadOnlyList<RepositoryLink>> ForgetAsync(IReadOnlyList<RepositoryLink> gone, CancellationToken cancellationToken)
    {
        if (api is null)
            return [];
        var served = await FindServedAsync(gone, cancellationToken);
        await ForEachAsync(served, link => api.ForgetBlobAsync(link.Repository, link.Blob, cancellationToken), cancellationToken);
        return served.Count == 0 ? [] : await FindServedAsync(served, cancellationToken);
    }

    public override async Task<IReadOnlyList<RepositoryLink>> FindServedAsync(IReadOnlyList<RepositoryLink> links, CancellationToken cancellationToken)
    {
        if (api is null)
            return [];
        var served = new ConcurrentBag<RepositoryLink>();
        await ForEachAsync(links, async link =>
        {
            if (await MayServeAsync(link, cancellationToken))
                served.Add(link);
        }, cancellationToken);
        return [.. served];
    }

    // What nobody may ask about in a repository that is not pruned may be served.
    private async Task<bool> MayServeAsync(RepositoryLink link, CancellationToken cancellationToken)
    {
        try
        {
            return await api!.ServesBlobAsync(link.Repository, link.Blob, cancellationToken);
        }
        catch (RegistryApiException e) when (e.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            return true;
        }
    }

    // A look takes seconds where the files are in a container: the last one is the first that begins after the time.
    public override async Task<bool> SettleAsync(Func<Task<bool>> look, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var left = settle - TimeProvider.System.GetElapsedTime(start);
            await Task.Delay(left < TimeSpan.Zero ? TimeSpan.Zero : left < s_pause ? left : s_pause, cancellationToken);
            var isLast = TimeProvider.System.GetElapsedTime(start) >= settle;
            var result = await look();
            if (isLast)
                return result;
        }
    }

    private static Task ForEachAsync<T>(IEnumerable<T> items, Func<T, Task> action, CancellationToken cancellationToken) =>
        System.Threading.Tasks.Parallel.ForEachAsync(
            items, new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken }, async (item, _) => await action(item));
}
