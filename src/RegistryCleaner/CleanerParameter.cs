namespace RegistryCleaner;

/// <summary>The verbs that a parameter belongs to.</summary>
[Flags]
public enum CleanerVerbs
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>CleanImages.</summary>
    CleanImages = 1,

    /// <summary>GarbageCollect.</summary>
    GarbageCollect = 2,

    /// <summary>RestoreImages.</summary>
    RestoreImages = 4,

    /// <summary>EmptyTrash.</summary>
    EmptyTrash = 8,

    /// <summary>History.</summary>
    History = 16,

    /// <summary>CheckRegistry.</summary>
    CheckRegistry = 32,

    /// <summary>Those that remove images or collect what they held.</summary>
    Removing = CleanImages | GarbageCollect,

    /// <summary>Every verb.</summary>
    All = Removing | RestoreImages | EmptyTrash | History | CheckRegistry,
}

/// <summary>What a parameter's value is.</summary>
public enum CleanerParameterKind
{
    /// <summary>A switch, on or off.</summary>
    Flag,

    /// <summary>One text.</summary>
    Text,

    /// <summary>One or more texts.</summary>
    List,
}

/// <summary>A parameter as every front end offers it. Declared here once; the options records hold the values.</summary>
/// <param name="Name">The switch without its dashes: <c>dry-run</c>. The option's property has the same words: <c>DryRun</c>.</param>
/// <param name="Kind">What its value is.</param>
/// <param name="Verbs">The verbs that take it.</param>
/// <param name="Description">What it does, one sentence.</param>
public sealed record CleanerParameter(string Name, CleanerParameterKind Kind, CleanerVerbs Verbs, string Description)
{
    /// <summary>The values that it takes, where these are a few words; else empty.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>All parameters.</summary>
    public static IReadOnlyList<CleanerParameter> All { get; } =
    [
        new("images", CleanerParameterKind.List, CleanerVerbs.CleanImages | CleanerVerbs.RestoreImages, "The images to remove, or of RestoreImages those of the run to put back: repo, repo:tag, repo@digest or repo:tag@digest, with or without host[:port]/ in front, or quoted patterns such as 'team/*:pr-*'. With rules, what these decide about."),
        new("images-from", CleanerParameterKind.Text, CleanerVerbs.CleanImages, "A file with more images, one a line; - is standard input."),
        new("superseded-by", CleanerParameterKind.List, CleanerVerbs.CleanImages, "Releases such as team/app:1.4.2: only older releases of the same line and variant go, and pre-releases."),
        new("line", CleanerParameterKind.Text, CleanerVerbs.CleanImages, "What a line of releases is: major, minor (the default with --superseded-by) or patch."),
        new("keep-last", CleanerParameterKind.Text, CleanerVerbs.CleanImages, "Keeps the newest so many images of each repository's scope; with --superseded-by, of the line's releases, the one named being the first."),
        new("keep-within", CleanerParameterKind.Text, CleanerVerbs.CleanImages, "Keeps what is not so much older than the newest, such as 30d."),
        new("keep-daily", CleanerParameterKind.Text, CleanerVerbs.CleanImages, "Keeps the newest image of each of so many days that have one."),
        new("keep-weekly", CleanerParameterKind.Text, CleanerVerbs.CleanImages, "Keeps the newest image of each of so many weeks that have one."),
        new("keep-monthly", CleanerParameterKind.Text, CleanerVerbs.CleanImages, "Keeps the newest image of each of so many months that have one."),
        new("keep-semver", CleanerParameterKind.Text, CleanerVerbs.CleanImages, "Keeps so many of the newest versions, such as major:2,minor:3,patch:5, and what is not a version."),
        new("older-than", CleanerParameterKind.Text, CleanerVerbs.CleanImages, "Keeps what is not so old, such as 30d."),
        new("untagged", CleanerParameterKind.Flag, CleanerVerbs.CleanImages, "Removes manifests that no tag leads to; tags only if another rule is about them."),
        new("expired", CleanerParameterKind.Flag, CleanerVerbs.CleanImages, "Keeps what does not say that it has expired (quay.expires-after, org.opencontainers.image.expires)."),
        new("expires-annotation", CleanerParameterKind.Text, CleanerVerbs.CleanImages, "Another annotation or label that says when an image expires, as a time or as an age."),
        new("protect", CleanerParameterKind.List, CleanerVerbs.CleanImages, "What no rule takes, nor what it points to: images, patterns, or :tag for any repository; always :latest."),
        new("protect-file", CleanerParameterKind.Text, CleanerVerbs.CleanImages, "A file with more of these, one a line; where it cannot be read, nothing is removed."),
        new("in-use", CleanerParameterKind.List, CleanerVerbs.CleanImages, "Keeps what runs: docker (its containers, stopped ones too), a compose file, what kubectl get pods -A -o json prints, or - for standard input."),
        new("age-by", CleanerParameterKind.Text, CleanerVerbs.CleanImages, "What an age is counted from: pushed (the default) or created."),
        new("unknown-age-is-old", CleanerParameterKind.Flag, CleanerVerbs.CleanImages, "Lets what has no known time (none, 1970) count as the oldest; otherwise every rule about ages keeps it, as it always does what is of the future."),
        new("policy", CleanerParameterKind.Text, CleanerVerbs.CleanImages, "A YAML file with rules for each pattern of images, the first that fits counting; registry-cleaner policy check FILE checks one."),
        new("plan-out", CleanerParameterKind.Text, CleanerVerbs.CleanImages, "Where a dry run writes its plan as JSON, to be reviewed and applied, and beside it as Markdown."),
        new("plan", CleanerParameterKind.Text, CleanerVerbs.CleanImages, "Applies a plan: exactly that and nothing else; what moved since, or is protected or in use by what is given beside it, stays, and the exit code is 5."),
        new("plan-max-age", CleanerParameterKind.Text, CleanerVerbs.CleanImages, "How old a plan may be (default: 7d)."),
        new("explain", CleanerParameterKind.Text, CleanerVerbs.CleanImages, "Tells the story of one tag, repo:tag, in a dry run: what is decided and why, what it shares with whom, what it would free."),
        new("yes", CleanerParameterKind.Flag, CleanerVerbs.CleanImages, "Does not ask on a terminal before patterns or rules remove anything."),
        new("dry-run", CleanerParameterKind.Flag, CleanerVerbs.Removing | CleanerVerbs.RestoreImages | CleanerVerbs.EmptyTrash, "Says what would be done, and touches nothing."),
        new("strict", CleanerParameterKind.Flag, CleanerVerbs.CleanImages, "Removes nothing and exits with 3 if an image is not there."),
        new("keep-empty", CleanerParameterKind.Flag, CleanerVerbs.Removing, "Keeps a repository whose last tag goes, and one that holds nothing."),
        new("collector", CleanerParameterKind.Text, CleanerVerbs.Removing, "What frees the space: targeted (what the removed images alone held, CleanImages' default), full (all that nothing refers to, GarbageCollect's default), registry (the registry's own garbage-collect) or none.") { Values = ["targeted", "full", "registry", "none"] },
        new("delete-untagged", CleanerParameterKind.Flag, CleanerVerbs.GarbageCollect, "Collects manifests without a tag, too, unless a manifest that stays needs them or is their subject."),
        new("grace", CleanerParameterKind.Text, CleanerVerbs.GarbageCollect, "How old what nothing accounts for has to be before it goes, such as 90s, 30m, 1h (the default) or 2d: it may belong to a push in progress."),
        new("max-delete", CleanerParameterKind.Text, CleanerVerbs.Removing, "Refuses what is more than this: a share such as 50% or a number, of the tags in the scope of patterns and rules with the untagged manifests that are selected (a share: of their bytes, too; no default), and of the store's blobs in a full collection (default: 50%)."),
        new("allow-no-repositories", CleanerParameterKind.Flag, CleanerVerbs.GarbageCollect, "Collects blobs even where there is no repository at all."),
        new("uploads-older-than", CleanerParameterKind.Text, CleanerVerbs.GarbageCollect, "Removes uploads that were begun and not ended, and are older than this, such as 7d (default: none is removed)."),
        new("leftovers", CleanerParameterKind.Flag, CleanerVerbs.GarbageCollect, "Looks for temporary files of a killed registry in every directory of the store, not only in those that are opened anyway."),
        new("allow-multi-arch-loss", CleanerParameterKind.Flag, CleanerVerbs.GarbageCollect, "With --collector registry, accepts that --delete-untagged destroys multi-arch images with a 2.x registry."),
        new("trash-retention", CleanerParameterKind.Text, CleanerVerbs.Removing, "How long what is removed stays in the trash, from where RestoreImages puts it back, such as 0, 12h or 7d (the default); only then is its space free."),
        new("interrupted", CleanerParameterKind.Text, CleanerVerbs.Removing | CleanerVerbs.RestoreImages | CleanerVerbs.EmptyTrash, "What becomes of an earlier run that was killed: finish, rollback (RestoreImages' default), or auto (the others' default), which finishes it only if everything that it was about is as it was.") { Values = ["auto", "finish", "rollback"] },
        new("repair", CleanerParameterKind.Flag, CleanerVerbs.CheckRegistry, "Repairs what can be repaired without harm: puts back what is missing and lies in the trash, takes away links that lead nowhere."),
        new("verify", CleanerParameterKind.Text, CleanerVerbs.Removing | CleanerVerbs.CheckRegistry, "How closely the store is looked at, after a run that removes what remains in the pruned repositories: size (presence and length, the default) or hash (content, too).") { Values = ["size", "hash"] },
        new("run", CleanerParameterKind.Text, CleanerVerbs.RestoreImages, "The run to take back, as reports and History name it, or latest (the default): the latest that removed one of the images, or, where none are named, tags."),
        new("overwrite", CleanerParameterKind.Flag, CleanerVerbs.RestoreImages, "Lets a tag that was pushed anew since point where it did."),
        new("restart", CleanerParameterKind.Flag, CleanerVerbs.Removing, "Stops the registry's container meanwhile, starts it again, and waits until it serves."),
        new("registry-container", CleanerParameterKind.Text, CleanerVerbs.All, "The container that the registry runs in (default: registry, unless this is a registry's container or --registry-root is given)."),
        new("registry-root", CleanerParameterKind.Text, CleanerVerbs.All, "The directory that holds docker/registry/v2: in the container named, else on this machine."),
        new("registry-config", CleanerParameterKind.Text, CleanerVerbs.All, "The registry's configuration file, where the registry is."),
        new("registry-binary", CleanerParameterKind.Text, CleanerVerbs.All, "The registry's program, where the registry is (default: /bin/registry)."),
        new("registry-hosts", CleanerParameterKind.List, CleanerVerbs.All, "Hosts (host or host:port) under which clients know this registry."),
        new("registry-url", CleanerParameterKind.Text, CleanerVerbs.All, "The address of the registry's API, such as https://registry.example.com (default: found out from the container)."),
        new("registry-user", CleanerParameterKind.Text, CleanerVerbs.All, "The user to show the registry, with a password from REGISTRY_CLEANER_PASSWORD or --registry-password-file (default: what docker login stored)."),
        new("registry-password-file", CleanerParameterKind.Text, CleanerVerbs.All, "A file that holds the user's password or token."),
        new("registry-ca", CleanerParameterKind.Text, CleanerVerbs.All, "A PEM file of the certificates that the registry's own must come from."),
        new("registry-cert", CleanerParameterKind.Text, CleanerVerbs.All, "A PEM file with the client certificate that the registry wants to see."),
        new("registry-key", CleanerParameterKind.Text, CleanerVerbs.All, "A PEM file with the client certificate's key (default: the same file)."),
        new("insecure", CleanerParameterKind.Flag, CleanerVerbs.All, "Takes any certificate of the registry's, and lets credentials go over plain HTTP."),
        new("offline", CleanerParameterKind.Flag, CleanerVerbs.All, "Says that nothing is serving the store."),
        new("settle", CleanerParameterKind.Text, CleanerVerbs.All, "How long requests to a registry that goes on serving are given to end, twice (default: 3s)."),
        new("lock-timeout", CleanerParameterKind.Text, CleanerVerbs.All, "How long to wait for another cleaner on the same store to end (default: not at all)."),
        new("container-engine", CleanerParameterKind.Text, CleanerVerbs.All, "docker, podman, nerdctl or kubectl, with options of its own, such as \"kubectl -n infra\" (default: the first of the first three on the PATH)."),
    ];
}
