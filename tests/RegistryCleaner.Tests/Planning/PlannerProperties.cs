using System.Collections.Immutable;
using CsCheck;
using RegistryCleaner.Manifests;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Store;

namespace RegistryCleaner.Tests.Planning;

/// <summary>Random repositories, planned and compared with a model that is slow and obvious.</summary>
public class PlannerProperties
{
    private const int Layers = 5;

    private static readonly Gen<Node> s_node = Gen.Select(Gen.Bool, Gen.Int[0, 255], Gen.Int[-9, 7], Gen.Int[0, 31], Gen.Int[0, 9])
        .Select((isIndex, children, subject, layers, state) => new Node(isIndex, children, subject, layers, state == 0));

    // Of some tags the name says which manifest they are about, and some manifests are asked for by their digest, as those without a tag are.
    private static readonly Gen<Repository> s_repository = Gen.Select(s_node.Array[1, 8], Gen.Int[0, 7].Array[1, 5], Gen.Int[0, 31], Gen.Int[0, 24], Gen.Int[-8, 7].Array[5], Gen.Int[0, 1023])
        .Select((nodes, tags, removed, unreadableTag, subjects, digests) => new Repository(nodes, [.. tags.Select(tag => tag % nodes.Length)], removed, unreadableTag, subjects, digests < 512 ? 0 : digests & 255));

    private static readonly Gen<Repository> s_readable = s_repository.Select(repository => repository with
    {
        Nodes = [.. repository.Nodes.Select(node => node with { IsUnreadable = false })],
        UnreadableTag = int.MaxValue,
    });

    [Fact]
    public void Exactly_what_the_model_says_is_removed_where_everything_can_be_read() => s_readable.Sample(repository =>
    {
        var plan = repository.Plan();
        var kept = repository.Kept();

        for (var i = 0; i < repository.Nodes.Length; i++)
            plan.Manifests.Any(manifest => manifest.Removed && manifest.Digest == Repository.DigestOf(i)).ShouldBe(!kept.Contains(i), $"manifest {i}");
        var needed = repository.LayersOf(kept);
        var led = repository.LayersOf(Enumerable.Range(0, repository.Nodes.Length).Except(kept));
        for (var layer = 0; layer < Layers; layer++)
        {
            var goes = plan.Removed || (led.Contains(layer) && !needed.Contains(layer));
            plan.Layers.Any(link => link.Digest == Repository.LayerOf(layer)).ShouldBe(goes, $"layer {layer}");
        }

        plan.Removed.ShouldBe(kept.Count == 0);
        plan.RemovedTags().ShouldBe(repository.RemovedTags().Concat(repository.AboutTags().Where(tag => !kept.Contains(repository.Subjects[tag]))).Select(repository.NameOf), ignoreOrder: true);
    }, iter: 5000);

    [Fact]
    public void Whatever_a_kept_tag_or_an_untagged_manifest_leads_to_is_kept_with_its_layers_whatever_cannot_be_read() => s_repository.Sample(repository =>
    {
        var plan = repository.Plan();
        var kept = repository.Kept();

        foreach (var i in kept)
            plan.Manifests.ShouldNotContain(manifest => manifest.Removed && manifest.Digest == Repository.DigestOf(i), $"manifest {i}");
        foreach (var layer in repository.LayersOf(kept))
            plan.Layers.ShouldNotContain(link => link.Digest == Repository.LayerOf(layer), $"layer {layer}");
        if (kept.Count > 0 || repository.UnreadableTag < repository.Tags.Length)
            plan.Removed.ShouldBe(plan.Tags.All(tag => tag.Removed) && plan.Manifests.Count(manifest => manifest.Removed) == repository.Nodes.Length);
    }, iter: 5000);

    [Fact]
    public void A_plan_does_not_depend_on_the_order_of_what_it_is_made_from() => Gen.Select(s_repository, Gen.Int).Sample((repository, seed) =>
    {
        var random = new Random(seed);
        Text(repository.Plan()).ShouldBe(Text(repository.Plan(random)));
    }, iter: 2000);

