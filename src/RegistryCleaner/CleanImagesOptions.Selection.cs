using RegistryCleaner.Selection;

namespace RegistryCleaner;

// What selects images beside their names. A tag stays if any of the rules keeps it.
public sealed partial record CleanImagesOptions
{
    /// <summary>A file with more images, one a line; <c>-</c> is standard input.</summary>
    public string? ImagesFrom { get; init; }

    /// <summary>Releases, <c>repo:tag</c>: what they do not supersede stays.</summary>
    public IReadOnlyList<string> SupersededBy { get; init; } = [];

    /// <summary>What a line of releases is; null for minor with <see cref="SupersededBy"/>, else major.</summary>
    public VersionLine? Line { get; init; }

    /// <summary>The newest so many images of each repository's scope stay; with <see cref="SupersededBy"/>, of the line's releases.</summary>
    public int? KeepLast { get; init; }

    /// <summary>What is not so much older than the newest of its repository's scope stays.</summary>
    public TimeSpan? KeepWithin { get; init; }

    /// <summary>The newest image of each of so many days stays.</summary>
    public int? KeepDaily { get; init; }

    /// <summary>The newest image of each of so many weeks stays.</summary>
    public int? KeepWeekly { get; init; }

    /// <summary>The newest image of each of so many months stays.</summary>
    public int? KeepMonthly { get; init; }

    /// <summary>So many of the newest versions stay: <c>major:2,minor:3,patch:5</c>.</summary>
    public string? KeepSemver { get; init; }

    /// <summary>What is not so old stays.</summary>
    public TimeSpan? OlderThan { get; init; }

    /// <summary>Whether manifests go that no tag leads to.</summary>
    public bool Untagged { get; init; }

    /// <summary>Whether what has not expired by its own word stays.</summary>
    public bool Expired { get; init; }

    /// <summary>An annotation or label that says when an image expires, beside those that are known.</summary>
    public string? ExpiresAnnotation { get; init; }

    /// <summary>What no rule takes, nor what it points to: patterns as in <see cref="Images"/>, or <c>:tag</c> for any repository.</summary>
    public IReadOnlyList<string> Protect { get; init; } = [];

    /// <summary>A file with more of these, one a line.</summary>
    public string? ProtectFile { get; init; }

    /// <summary>What runs somewhere and stays: <c>docker</c>, a compose file, an inventory of kubectl's, or <c>-</c> for standard input.</summary>
    public IReadOnlyList<string> InUse { get; init; } = [];

    /// <summary>What a tag's age is; null for when it was pushed.</summary>
    public AgeBy? AgeBy { get; init; }

    /// <summary>Whether what has no known time counts as the oldest; otherwise rules about ages keep it, as they always do what is of the future.</summary>
    public bool UnknownAgeIsOld { get; init; }

    /// <summary>A file with rules for each pattern of images.</summary>
    public string? Policy { get; init; }

    /// <summary>Where a dry run writes its plan, to be reviewed and applied; beside it goes the same in Markdown, under its name with .md for .json.</summary>
    public string? PlanOut { get; init; }

    /// <summary>A plan to apply: exactly that, and nothing else; what is protected or in use stays.</summary>
    public string? Plan { get; init; }

    /// <summary>How old a plan may be; null for a week.</summary>
    public TimeSpan? PlanMaxAge { get; init; }

    /// <summary>A tag, <c>repo:tag</c>, whose story a dry run tells.</summary>
    public string? Explain { get; init; }

    /// <summary>Whether nobody is asked before rules remove anything.</summary>
    public bool Yes { get; init; }
}
