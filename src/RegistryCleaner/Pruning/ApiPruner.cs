using System.Net;
using System.Security.Cryptography;
using System.Text;
using RegistryCleaner.Api;
using RegistryCleaner.Manifests;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;

namespace RegistryCleaner.Pruning;

/// <summary>
/// Applies a plan through the API alone: tags one by one, then manifests that no tag leads to any longer. The space is freed by a later
/// collection that has the store's files.
/// </summary>
/// <remarks>
/// One race cannot be closed from outside: the registry deletes a manifest, then every tag that points to it by then
/// (registry/storage/tagstore.go, Lookup; handlers/manifests.go, DeleteManifest). A tag that is pushed in that moment goes without a trace.
/// </remarks>
internal sealed class ApiPruner(RegistryApi api, int line, PruneOutcome outcome)
{
    private readonly ApiSnapshotReader _reader = new(api);

    public async Task ApplyAsync(PrunePlan plan, CancellationToken cancellationToken)
    {
        foreach (var repository in plan.Repositories)
        {
            await UntagAsync(repository.Name, repository.Tags.Where(tag => tag is { Removed: true, GoesWith: null }), cancellationToken);
            await RemoveAsync(repository, cancellationToken);
        }
    }

    // A tag about an image only goes when the image is gone: somebody may have tagged that anew. What such a tag led to comes after it.
    private async Task RemoveAsync(RepositoryPlan repository, CancellationToken cancellationToken)
    {
        List<Digest> manifests = [.. repository.Manifests.Where(manifest => manifest.Removed).Select(manifest => manifest.Digest)];
        List<TagPlan> about = [.. repository.Tags.Where(tag => tag is { Removed: true, GoesWith: not null })];
        for (var isAnyGone = true; isAnyGone;)
        {
            manifests = await DeleteManifestsAsync(repository.Name, manifests, cancellationToken);
            isAnyGone = false;
            foreach (var tag in about.ToList())
            {
                // Each is looked at when its turn comes: an image that is pushed anew meanwhile keeps the rest of what is about it.
                if (await api.ResolveAsync(repository.Name, tag.GoesWith!.Value.ToString(), cancellationToken) is not null)
                    continue;
                await UntagAsync(repository.Name, [tag], cancellationToken);
                about.Remove(tag);
                isAnyGone = true;
            }
        }

        about.ForEach(tag => outcome.HasDrifted($"{repository.Name}:{tag.Tag} stays: what it is about is still there"));
        manifests.ForEach(manifest => outcome.HasDrifted($"{repository.Name}@{manifest} stays: a tag leads to it by now"));
    }

    private async Task UntagAsync(RepositoryName name, IEnumerable<TagPlan> tags, CancellationToken cancellationToken)
    {
        foreach (var tag in tags.Where(tag => tag.Digest is not null))
        {
            await UntagAsync(name, tag.Tag, tag.Digest!.Value, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task UntagAsync(RepositoryName name, Tag tag, Digest planned, CancellationToken cancellationToken)
    {
        var isGone = line == 2
            ? await UntagByPlaceholderAsync(name, tag, planned, cancellationToken)
            : await UntagByNameAsync(name, tag, planned, cancellationToken);
        if (isGone)
            outcome.Removed(RemovedKind.Tag, $"{name}:{tag}", $"{name}:{tag}");
    }

    private async Task<bool> UntagByNameAsync(RepositoryName name, Tag tag, Digest planned, CancellationToken cancellationToken)
    {
        var isBegun = false;
        return await RegistryTransport.WithALook.ExecuteAsync(async token =>
        {
            var now = await api.ResolveAsync(name, tag.Value, token);
            if (now != planned)
                return now is null && isBegun ? true : NotOurs(name, tag, now);
            isBegun = true;
            return await DeleteAsync(name, tag.Value, token);
        }, cancellationToken);
    }

    // 2.x deletes by digest alone, and with a digest every tag that points to it. So the tag is made to point to a manifest that
    // nothing else can have, and that is deleted. Each try looks first where the tag points by then.
    private async Task<bool> UntagByPlaceholderAsync(RepositoryName name, Tag tag, Digest planned, CancellationToken cancellationToken)
    {
        var configuration = Encoding.ASCII.GetBytes($$"""{"registry-cleaner":"{{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}}"}""");
        var config = Digest.OfContent(configuration);
        var manifest = Encoding.ASCII.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.DockerManifest}}","config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":{{configuration.Length}},"digest":"{{config}}"},"layers":[]}""");
        var placeholder = Digest.OfContent(manifest);
        var (isBegun, isGone) = (false, false);
        try
        {
            isGone = await RegistryTransport.WithALook.ExecuteAsync(async token =>
            {
                var now = await api.ResolveAsync(name, tag.Value, token);
                var isDangling = now is null && isBegun && await IsListedAsync(name, tag, token);
                if (now is null && isBegun && !isDangling)
                    return true;
                if (now != planned && now != placeholder && !isDangling)
                    return NotOurs(name, tag, now);
                if (now != placeholder)
                {
                    await api.PutBlobAsync(name, config, configuration, token);
                    isBegun = true;
                    await api.PutManifestAsync(name, tag.Value, manifest, MediaTypes.DockerManifest, token);
                }

                return await DeleteAsync(name, placeholder.ToString(), token) && !await IsDanglingAsync(name, tag, placeholder, token);
            }, cancellationToken);
        }
        finally
        {
            if (isBegun && !isGone)
                await PointBackAsync(name, tag, placeholder, planned);
        }

        if (isBegun)
            await api.ForgetBlobAsync(name, config, cancellationToken);
        return isGone;
    }

