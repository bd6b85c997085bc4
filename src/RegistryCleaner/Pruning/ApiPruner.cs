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
            foreach (var tag in repository.Tags.Where(tag => tag is { Removed: true, Digest: not null }))
            {
                await UntagAsync(repository.Name, tag.Tag, tag.Digest!.Value, cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
            }

            await DeleteManifestsAsync(repository, cancellationToken);
        }
    }

    private async Task UntagAsync(RepositoryName name, Tag tag, Digest planned, CancellationToken cancellationToken)
    {
        var now = await api.ResolveAsync(name, tag.Value, cancellationToken);
        if (now is null)
            outcome.Note($"{name}:{tag} was removed by somebody else meanwhile");
        else if (now != planned)
            outcome.HasDrifted($"{name}:{tag} was pushed to meanwhile and stays: it points to {now}");
        else if (line == 2 ? await UntagByPlaceholderAsync(name, tag, planned, cancellationToken) : await DeleteAsync(name, tag.Value, cancellationToken))
            outcome.Removed(RemovedKind.Tag, $"{name}:{tag}", $"{name}:{tag}");
    }

    // 2.x deletes by digest alone, and with a digest every tag that points to it. So the tag is made to point to a manifest that
    // nothing else can have, and that is deleted.
    private async Task<bool> UntagByPlaceholderAsync(RepositoryName name, Tag tag, Digest planned, CancellationToken cancellationToken)
    {
        var configuration = Encoding.ASCII.GetBytes($$"""{"registry-cleaner":"{{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}}"}""");
        var config = Digest.OfContent(configuration);
        var manifest = Encoding.ASCII.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.DockerManifest}}","config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":{{configuration.Length}},"digest":"{{config}}"},"layers":[]}""");
        await api.PutBlobAsync(name, config, configuration, cancellationToken);
        await api.PutManifestAsync(name, tag.Value, manifest, MediaTypes.DockerManifest, cancellationToken);
        var placeholder = Digest.OfContent(manifest);
        var isGone = false;
        try
        {
            isGone = await DeleteAsync(name, placeholder.ToString(), cancellationToken);
        }
        finally
        {
            if (!isGone)
                await PointBackAsync(name, tag, placeholder, planned);
        }

        await api.ForgetBlobAsync(name, config, cancellationToken);
        return isGone;
    }

    // The tag would be an image without layers. Where somebody has pushed to it meanwhile, or it is gone after all, it is none of ours.
    private async Task PointBackAsync(RepositoryName name, Tag tag, Digest placeholder, Digest digest)
    {
        if (await api.ResolveAsync(name, tag.Value, CancellationToken.None) != placeholder || await api.GetManifestAsync(name, digest, CancellationToken.None) is not { } content)
            return;
        await api.PutManifestAsync(name, tag.Value, content, ManifestReader.TryRead(digest, content, out var manifest, out _) ? manifest.MediaType : MediaTypes.DockerManifest, CancellationToken.None);
        outcome.Note($"{name}:{tag} points to {digest} again");
    }

    // An index before its children, and none to which a tag leads by now.
    private async Task DeleteManifestsAsync(RepositoryPlan repository, CancellationToken cancellationToken)
    {
        foreach (var manifest in repository.Manifests.Where(manifest => manifest.Removed))
        {
            var now = await _reader.ReadAsync([repository.Name], cancellationToken);
            var needed = now.Repositories.TryGetValue(repository.Name, out var left) && left.Revisions.ContainsKey(manifest.Digest);
            if (needed)
                outcome.HasDrifted($"{repository.Name}@{manifest.Digest} stays: a tag leads to it by now");
            else if (await DeleteAsync(repository.Name, manifest.Digest.ToString(), cancellationToken))
                outcome.Removed(RemovedKind.Manifest, $"{repository.Name}@{manifest.Digest}", $"{repository.Name}@{manifest.Digest}");
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<bool> DeleteAsync(RepositoryName name, string reference, CancellationToken cancellationToken)
    {
        var status = await api.DeleteManifestAsync(name, reference, cancellationToken);
        if (status is HttpStatusCode.Accepted or HttpStatusCode.NotFound)
            return true;
        outcome.HasFailed($"{name}: the registry answered {(int)status} to deleting {reference}");
        return false;
    }
}
