using RegistryCleaner.Hosts;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
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

    /// <summary>A plan that was reviewed and is to be applied; null where one is made.</summary>
    public PlanFile? Reviewed { get; init; }

    /// <summary>A tag whose story is to be told, or null.</summary>
    public ImageSelector? Explained { get; init; }

    /// <summary>Whether anything is decided beside what was named.</summary>
    public bool Selects => Scopes.Count > 0 || Reviewed is not null;

    /// <summary>Whether a tag that points there is among what was named.</summary>
    public bool Names(RepositoryName repository, Tag tag, Digest? digest) => Named.Any(image => image.Takes(repository, tag, digest));

    /// <summary>Of a repository, which of its tags are named by their names, beside the patterns or among them.</summary>
    public Func<TagPlan, bool> NamedIn(RepositoryName repository)
    {
        var scopes = Scopes.Select(scope => scope.In(repository)).OfType<RepositoryScope>().ToList();
        return tag =>
        {
            var facts = new TagFacts(tag.Tag, tag.Digest);
            return scopes.Find(scope => scope.Fits(facts)) is { } found && found.Names(facts) || Names(repository, tag.Tag, tag.Digest);
        };
    }

    /// <summary>The repositories that are named.</summary>
    public IReadOnlyList<RepositoryName> Repositories =>
    [
        .. (Reviewed?.Selection.Repositories.Select(repository => repository.Name) ?? [])
            .Concat(Named.Select(image => image.Repository))
            .Concat(Scopes.SelectMany(scope => scope.Images).Select(image => image.ExactRepository).OfType<RepositoryName>())
            .Distinct(),
    ];

    /// <exception cref="CleanerException">Something is not understood, or a file cannot be read.</exception>
    public static async Task<ImageRequest> ReadAsync(CleanImagesOptions options, CancellationToken cancellationToken)
    {
        var explained = options.Explain is { } text ? ImageList.Parse([text])[0] : null;
        if (explained is not null and not { Tag: not null, Digest: null })
            throw new CleanerException(ExitCode.BadInput, $"--explain takes a tag such as team/app:1.4.0, not '{options.Explain}'.");
        return await ReadImagesAsync(options, cancellationToken) with { Explained = explained };
    }

    private static async Task<ImageRequest> ReadImagesAsync(CleanImagesOptions options, CancellationToken cancellationToken)
    {
        if (options is { PlanOut: not null, DryRun: false })
            throw new CleanerException(ExitCode.BadInput, "--plan-out writes the plan of a dry run: give --dry-run as well.");
        if (options.PlanOut is { } planOut && PlanFiles.TwinOf(planOut) == planOut)
            throw new CleanerException(ExitCode.BadInput, $"--plan-out {planOut} is the name of a plan in Markdown, which is written beside it: give one that ends in .json.");
        if (options.Plan is { } plan)
        {
            RequireAlone("--plan", options, RuleOptions.Read(options), RuleOptions.HowGiven(options) is not null || options.Policy is not null || options.PlanOut is not null);
            return new ImageRequest { Named = [], Scopes = [], Protection = await ProtectionReading.ReadAsync(options, cancellationToken), Reviewed = await PlanFiles.ReadAsync(plan, cancellationToken) };
        }

        if (options.Policy is { } policy)
        {
            RequireAlone("--policy", options, RuleOptions.Read(options), options is not { Line: null, AgeBy: null, UnknownAgeIsOld: false });
            var read = PolicyFile.Read(await InputText.ReadAsync(policy, "--policy", cancellationToken), policy);
            return new ImageRequest
            {
                Named = [],
                Scopes = read.Scopes,
                Protection = await ProtectionReading.ReadAsync(options with { Protect = [.. options.Protect, .. read.Protect] }, cancellationToken),
                ExpiresAnnotation = options.ExpiresAnnotation,
            };
        }

        IReadOnlyList<string> images = options.ImagesFrom is { } file ? [.. options.Images, .. await InputText.ReadLinesAsync(file, "--images-from", cancellationToken)] : options.Images;
        var rules = RuleOptions.Read(options);
        var protection = await ProtectionReading.ReadAsync(options, cancellationToken);
        // An empty list of what is protected or in use is a rule all the same: without one, images would go by their names.
        var isProtecting = options.Protect.Count + options.InUse.Count > 0 || options.ProtectFile is not null;
        var hasRule = rules.AreAboutTags || rules.Untagged;
        if (!hasRule && RuleOptions.HowGiven(options) is { } how)
            throw new CleanerException(ExitCode.BadInput, $"{how} says how a rule is meant, and no rule was given.");
        if (!hasRule && !isProtecting)
            return WithoutRules(images, protection, isEnough: options.Explain is not null);

        var patterns = Patterns(images);
        if (patterns.Find(pattern => pattern is { Digest: not null, Tag: null }) is { } manifest)
            throw new CleanerException(ExitCode.BadInput, $"'{manifest.Text}' names a manifest, and rules decide about tags: remove it in a run of its own.");
        if (!hasRule && patterns.Find(pattern => pattern.Tag is null && ImagePattern.HasWildcard(pattern.Text)) is { } whole)
            throw WouldTakeRepositories(whole);
        if (options.ImagesFrom is not null && images.Count == 0)
            throw new CleanerException(ExitCode.BadInput, "--images-from names no image, so that nothing was done.");
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
        var explained = Explained is null ? null : (await ImageList.ResolveAsync([Explained], options, location, reader, cancellationToken))[0];
        var patterns = Scopes.SelectMany(scope => scope.Images).Concat(Protection.Patterns).ToList();
        var releases = Scopes.SelectMany(scope => scope.Rules.SupersededBy);
        if (!ImageList.MayHaveHosts(options, location, patterns.Any(pattern => pattern.Host is not null) || releases.Any(release => release.Host is not null)))
            return this with { Named = named, Explained = explained };

        var hosts = await KnownHosts.FindAsync(options, location, cancellationToken);
        if (patterns.Find(pattern => pattern.Host is not null && !hosts.Contains(pattern.Host)) is { } strange)
            throw new CleanerException(ExitCode.BadInput, ImageList.StrangeHost(strange.Text, strange.Host!, hosts));
        ImagePattern WithoutHost(ImagePattern pattern) => pattern.WithFirstComponentAsHost() is { } other && hosts.Contains(other.Host!) ? other : pattern;
        var repositories = Scopes.SelectMany(scope => scope.Images).Any(pattern => WithoutHost(pattern) != pattern) ? (await reader.FindRepositoriesAsync(cancellationToken)).Repositories : [];
        ImagePattern Meant(ImagePattern pattern)
        {
            var other = WithoutHost(pattern);
            // A host may be what a repository's name begins with.
            if (other == pattern || !repositories.Any(pattern.Fits))
                return other;
            return !repositories.Any(other.Fits) ? pattern : throw new CleanerException(ExitCode.BadInput, ImageList.Ambiguous(pattern.Text, pattern.Repository, other.Repository, other.Host!));
        }

        var scopes = new List<ScopedRules>();
        foreach (var scope in Scopes)
        {
            scopes.Add(new ScopedRules(
                [.. scope.Images.Select(Meant)],
                scope.Rules with { SupersededBy = await ImageList.ResolveAsync(scope.Rules.SupersededBy, options, location, reader, cancellationToken) }));
        }

        return this with { Named = named, Explained = explained, Scopes = scopes, Protection = Protection with { Patterns = [.. Protection.Patterns.SelectMany(pattern => new[] { pattern, WithoutHost(pattern) }).Distinct()] } };
    }

    /// <summary>The rules as text, the same for the same rules: what is in use now is none of them.</summary>
    public string ToPolicyText() => string.Join('\n',
    [
        .. Named.Select(image => $"image {image}").Order(StringComparer.Ordinal),
        .. Scopes.Select(scope => $"scope {string.Join(' ', scope.Images.Select(image => image.ToString()).Order(StringComparer.Ordinal))} {scope.Rules.ToText()}"),
        .. Protection.Patterns.Select(pattern => $"protect {pattern}").Order(StringComparer.Ordinal),
        .. ExpiresAnnotation is { } annotation ? [$"expires {annotation}"] : Array.Empty<string>(),
    ]);

    private static void RequireAlone(string parameter, CleanImagesOptions options, RetentionRules rules, bool isOther)
    {
        if (isOther || options.Images.Count > 0 || options.ImagesFrom is not null || rules.AreAboutTags || rules.Untagged)
            throw new CleanerException(ExitCode.BadInput, $"{parameter} says itself what goes: images and rules cannot be given beside it.");
    }

    private static CleanerException WouldTakeRepositories(ImagePattern whole) =>
        new(ExitCode.BadInput, $"'{whole.Text}' would remove whole repositories: name them, or say which tags are meant, such as '{whole.Text}:*'.");

    private static ImageRequest WithoutRules(IReadOnlyList<string> images, Protection protection, bool isEnough)
    {
        var patterns = Patterns(images.Where(ImagePattern.HasWildcard));
        if (patterns.Find(pattern => pattern.Tag is null) is { } whole)
            throw WouldTakeRepositories(whole);
        return new ImageRequest
        {
            Named = ImageList.Parse([.. images.Where(image => !ImagePattern.HasWildcard(image))], isEnough: isEnough || patterns.Count > 0),
            Scopes = patterns.Count > 0 ? [new ScopedRules(patterns, RetentionRules.None)] : [],
            Protection = protection,
        };
    }

    private static List<ImagePattern> Patterns(IEnumerable<string> texts) => ImagePattern.ParseAll(texts, "is neither an image nor a pattern", selects: true);
}
