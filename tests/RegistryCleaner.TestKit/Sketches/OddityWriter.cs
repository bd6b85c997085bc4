using System.Text;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner.TestKit.Sketches;

/// <summary>Does to a store what one oddity says; where there is nothing to do it to, nothing.</summary>
internal sealed class OddityWriter(StoreBuilder store, SketchWriter sketch, SketchedOddity oddity)
{
    private static readonly TimeSpan s_young = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_halfADay = TimeSpan.FromHours(12);

    private readonly string _directory = SketchWriter.DirectoryOf(oddity.Repository);
    private readonly int _layer = oddity.Target % StoreSketch.Layers;

    private Digest LayerDigest => Digest.OfContent(SketchWriter.LayerContent(_layer));

    private string LayerLink => SketchWriter.LinkIn(_directory, "_layers", LayerDigest.ToString());

    // No path where there is no such manifest or tag: then there is nothing.
    private Digest Manifest => sketch.Manifests.Count == 0 ? LayerDigest : sketch.Manifests[oddity.Target % sketch.Manifests.Count];

    private string RevisionLink => SketchWriter.LinkIn(
        sketch.Manifests.Count == 0 ? _directory : sketch.RepositoryOf(oddity.Target % sketch.Manifests.Count, oddity.Repository), "_manifests/revisions", Manifest.ToString());

    private string TagDirectory => sketch.Tags.Count == 0 ? $"{_directory}/_manifests/tags/none" : sketch.Tags[oddity.Target % sketch.Tags.Count];

    private Digest SomeBlob => oddity.Variant % 2 == 0 ? LayerDigest : Manifest;

    public void Write()
    {
        switch (oddity.Kind)
        {
            case OddityKind.StaleLayerLink:
                store.WriteLink(LayerLink, store.Blob(SketchWriter.LayerContent(_layer)));
                break;
            case OddityKind.DanglingLayerLink:
                store.WriteLink(SketchWriter.LinkIn(_directory, "_layers", Digest.OfContent("gone"u8).ToString()), Digest.OfContent("gone"u8));
                break;
            case OddityKind.EmptyLayerLink:
                store.Write(LayerLink, []);
                break;
            case OddityKind.LayerAlias:
                WriteAlias();
                break;
            case OddityKind.LayerMissing:
                Delete(StoreLayout.BlobDirectory(LayerDigest));
                break;
            case OddityKind.OrphanBlob:
                store.Blob(Encoding.UTF8.GetBytes($"orphan {oddity.Target}"));
                break;
            case OddityKind.EmptyBlobDirectory:
                Directory.CreateDirectory(store.FullPath(StoreLayout.BlobDirectory(Digest.OfContent("never came"u8))));
                break;
            case OddityKind.EmptyTagLink:
                Overwrite($"{TagDirectory}/current/link", "");
                break;
            case OddityKind.NewlineInTagLink:
                Overwrite($"{TagDirectory}/current/link", $"{Manifest}\n");
                break;
            case OddityKind.TagWithoutCurrent:
                Delete($"{TagDirectory}/current");
                break;
            case OddityKind.TagsMissing or OddityKind.TagsEmpty:
                Delete($"{_directory}/_manifests/tags");
                if (oddity.Kind == OddityKind.TagsEmpty)
                    Directory.CreateDirectory(store.FullPath($"{_directory}/_manifests/tags"));
                break;
            case OddityKind.ImpossibleTag:
                store.WriteLink($"{_directory}/_manifests/tags/.hidden/current/link", Manifest);
                break;
            case OddityKind.RevisionMissing:
                Delete(StoreLayout.ParentOf(RevisionLink));
                break;
            case OddityKind.EmptyRevisionDirectory:
                Delete(RevisionLink);
                break;
            case OddityKind.EmptyRevisionLink:
                Overwrite(RevisionLink, "");
                break;
            case OddityKind.NewlineInRevisionLink:
                Overwrite(RevisionLink, $"{Manifest}\n");
                break;
            case OddityKind.RevisionSaysAnother:
                Overwrite(RevisionLink, sketch.Manifests.Count == 0 ? "" : sketch.Manifests[oddity.Variant % sketch.Manifests.Count].ToString());
                break;
            case OddityKind.ManifestMissing:
                Delete(StoreLayout.BlobDirectory(Manifest));
                break;
            case OddityKind.ManifestEmpty:
                Overwrite(StoreLayout.BlobData(Manifest), "");
                break;
            case OddityKind.ManifestCorrupt:
                Overwrite(StoreLayout.BlobData(Manifest), "{\"schemaVersion\":2}");
                break;
            case OddityKind.OneMarkerOnly:
                KeepOneMarker();
                break;
            case OddityKind.EmptyRepository:
                Directory.CreateDirectory(store.FullPath($"{StoreLayout.Repositories}/{(oddity.Variant % 2 == 0 ? "c/empty" : "empty")}/{new[] { "_layers/sha256", "_manifests/revisions/sha256", "_uploads" }[oddity.Variant % 3]}"));
                break;
            case OddityKind.StrayFile:
                store.Write(StrayPath(), "not mine"u8);
                break;
            case OddityKind.Upload:
                WriteUpload();
                break;
            case OddityKind.Leftover:
                WriteLeftover();
                break;
            case OddityKind.YoungLayerLink:
                sketch.MakeYounger(LayerLink, s_young);
                break;
            case OddityKind.YoungBlob:
                sketch.MakeYounger(StoreLayout.BlobData(SomeBlob), s_young);
                break;
            case OddityKind.YoungBlobDirectory:
                sketch.MakeYounger(StoreLayout.BlobDirectory(SomeBlob), s_young);
                break;
            case OddityKind.YoungRevision:
                sketch.MakeYounger(RevisionLink, s_young);
                break;
            default:
                throw new InvalidOperationException($"Nothing is known about {oddity.Kind}.");
        }
    }