    [Fact]
    public void What_was_planned_and_done_is_not_planned_again() => s_repository.Sample(repository =>
    {
        var plan = repository.Plan();
        if (plan.Removed)
            return;
        var left = repository.After(plan);

        var again = PrunePlanner.Plan(new PruneRequest(repository.Images(), KeepEmpty: false, SnapshotBuilder.Now), left);

        again.IsEmpty.ShouldBeTrue();
        again.Missing.Length.ShouldBe(repository.Images().Count(image => image.Digest is null || !left.Repositories.Values.Single().Revisions.ContainsKey(image.Digest.Value)));
    }, iter: 2000);

    private static string Text(RepositoryPlan plan) => string.Join('\n',
        [plan.Reason, .. plan.Tags.Select(tag => tag.ToString()), .. plan.Manifests.Select(manifest => manifest.ToString()), .. plan.Layers.Select(layer => layer.ToString()), .. plan.Remarks]);

    private sealed record Node(bool IsIndex, int Children, int Subject, int Layers, bool IsUnreadable);

    private sealed record Repository(Node[] Nodes, int[] Tags, int Removed, int UnreadableTag, int[] Subjects, int Digests)
    {
        private static readonly RepositoryName s_name = RepositoryName.Parse("team/app");

        public static Digest DigestOf(int node) => SnapshotBuilder.DigestOf($"node {node}");

        public static Digest LayerOf(int layer) => SnapshotBuilder.DigestOf($"layer {layer}");

        public IEnumerable<int> RemovedTags() => Enumerable.Range(0, Tags.Length).Where(tag => (Removed & (1 << tag)) != 0);

        public IReadOnlyList<ImageSelector> Images() =>
            [.. RemovedTags().Select(tag => ImageSelector.Parse($"team/app:{NameOf(tag)}")), .. AskedNodes().Select(node => ImageSelector.Parse($"team/app@{DigestOf(node)}"))];

        public string NameOf(int tag) => IsNamedAfterSubject(tag) ? $"sha256-{DigestOf(Subjects[tag]).Hex}.sig" : $"t{tag}";

        // Those that keep nothing by themselves. What cannot be read may be anything, and an image may be tagged with its own digest, or a platform's.
        public IEnumerable<int> AboutTags() => Enumerable.Range(0, Tags.Length).Except(RemovedTags())
            .Where(tag => IsNamedAfterSubject(tag) && tag != UnreadableTag && !Nodes[Tags[tag]].IsUnreadable && Tags[tag] != Subjects[tag] && !ChildrenOf(Tags[tag]).Contains(Subjects[tag]));

        // The model. Down: an index's children, and what is about a manifest. Again and again until nothing changes.
        public HashSet<int> Kept()
        {
            var led = Grow(RemovedTags().Select(tag => Tags[tag]).Concat(AskedNodes()));
            return Grow(Enumerable.Range(0, Tags.Length).Except(RemovedTags()).Except(AboutTags()).Select(tag => Tags[tag]).Concat(Enumerable.Range(0, Nodes.Length).Except(led)));
        }

        public HashSet<int> LayersOf(IEnumerable<int> nodes) =>
            [.. nodes.Where(node => !Nodes[node].IsIndex).SelectMany(node => Enumerable.Range(0, Layers).Where(layer => (Nodes[node].Layers & (1 << layer)) != 0))];

        public RepositoryPlan Plan(Random? random = null)
        {
            var images = Images().ToArray();
            random?.Shuffle(images);
            if (images.Length == 0)
                images = [ImageSelector.Parse("team/app:none")];
            return PrunePlanner.Plan(new PruneRequest(images, KeepEmpty: false, SnapshotBuilder.Now), Snapshot(random)).Repositories.ShouldHaveSingleItem();
        }

