using RegistryCleaner.Checking;
using RegistryCleaner.Naming;
using RegistryCleaner.Pruning;

namespace RegistryCleaner.Restoring;

/// <summary>A tag or a manifest that is to come back, and what it needs.</summary>
/// <param name="Repository">Its repository.</param>
/// <param name="Tag">The tag; null for a manifest that was asked for by its digest.</param>
/// <param name="Digest">The manifest; null where the tag's link cannot be read.</param>
/// <param name="Needs">What has to be in the store so that it can be pulled.</param>
internal sealed record RestoreCandidate(RepositoryName Repository, Tag? Tag, Digest? Digest, IReadOnlyList<ImageNeed> Needs)
{
    public string Image => Tag is null ? $"{Repository}@{Digest}" : $"{Repository}:{Tag}";
}

/// <summary>Finds what belongs to what was asked for: images, what they need, and what is about them.</summary>
internal sealed class RestoreScope(PruneJournal journal, RestoreRequest request, ImageNeeds needs)
{
    public async Task<IReadOnlyList<RestoreCandidate>> FindAsync(CancellationToken cancellationToken)
    {
        var candidates = new List<RestoreCandidate>();
        foreach (var repository in journal.Repositories)
        {
            var name = RepositoryName.Parse(repository.Name);
            List<JournalTag> tags = [.. repository.Tags.Concat(repository.ReferrerTags)];
            var digests = repository.Manifests.Select(manifest => Digest.Parse(manifest.Name)).ToList();
            var asked = digests.Where(digest => request.Takes(name, digest)).ToHashSet();
            if (asked.Count == 0 && !tags.Any(tag => request.Takes(name, tag)))
                continue;

            await needs.ReadAsync(name, [.. digests, .. tags.Select(DigestOf).OfType<Digest>()], cancellationToken);
            var going = tags.Where(tag => request.Takes(name, tag)).ToHashSet();
            var manifests = WithWhatIsAboutThem(name, digests, tags, going, asked);
            candidates.AddRange(going.Select(tag => new RestoreCandidate(name, Tag.Parse(tag.Tag), DigestOf(tag), DigestOf(tag) is { } digest ? [.. needs.Of(name, [digest])] : [])));
            candidates.AddRange(manifests.Select(digest => new RestoreCandidate(name, null, digest, [.. needs.Of(name, [digest])])));
        }

        return candidates;
    }

    // Signatures, attestations and SBOMs come back with what they are about, by their subject or by their tag.
    private HashSet<Digest> WithWhatIsAboutThem(RepositoryName name, IReadOnlyList<Digest> digests, IReadOnlyList<JournalTag> tags, HashSet<JournalTag> going, HashSet<Digest> manifests)
    {
        int before;
        do
        {
            before = going.Count + manifests.Count;
            var back = needs.Of(name, manifests.Concat(going.Select(DigestOf).OfType<Digest>())).Select(need => need.Digest).ToHashSet();
            manifests.UnionWith(digests.Where(digest => needs.ManifestOf(digest)?.Subject is { } subject && back.Contains(subject)));
            going.UnionWith(tags.Where(tag => ReferrerTag.TryRead(tag.Tag, out var referrer) && back.Contains(referrer.Subject)));
        }
        while (going.Count + manifests.Count > before);

        return manifests;
    }

    private static Digest? DigestOf(JournalTag tag) => Digest.TryParse(tag.Digest, out var digest, out _) ? digest : null;
}