    // By the sha512 of the layer, or of something else, which is then only another name.
    private void WriteAlias()
    {
        var name = SketchWriter.Sha512Of(oddity.Variant < 6 ? SketchWriter.LayerContent(_layer) : "another"u8);
        var link = SketchWriter.LinkIn(_directory, "_layers", name);
        if (oddity.Variant % 6 == 5)
            store.Write(link, []);
        else
            store.WriteLink(link, LayerDigest);
    }

    private void KeepOneMarker()
    {
        var kept = new[] { "_layers", "_manifests", "_uploads" }[oddity.Variant % 3];
        foreach (var marker in new[] { "_layers", "_manifests", "_uploads" }.Where(marker => marker != kept))
            Delete($"{_directory}/{marker}");
        if (kept == "_uploads")
            store.Write($"{_directory}/_uploads/only/startedat", "2026-01-01T00:00:00Z"u8);
    }

    private string StrayPath() => new[]
    {
        $"{StoreLayout.Repositories}/note",
        $"{StoreLayout.Repositories}/_note",
        $"{_directory}/note",
        $"{_directory}/_note",
        $"{_directory}/_manifests/note",
        $"{_directory}/_manifests/tags/note",
        $"{_directory}/_manifests/revisions/sha256/note",
        $"{_directory}/_layers/note",
        $"{_directory}/_layers/sha256/note",
        $"{StoreLayout.Blobs}/data",
        $"{StoreLayout.BlobShard(0)}/note",
        $"{StoreLayout.BlobDirectory(SomeBlob)}/note",
    }[oddity.Variant];

    private void WriteUpload()
    {
        var upload = $"{_directory}/_uploads/0b5e9f5c-7d1c-4f2e-9a77-{oddity.Target:d12}";
        store.Write($"{upload}/startedat", "2026-01-01T00:00:00Z"u8);
        if (oddity.Variant % 2 == 0)
            store.Write($"{upload}/data", "some bytes"u8);
        if (oddity.Variant % 4 == 0)
            store.Write($"{upload}/hashstates/sha256/10", "state"u8);
        if (oddity.Variant % 3 > 0)
            sketch.MakeYounger(oddity.Variant % 2 == 0 ? $"{upload}/data" : upload, oddity.Variant % 3 == 1 ? s_young : s_halfADay);
    }

    private void WriteLeftover()
    {
        var beside = new[]
        {
            LayerLink, RevisionLink, $"{TagDirectory}/current/link", StoreLayout.BlobData(LayerDigest), StoreLayout.BlobData(Digest.OfContent("half"u8)),
            $"{_directory}/_uploads/0b5e9f5c-7d1c-4f2e-9a77-{oddity.Target:d12}/startedat",
        }[oddity.Variant % 6];
        var path = $"{beside}.00112233-4455-6677-8899-aabbccddeeff.tmp";
        store.Write(path, "half"u8);
        if (oddity.Variant >= 6)
            sketch.MakeYounger(path, oddity.Target % 2 == 0 ? s_young : s_halfADay);
    }

    private void Overwrite(string path, string content)
    {
        if (store.Has(path))
            store.Write(path, Encoding.UTF8.GetBytes(content));
    }

    private void Delete(string path)
    {
        if (Directory.Exists(store.FullPath(path)))
            Directory.Delete(store.FullPath(path), recursive: true);
        else if (store.Has(path))
            File.Delete(store.FullPath(path));
    }
}
