using RegistryCleaner.Hosts;
using RegistryCleaner.Naming;
using RegistryCleaner.Selection;
using RegistryCleaner.Store;

namespace RegistryCleaner;

/// <summary>What a run of CleanImages was asked to remove: images by name, and scopes with rules. All of it is read before anything else happens.</summary>
internal sealed record ImageRequest
{
    private const string NoScope = "Rules need to know what they decide about: name repositories or patterns with --images, such as --images team/app 'ci/*:pr-*'.";

    /// <summary>The images that were named, and that nothing but their name decides about.</summary>
    public required IReadOnlyList<ImageSelector> Named { get; init; }

    /// <summary>What patterns and rules decide about.</summary>
    public required IReadOnlyList<ScopedRules> Scopes { get; init; }

    /// <summary>What no rule takes.</summary>
    public required Protection Protection { get; init; }

    /// <summary>An annotation that says when an image expires.</summary>
    public string? ExpiresAnnotation { get; init; }

    /// <summary>Whether anything is decided beside what was named.</summary>
    public bool Selects => Scopes.Count > 0;

    /// <summary>A repository that is asked about, if one is named.</summary>
    public RepositoryName? AnyRepository => Named is [var first, ..] ? first.Repository : Scopes.SelectMany(scope => scope.Images).Select(image => image.ExactRepository).FirstOrDefault(name => name is not null);

    /// <exception cref="CleanerException">Something is not understood, or a file cannot be read.</exception>
    public static async Task<ImageRequest> ReadAsync(CleanImagesOptions options, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> images = options.ImagesFrom is { } file ? [.. options.Images, .. await InputText.ReadLinesAsync(file, "--images-from", cancellationToken)] : options.Images;
        var rules = RuleOptions.Read(options);
        var protection = await ProtectionReading.ReadAsync(options, cancellationToken);
        if (!rules.AreAboutTags && !rules.Untagged && !protection.IsAsked)
            return WithoutRules(images, protection);

        var patterns = Patterns(images);
        if (patterns.Find(pattern => pattern is { Digest: not null, Tag: null }) is { } manifest)
            throw new CleanerException(ExitCode.BadInput, $"'{manifest.Text}' names a manifest, and rules decide about tags: remove it in a run of its own.");
        if (images.Count == 0)
            patterns = [.. rules.SupersededBy.Select(release => ImagePattern.Parse(release.Text[..release.Text.LastIndexOf(':')]))];
        return patterns.Count > 0
            ? new ImageRequest { Named = [], Scopes = [new ScopedRules(patterns, rules)], Protection = protection, ExpiresAnnotation = options.ExpiresAnnotation }
            : throw new CleanerException(ExitCode.BadInput, NoScope);
    }

    /// <summary>The same with the hosts taken off, each being one under which this registry is known.</summary>
    /// <exception cref="CleanerException">A host is of another registry, or a name could be meant in two ways.</exception>
    public async Task<ImageRequest> ResolveAsync(RegistryOptions options, RegistryLocation location, StoreReader reader, CancellationToken cancellationToken)
    {
        var named = await ImageList.ResolveAsync(Named, options, location, reader, cancellationToken);
        var patterns = Scopes.SelectMany(scope => scope.Images).Concat(Protection.Patterns).ToList();
        if (!ImageList.MayHaveHosts(options, location, patterns.Any(pattern => pattern.Host is not null)))
            return this with { Named = named };

        var hosts = await KnownHosts.FindAsync(options, location, cancellationToken);
        if (patterns.Find(pattern => pattern.Host is not null && !hosts.Contains(pattern.Host)) is { } strange)
            throw new CleanerException(ExitCode.BadInput, ImageList.StrangeHost(strange.Text, strange.Host!, hosts));
        ImagePattern WithoutHost(ImagePattern pattern) => pattern.WithFirstComponentAsHost() is { } other && hosts.Contains(other.Host!) ? other : pattern;
        var scopes = new List<ScopedRules>();
        foreach (var scope in Scopes)
        {
            scopes.Add(new ScopedRules(
                [.. scope.Images.Select(WithoutHost)],
                scope.Rules with { SupersededBy = await ImageList.ResolveAsync(scope.Rules.SupersededBy, options, location, reader, cancellationToken) }));
        }

        return this with { Named = named, Scopes = scopes, Protection = Protection with { Patterns = [.. Protection.Patterns.SelectMany(pattern => new[] { pattern, WithoutHost(pattern) }).Distinct()] } };
    }

    private static ImageRequest WithoutRules(IReadOnlyList<string> images, Protection protection)
    {
        var patterns = Patterns(images.Where(ImagePattern.HasWildcard));
        if (patterns.Find(pattern => pattern.Tag is null) is { } whole)
            throw new CleanerException(ExitCode.BadInput, $"'{whole.Text}' would remove whole repositories: name them, or say which tags are meant, such as '{whole.Text}:*'.");
        return new ImageRequest
        {
            Named = ImageList.Parse([.. images.Where(image => !ImagePattern.HasWildcard(image))], isEnough: patterns.Count > 0),
            Scopes = patterns.Count > 0 ? [new ScopedRules(patterns, RetentionRules.None)] : [],
            Protection = protection,
        };
    }

    private static List<ImagePattern> Patterns(IEnumerable<string> texts)
    {
        var patterns = new List<ImagePattern>();
        var reasons = new List<string>();
        foreach (var text in texts)
        {
            if (ImagePattern.TryParse(text, out var pattern, out var reason))
                patterns.Add(pattern);
            else
                reasons.Add($"'{ReferenceFormatException.Shown(text)}' is neither an image nor a pattern: {reason}.");
        }

        return reasons.Count == 0 ? patterns : throw new CleanerException(ExitCode.BadInput, reasons);
    }
}