        public StoreSnapshot After(RepositoryPlan plan)
        {
            var before = Snapshot(null);
            var repository = before.Repositories[s_name];
            return before with
            {
                Repositories = new Dictionary<RepositoryName, RepositorySnapshot>
                {
                    [s_name] = repository with
                    {
                        Tags = repository.Tags.ExceptBy(plan.Tags.Where(tag => tag.Removed).Select(tag => tag.Tag), pair => pair.Key).ToDictionary(),
                        Revisions = repository.Revisions.ExceptBy(plan.Manifests.Where(manifest => manifest.Removed).Select(manifest => manifest.Digest), pair => pair.Key).ToDictionary(),
                        Layers = [.. repository.Layers.Where(layer => plan.Layers.All(gone => gone.Path != layer.Path))],
                    },
                },
            };
        }

        private HashSet<int> Grow(IEnumerable<int> roots)
        {
            var found = roots.ToHashSet();
            for (var before = -1; before != found.Count;)
            {
                before = found.Count;
                for (var i = 0; i < Nodes.Length; i++)
                {
                    if (found.Contains(i))
                        found.UnionWith(ChildrenOf(i));
                    if (SubjectOf(i) is { } subject && found.Contains(subject))
                        found.Add(i);
                }

                found.UnionWith(AboutTags().Where(tag => found.Contains(Subjects[tag])).Select(tag => Tags[tag]));
            }

            return found;
        }

        private IEnumerable<int> AskedNodes() => Enumerable.Range(0, Nodes.Length).Where(node => (Digests & (1 << node)) != 0);

        // Two tags cannot have one name.
        private bool IsNamedAfterSubject(int tag) => Subjects[tag] >= 0 && Subjects[tag] < Nodes.Length && !Subjects.AsSpan(0, tag).Contains(Subjects[tag]);

        private IEnumerable<int> ChildrenOf(int node) => Nodes[node].IsIndex ? Enumerable.Range(0, node).Where(child => (Nodes[node].Children & (1 << child)) != 0) : [];

        // What a manifest that cannot be read is about cannot be known, and it cannot be pulled: it does not stay for its subject's sake.
        private int? SubjectOf(int node) => !Nodes[node].IsUnreadable && Nodes[node].Subject is var subject and >= 0 && subject < Nodes.Length && subject != node ? subject : null;

        private StoreSnapshot Snapshot(Random? random)
        {
            var order = Enumerable.Range(0, Nodes.Length).ToArray();
            var layers = Enumerable.Range(0, Layers).ToArray();
            random?.Shuffle(order);
            random?.Shuffle(layers);
            var manifests = order.ToDictionary(DigestOf, node => Nodes[node].IsUnreadable ? new ManifestState(null, "broken") : new ManifestState(ManifestAt(node), null));
            return new StoreSnapshot(
                new Dictionary<RepositoryName, RepositorySnapshot>
                {
                    [s_name] = new()
                    {
                        Name = s_name,
                        Tags = Enumerable.Range(0, Tags.Length).ToDictionary(
                            tag => Tag.Parse(NameOf(tag)), tag => tag == UnreadableTag ? Link.Unreadable("empty") : Link.To(DigestOf(Tags[tag]))),
                        Revisions = order.ToDictionary(DigestOf, node => Link.To(DigestOf(node))),
                        Layers = [.. layers.Select(layer => new LayerLink(StoreLayout.LayerLink(s_name, LayerOf(layer)), Link.To(LayerOf(layer)), DateTimeOffset.UnixEpoch))],
                        Uploads = [],
                        Problems = [],
                        Directories = ["_manifests"],
                    },
                },
                new HashSet<RepositoryName>(),
                manifests);
        }

        private Manifest ManifestAt(int node) => new(
            DigestOf(node),
            1,
            "",
            Nodes[node].IsIndex ? ManifestKind.Index : ManifestKind.Image,
            [.. ChildrenOf(node).Select(DigestOf)],
            [.. LayersOf([node]).Select(LayerOf)],
            SubjectOf(node) is { } subject ? DigestOf(subject) : null);
    }
}
