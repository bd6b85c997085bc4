using Nuke.Common;
using Nuke.Common.Tooling;

namespace RegistryCleaner.Nuke;

/// <summary>The target CleanImages: <c>class Build : NukeBuild, ICleanImages</c>.</summary>
public interface ICleanImages : IHasImages
{
    /// <summary>A file with more images, one a line.</summary>
    [Parameter("A file with more images, one a line; - is standard input")]
    string ImagesFrom => TryGetValue(() => ImagesFrom)!;

    /// <summary>The releases that supersede older ones.</summary>
    [Parameter("Releases such as team/app:1.4.2: only older releases of the same line and variant go")]
    string[] SupersededBy => TryGetValue(() => SupersededBy)!;

    /// <summary>What a line of releases is.</summary>
    [Parameter("What a line of releases is: major, minor or patch")]
    string Line => TryGetValue(() => Line)!;

    /// <summary>How many of the newest images stay.</summary>
    [Parameter("Keeps the newest so many images of each repository's scope; with SupersededBy, of the line's releases")]
    string KeepLast => TryGetValue(() => KeepLast)!;

    /// <summary>The age from the newest on within which images stay.</summary>
    [Parameter("Keeps what is not so much older than the newest, such as 30d")]
    string KeepWithin => TryGetValue(() => KeepWithin)!;

    /// <summary>How many days' newest images stay.</summary>
    [Parameter("Keeps the newest image of each of so many days that have one")]
    string KeepDaily => TryGetValue(() => KeepDaily)!;

    /// <summary>How many weeks' newest images stay.</summary>
    [Parameter("Keeps the newest image of each of so many weeks that have one")]
    string KeepWeekly => TryGetValue(() => KeepWeekly)!;

    /// <summary>How many months' newest images stay.</summary>
    [Parameter("Keeps the newest image of each of so many months that have one")]
    string KeepMonthly => TryGetValue(() => KeepMonthly)!;

    /// <summary>How many of the newest versions stay.</summary>
    [Parameter("Keeps so many of the newest versions, such as major:2,minor:3,patch:5")]
    string KeepSemver => TryGetValue(() => KeepSemver)!;

    /// <summary>The age up to which images stay.</summary>
    [Parameter("Keeps what is not so old, such as 30d")]
    string OlderThan => TryGetValue(() => OlderThan)!;

    /// <summary>Whether manifests go that no tag leads to.</summary>
    [Parameter("Removes manifests that no tag leads to")]
    bool? Untagged => TryGetValue<bool?>(() => Untagged);

    /// <summary>Whether what has not expired stays.</summary>
    [Parameter("Keeps what does not say that it has expired")]
    bool? Expired => TryGetValue<bool?>(() => Expired);

    /// <summary>Another annotation that says when an image expires.</summary>
    [Parameter("Another annotation or label that says when an image expires")]
    string ExpiresAnnotation => TryGetValue(() => ExpiresAnnotation)!;

    /// <summary>What no rule takes.</summary>
    [Parameter("What no rule takes, nor what it points to: images, patterns, or :tag for any repository")]
    string[] Protect => TryGetValue(() => Protect)!;

    /// <summary>A file with more that no rule takes.</summary>
    [Parameter("A file with more of what no rule takes, one a line")]
    string ProtectFile => TryGetValue(() => ProtectFile)!;

    /// <summary>Where to find out what runs, and stays.</summary>
    [Parameter("Keeps what runs: docker, a compose file, an inventory of kubectl's, or - for standard input")]
    string[] InUse => TryGetValue(() => InUse)!;

    /// <summary>What an age is counted from.</summary>
    [Parameter("What an age is counted from: pushed or created")]
    string AgeBy => TryGetValue(() => AgeBy)!;

    /// <summary>Whether what has no known time counts as the oldest.</summary>
    [Parameter("Lets what has no known time count as the oldest")]
    bool? UnknownAgeIsOld => TryGetValue<bool?>(() => UnknownAgeIsOld);

    /// <summary>A file with rules for each pattern of images.</summary>
    [Parameter("A YAML file with rules for each pattern of images, the first that fits counting")]
    string Policy => TryGetValue(() => Policy)!;

    /// <summary>Where a dry run writes its plan.</summary>
    [Parameter("Where a dry run writes its plan as JSON, and beside it as Markdown")]
    string PlanOut => TryGetValue(() => PlanOut)!;

    /// <summary>A plan to apply. NUKE has a switch of this name for its own: a value that is no boolean leaves that off, with a warning.</summary>
    [Parameter("Applies a plan: exactly that and nothing else")]
    new string Plan => TryGetValue(() => Plan)!;

    /// <summary>How old a plan may be.</summary>
    [Parameter("How old a plan may be, such as 7d")]
    string PlanMaxAge => TryGetValue(() => PlanMaxAge)!;

    /// <summary>A tag whose story a dry run tells.</summary>
    [Parameter("Tells the story of one tag, repo:tag, in a dry run")]
    string Explain => TryGetValue(() => Explain)!;

    /// <summary>Whether nobody is asked.</summary>
    [Parameter("Does not ask before patterns or rules remove anything")]
    bool? Yes => TryGetValue<bool?>(() => Yes);

    /// <summary>
    /// Whether an image that is not there ends the run before anything is touched. NUKE has a switch of this name for its own: on the
    /// command line it is <c>--strict=true</c>.
    /// </summary>
    [Parameter("Removes nothing and exits with 3 if an image is not there")]
    bool? Strict => TryGetValue<bool?>(() => Strict);

    /// <summary>
    /// Changes the options in code, behind what the command line says; null leaves them. Where it names the images, such as those that
    /// the build's own push superseded, the command line need not, and the target is skipped if there is none.
    /// </summary>
    Configure<CleanImagesOptions>? CleanImagesSettings => null;

    /// <summary>Removes the images, and frees what they alone held.</summary>
    Target CleanImages => _ => _
        .Description("Removes the images named by --images, and frees what they alone held")
        .Requires(() => StrictParameters.Check(this, CleanerVerbs.CleanImages))
        .OnlyWhenDynamic(() => CleanerTarget.HasImages(this), "an image is named")
        .Executes(() => CleanerTarget.CleanImages(this));
}
