using System.Collections.Immutable;
using System.Text;
using RegistryCleaner.Manifests;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Store;

namespace RegistryCleaner.Tests.Planning;

/// <summary>Makes the snapshot of one repository by hand, without files. Everything is named by a word, from which its digest is made.</summary>
internal sealed class SnapshotBuilder(string name = "team/app")
{
    public static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<Tag, Link> _tags = [];
    private readonly Dictionary<Digest, Link> _revisions = [];
    private readonly List<LayerLink> _layers = [];
    private readonly List<Upload> _uploads = [];
    private readonly List<StoreProblem> _problems = [];
    private readonly Dictionary<Digest, ManifestState> _manifests = [];

    public RepositoryName Name { get; } = RepositoryName.Parse(name);

    public static Digest DigestOf(string word) => Digest.OfContent(Encoding.UTF8.GetBytes(word));

    public SnapshotBuilder Layer(string word, TimeSpan? age = null)
    {
        var path = StoreLayout.LayerLink(Name, DigestOf(word));
        if (_layers.All(layer => layer.Path != path))
            _layers.Add(new LayerLink(path, Link.To(DigestOf(word)), Now - (age ?? TimeSpan.FromDays(1))));
        return this;
    }

    public SnapshotBuilder Image(string word, string? subject = null, params string[] layers)
    {
        foreach (var layer in layers)
            Layer(layer);
        return Manifest(word, ManifestKind.Image, [], layers, subject);
    }

    public SnapshotBuilder Index(string word, params string[] children) => Manifest(word, ManifestKind.Index, children, [], null);

    public SnapshotBuilder Manifest(string word, ManifestKind kind, string[] children, string[] blobs, string? subject)
    {
        var digest = DigestOf(word);
        _revisions[digest] = Link.To(digest);
        _manifests[digest] = new ManifestState(
            new Manifest(digest, 100, "type", kind, [.. children.Select(DigestOf)], [.. blobs.Select(DigestOf)], subject is null ? null : DigestOf(subject)), null);
        return this;
    }

    public SnapshotBuilder UnreadableManifest(string word, string problem = "broken")
    {
        _revisions[DigestOf(word)] = Link.To(DigestOf(word));
        _manifests[DigestOf(word)] = new ManifestState(null, problem);
        return this;
    }

    public SnapshotBuilder UnreadableRevision(string word)
    {
        _revisions[DigestOf(word)] = Link.Unreadable("the link is empty");
        return this;
    }

    public SnapshotBuilder Tag(string tag, string word)
    {
        _tags[RegistryCleaner.Naming.Tag.Parse(tag)] = Link.To(DigestOf(word));
        return this;
    }

    public SnapshotBuilder UnreadableTag(string tag)
    {
        _tags[RegistryCleaner.Naming.Tag.Parse(tag)] = Link.Unreadable("the link is empty");
        return this;
    }

    public SnapshotBuilder Upload(TimeSpan age)
    {
        _uploads.Add(new Upload("upload", Now - age));
        return this;
    }

    public SnapshotBuilder Problem(string reason)
    {
        _problems.Add(new StoreProblem("v2/repositories/team/app/_manifests/x", reason));
        return this;
    }

    public StoreSnapshot Build() => new(
        new Dictionary<RepositoryName, RepositorySnapshot>
        {
            [Name] = new()
            {
                Name = Name,
                Tags = _tags.ToImmutableSortedDictionary(),
                Revisions = _revisions.ToImmutableSortedDictionary(),
                Layers = [.. _layers],
                Uploads = [.. _uploads],
                Problems = [.. _problems],
                Directories = ["_manifests", "_layers"],
            },
        },
        new HashSet<RepositoryName>(),
        _manifests);

    public RepositoryPlan Plan(params string[] images) => PlanAll(images).Repositories.ShouldHaveSingleItem();

    public PrunePlan PlanAll(params string[] images) => Plan(keepEmpty: false, images);

    public PrunePlan Plan(bool keepEmpty, params string[] images) =>
        PrunePlanner.Plan(new PruneRequest([.. images.Select(ImageSelector.Parse)], keepEmpty, Now), Build());
}

internal static class PlanWords
{
    /// <summary>The words, of those given, whose manifests go.</summary>
    public static IEnumerable<string> RemovedOf(this RepositoryPlan plan, params string[] words) =>
        words.Where(word => plan.Manifests.Any(manifest => manifest.Removed && manifest.Digest == SnapshotBuilder.DigestOf(word)));

    public static IEnumerable<string> LayersOf(this RepositoryPlan plan, params string[] words) =>
        words.Where(word => plan.Layers.Any(layer => layer.Digest == SnapshotBuilder.DigestOf(word)));

    public static IEnumerable<string> RemovedTags(this RepositoryPlan plan) => plan.Tags.Where(tag => tag.Removed).Select(tag => tag.Tag.Value);
}
