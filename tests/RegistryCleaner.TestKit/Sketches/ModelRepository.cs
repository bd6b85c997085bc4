using System.Text.RegularExpressions;

namespace RegistryCleaner.TestKit.Sketches;

/// <summary>One repository, and what of it goes and stays.</summary>
internal sealed partial class ModelRepository
{
    public static readonly string[] Markers = ["_manifests", "_layers", "_uploads"];

    private readonly ModelStore _store;
    private readonly ModelQuestion _question;
    private readonly HashSet<string> _kept = [];

    public ModelRepository(ModelStore store, ModelQuestion question, string directory)
    {
        (_store, _question, Directory) = (store, question, directory);
        int before;
        do
        {
            before = _kept.Count;
            KeepMore();
        }
        while (_kept.Count > before);

        Needed = [.. _kept, .. _kept.SelectMany(digest => store.Manifest(digest).Children.Concat(store.Manifest(digest).Blobs))];
        // What a layer is called by another algorithm, its link says by sha256.
        Needed.UnionWith(LayerLinks.Where(path => Needed.Contains(NameOf(path))).Select(store.Link).OfType<string>().ToList());
    }

    public string Directory { get; }

    /// <summary>The manifests that stay, and all that they refer to.</summary>
    public HashSet<string> Needed { get; }

    public bool IsNamed => Name().IsMatch(Directory["repositories/".Length..]);

    /// <summary>The tags about a manifest that was here and goes.</summary>
    public IEnumerable<string> GoingTags => IsDoubtful ? [] : Tags.Where(tag => SubjectOf(tag) is { } subject && !_kept.Contains(subject));

    public IEnumerable<string> GoingManifests => IsDoubtful ? [] : RevisionLinks.Where(path => !_kept.Contains(NameOf(path)));

    public IEnumerable<string> GoingLayers => LayerLinks.Where(path => !IsLinkKept(path));

    public IEnumerable<string> GoingUploads => !IsNamed ? [] : _store.NamesIn($"{Directory}/_uploads").Select(id => $"{Directory}/_uploads/{id}")
        .Where(upload => _store.Written.Where(pair => (pair.Key + "/").StartsWith(upload + "/", StringComparison.Ordinal)).All(pair => pair.Value <= _question.Now - _question.UploadsOlderThan));

    /// <summary>
    /// Whether a link that stays leads to a blob. Where everything stays, so does what a directory without a link is named for: the
    /// link may be about to be written.
    /// </summary>
    public bool LeadsTo(string digest) =>
        LayerLinks.Any(path => IsLinkKept(path) && (NameOf(path) == digest || _store.Link(path) == digest))
        || (IsDoubtful && _store.Directories.Contains($"{Directory}/_layers/{digest.Replace(':', '/')}"));

    /// <summary>Whether a directory may stay empty.</summary>
    public bool KeepsDirectory(string path) => path.StartsWith(Directory + "/_", StringComparison.Ordinal) && (IsDoubtful || Needed.Contains(NameOf(path + "/link")));

    private IEnumerable<string> RevisionLinks => _store.Files.Keys.Where(path => Under("_manifests/revisions/", path) && ManifestLink().IsMatch(path));

    private IEnumerable<string> LayerLinks => _store.Files.Keys.Where(path => Under("_layers/", path) && LayerLink().IsMatch(path));

    private IEnumerable<string> Tags => _store.NamesIn($"{Directory}/_manifests/tags").Select(name => $"{Directory}/_manifests/tags/{name}");

    // What cannot be read could lead to anything that the repository links.
    private bool IsDoubtful =>
        !IsNamed
        || RevisionLinks.Any(path => _store.Link(path) != NameOf(path))
        || Tags.Any(tag => !TagName().IsMatch(tag) || !_store.Directories.Contains(tag) || TargetOf(tag) is null)
        || LayerLinks.Any(path => !path.Contains("/sha256/", StringComparison.Ordinal) && _store.Link(path) is null)
        || RevisionLinks.Select(NameOf).Concat(Tags.Select(TargetOf).OfType<string>()).Any(digest => _store.Manifest(digest) is { IsNone: true } or { IsUnreadable: true })
        || _kept.Any(digest => _store.Manifest(digest).IsUnreadable);

    private bool IsBeingPushedTo => _store.Written.Any(pair => Under("_uploads/", pair.Key) && _question.IsYoung(pair.Value));

    private void KeepMore()
    {
        var all = IsDoubtful || !_question.DeleteUntagged;
        foreach (var link in RevisionLinks.ToList())
        {
            if (all || _question.IsYoung(_store.Written[link]) || (_store.Manifest(NameOf(link)).Subject is { } subject && _kept.Contains(subject)))
                _kept.Add(NameOf(link));
            if (all && _store.Link(link) is { } other)
                _kept.Add(other);
        }

        foreach (var tag in Tags.Where(tag => TargetOf(tag) is not null))
        {
            if (all || SubjectOf(tag) is not { } subject || _kept.Contains(subject))
                _kept.Add(TargetOf(tag)!);
        }

        _kept.UnionWith(_kept.SelectMany(digest => _store.Manifest(digest).Children).ToList());
    }

    private bool IsLinkKept(string path) =>
        IsDoubtful
        || IsBeingPushedTo
        || _question.IsYoung(_store.Written[path])
        || Needed.Contains(NameOf(path))
        || (_store.Link(path) is { } blob && Needed.Contains(blob));

    private string? TargetOf(string tag) => _store.Link($"{tag}/current/link");

    // The manifest that a tag's name says, if it is here: about one that is not, nobody knows whether it is gone. A tag without an
    // ending is an index of what is about it alone; a tag of the image itself, or of an index that has it, is about nothing else.
    private string? SubjectOf(string tag)
    {
        if (ReferrerTag().Match(tag) is not { Success: true } match || TargetOf(tag) is not { } target)
            return null;
        var subject = "sha256:" + match.Groups[1].Value;
        var (isIndex, children) = (_store.Manifest(target).IsIndex, _store.Manifest(target).IsIndex ? _store.Manifest(target).Children : []);
        var isAbout = target != subject && (match.Groups[2].Success ? !children.Contains(subject) : isIndex && children.All(child => _store.Manifest(child).Subject == subject));
        return isAbout && RevisionLinks.Any(path => NameOf(path) == subject) ? subject : null;
    }

    private bool Under(string part, string path) => path.StartsWith($"{Directory}/{part}", StringComparison.Ordinal);

    // .../ALGORITHM/HEX/link
    private static string NameOf(string link) => $"{link.Split('/')[^3]}:{link.Split('/')[^2]}";

    [GeneratedRegex(@"/_manifests/revisions/sha256/[0-9a-f]{64}/link\z")]
    private static partial Regex ManifestLink();

    [GeneratedRegex(@"/_layers/(sha256/[0-9a-f]{64}|sha512/[0-9a-f]{128})/link\z")]
    private static partial Regex LayerLink();

    [GeneratedRegex(@"/_manifests/tags/[A-Za-z0-9_][A-Za-z0-9_.-]*\z")]
    private static partial Regex TagName();

    [GeneratedRegex(@"/sha256-([0-9a-f]{64})(\.(?:sig|att|sbom))?\z")]
    private static partial Regex ReferrerTag();

    [GeneratedRegex(@"\A([A-Za-z0-9]+/)?[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex Name();
}