    private bool NotOurs(RepositoryName name, Tag tag, Digest? now)
    {
        if (now is null)
            outcome.Note($"{name}:{tag} was removed by somebody else meanwhile");
        else
            outcome.HasDrifted($"{name}:{tag} was pushed to meanwhile and stays: it points to {now}");
        return false;
    }

    private async Task<bool> IsListedAsync(RepositoryName name, Tag tag, CancellationToken cancellationToken) =>
        await api.ListTagsAsync(name, cancellationToken) is { } tags && tags.Contains(tag);

    // 2.x deletes a manifest first, and then looks for its tags: a link of another tag that cannot be read ends that half-way
    // (handlers/manifests.go, DeleteManifest; storage/tagstore.go, Lookup).
    private async Task<bool> IsDanglingAsync(RepositoryName name, Tag tag, Digest placeholder, CancellationToken cancellationToken) =>
        await api.ResolveAsync(name, tag.Value, cancellationToken) is var now && (now == placeholder || (now is null && await IsListedAsync(name, tag, cancellationToken)));

    // The tag would be an image without layers, or none. Where somebody has pushed to it meanwhile, or it is gone after all, it is none
    // of ours.
    private async Task PointBackAsync(RepositoryName name, Tag tag, Digest placeholder, Digest digest)
    {
        try
        {
            if (!await IsDanglingAsync(name, tag, placeholder, CancellationToken.None) || await api.GetManifestAsync(name, digest, CancellationToken.None) is not { } content)
                return;
            await api.PutManifestAsync(name, tag.Value, content, ManifestReader.TryRead(digest, content, out var manifest, out _) ? manifest.MediaType : MediaTypes.DockerManifest, CancellationToken.None);
            outcome.Note($"{name}:{tag} points to {digest} again");
        }
        catch (RegistryApiException e)
        {
            outcome.HasFailed($"{name}:{tag} may point to a placeholder of this run's, which nobody can use: run it again, or push {digest} to it. {e.Message}");
        }
    }

    // An index before its children. Those to which a tag leads by now are left, and given back.
    private async Task<List<Digest>> DeleteManifestsAsync(RepositoryName name, IReadOnlyList<Digest> manifests, CancellationToken cancellationToken)
    {
        var left = new List<Digest>();
        foreach (var manifest in manifests)
        {
            var image = $"{name}@{manifest}";
            await RegistryTransport.WithALook.ExecuteAsync(async token =>
            {
                var now = await _reader.ReadAsync([name], token);
                if (now.Repositories.TryGetValue(name, out var there) && there.Revisions.ContainsKey(manifest))
                    left.Add(manifest);
                else if (await DeleteAsync(name, manifest.ToString(), token))
                    outcome.Removed(RemovedKind.Manifest, image, image);
            }, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return left;
    }

    // False where it was refused; what may be otherwise in a moment is thrown, so that it is tried again.
    private async Task<bool> DeleteAsync(RepositoryName name, string reference, CancellationToken cancellationToken)
    {
        var status = await api.DeleteManifestAsync(name, reference, cancellationToken);
        if (status is HttpStatusCode.Accepted or HttpStatusCode.NotFound)
            return true;
        var refusal = $"{name}: the registry answered {(int)status} to deleting {reference}";
        if (status is HttpStatusCode.TooManyRequests || (int)status >= 500)
            throw new RegistryApiException($"{refusal}.", status);
        outcome.HasFailed(refusal);
        return false;
    }
}
