using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using RegistryCleaner.Marking;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Store;

namespace RegistryCleaner.Pruning;

/// <summary>
/// What a run set out to remove, written into its trash before anything moves: what a killed run leaves is finished from it.
/// </summary>
internal sealed record PruneJournal
{
    public const int CurrentVersion = 5;

    public required int Version { get; init; }

    /// <summary>Sorts by time, to the microsecond: <c>20261124T031500Z-1a2b3c4d</c>.</summary>
    public required string RunId { get; init; }

    public required IReadOnlyList<JournalRepository> Repositories { get; init; }

    /// <summary>The blobs that go with them.</summary>
    public required IReadOnlyList<string> Blobs { get; init; }

    /// <summary>The verb that it belongs to.</summary>
    public required string Verb { get; init; }

    /// <summary>Whether the blobs were found by a look at the whole store, and not by what the repositories above link.</summary>
    public required bool IsFull { get; init; }

    /// <summary>Whether there is no repository any more when all of this is done, so that a store without one is no reason to stop.</summary>
    public required bool LeavesNoRepositories { get; init; }

    /// <summary>Uploads and temporary files that go, by path.</summary>
    public required IReadOnlyList<JournalLink> Leftovers { get; init; }

    /// <summary>Directories that go if they are empty at the end.</summary>
    public required IReadOnlyList<string> Directories { get; init; }

    /// <summary>How long what goes stays in the trash after the run's end, in seconds; zero for no longer than it has to.</summary>
    public required long TrashRetention { get; init; }

    public static PruneJournal Of(PrunePlan plan, DateTimeOffset now, TimeSpan trashRetention) => new()
    {
        TrashRetention = (long)trashRetention.TotalSeconds,
        Version = CurrentVersion,
        RunId = NewRunId(now),
        Verb = "CleanImages",
        IsFull = false,
        LeavesNoRepositories = true,
        Leftovers = [],
        Directories = [],
        Repositories =
        [
            .. plan.Repositories.Where(repository => !repository.IsEmpty).Select(repository => new JournalRepository
            {
                Name = repository.Name.Value,
                Removed = repository.Removed,
                AskedFor = repository.AskedFor,
                Tags = [.. repository.Tags.Where(tag => tag is { Removed: true, GoesWith: null }).Select(tag => new JournalTag(tag.Tag.Value, tag.Digest?.ToString(), tag.Reason))],
                ReferrerTags = [.. repository.Tags.Where(tag => tag is { Removed: true, GoesWith: not null }).Select(tag => new JournalTag(tag.Tag.Value, tag.Digest?.ToString(), tag.Reason))],
                Manifests = [.. repository.Manifests.Where(manifest => manifest.Removed).Select(manifest => new JournalLink(manifest.Digest.ToString(), manifest.Modified.ToUnixTimeSeconds(), Why: manifest.Reason))],
                Layers = [.. repository.Layers.Select(layer => new JournalLink(layer.Path, layer.Modified.ToUnixTimeSeconds(), layer.Digest?.ToString()))],
            }),
        ],
        Blobs = [.. plan.Blobs.Where(blob => blob.Removed).Select(blob => blob.Digest.ToString())],
    };

    public static PruneJournal Of(CollectionPlan plan, string verb, DateTimeOffset now, TimeSpan trashRetention) => new()
    {
        TrashRetention = (long)trashRetention.TotalSeconds,
        Version = CurrentVersion,
        RunId = NewRunId(now),
        Verb = verb,
        IsFull = true,
        LeavesNoRepositories = plan.LeavesNoRepositories,
        Leftovers = [.. plan.Uploads.Concat(plan.Leftovers).Select(path => new JournalLink(path.Path, path.Modified.ToUnixTimeSeconds()))],
        Directories = plan.Directories,
        Repositories =
        [
            .. plan.Repositories.Select(repository => new JournalRepository
            {
                Name = repository.Name.Value,
                Removed = false,
                AskedFor = false,
                Tags = [],
                ReferrerTags = [.. repository.Tags.Select(tag => new JournalTag(tag.Tag.Value, tag.Digest.ToString(), "the manifest that it is about goes"))],
                Manifests = [.. repository.Manifests.Select(link => new JournalLink(link.Digest.ToString(), link.Modified.ToUnixTimeSeconds()))],
                Layers = [.. repository.Layers.Select(link => new JournalLink(StoreLayout.LayerLink(repository.Name, link.Digest), link.Modified.ToUnixTimeSeconds()))],
            }),
        ],
        Blobs = [.. plan.Blobs.Select(blob => blob.Digest.ToString())],
    };

    // Microseconds since the year 1, of the run that was named last.
    private static long s_lastNamed;

    // Five digits are the microsecond, three are chance: what is named later sorts later, also within a second.
    private static string NewRunId(DateTimeOffset now)
    {
        long last, time;
        do
        {
            last = Volatile.Read(ref s_lastNamed);
            time = Math.Max(now.UtcTicks / TimeSpan.TicksPerMicrosecond, last + 1);
        }
        while (Interlocked.CompareExchange(ref s_lastNamed, time, last) != last);

        return string.Create(CultureInfo.InvariantCulture, $"{new DateTime(time * TimeSpan.TicksPerMicrosecond, DateTimeKind.Utc):yyyyMMdd'T'HHmmss'Z'}-{time % 1_000_000:x5}{Random.Shared.Next(0x1000):x3}");
    }

    /// <summary>When the run began, as its name says.</summary>
    public static DateTimeOffset? TimeOf(string runId) =>
        runId.Length > 16 && DateTimeOffset.TryParseExact(runId[..16], "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>The links that go, as a registry would be asked for them.</summary>
    public IEnumerable<RepositoryLink> Links() => Repositories.SelectMany(repository =>
    {
        var name = RepositoryName.Parse(repository.Name);
        return repository.Manifests.Select(manifest => Digest.Parse(manifest.Name))
            .Concat(repository.Layers.Select(layer => StoreLayout.TryReadRepositoryPath(name, layer.Name, out var place) ? Digest.Parse(place.Name) : default))
            .Select(digest => new RepositoryLink(name, digest));
    });

    /// <summary>All blobs that it names, those that do not go themselves included.</summary>
    public IEnumerable<Digest> AllBlobs() => Links().Select(link => link.Blob)
        .Concat(Repositories.SelectMany(repository => repository.Layers).Select(layer => layer.Holds).Concat(Blobs).Select(text => Digest.TryParse(text, out var digest, out _) ? digest : default))
        .Where(digest => digest != default);

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, JournalJson.Default.PruneJournal);

    /// <summary>The journal of a run; null for anything that is not a whole journal of that run and this version.</summary>
    public static PruneJournal? FromJson(ReadOnlySpan<byte> json, string runId)
    {
        try
        {
            var journal = JsonSerializer.Deserialize(json, JournalJson.Default.PruneJournal);
            return journal is { Version: CurrentVersion } && journal.RunId == runId && journal.Repositories.All(IsValid) && journal.Blobs.All(IsBlob)
                && journal.Leftovers.All(IsLeftover) && journal.Directories.All(IsInStore)
                && journal.Repositories.DistinctBy(repository => repository.Name, StringComparer.Ordinal).Count() == journal.Repositories.Count
                ? journal
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Paths are made from these texts: nothing that is not a name, a tag, a digest or a layer's link gets that far. That a list's
    // member is null is not seen by the serializer.
    private static bool IsValid(JournalRepository? repository) =>
        repository is not null
        && RepositoryName.TryParse(repository.Name, out var name, out _)
        && repository.Tags.Concat(repository.ReferrerTags).All(tag => Tag.TryParse(((JournalTag?)tag)?.Tag, out _, out _))
        && repository.Manifests.DistinctBy(manifest => ((JournalLink?)manifest)?.Name, StringComparer.Ordinal).Count() == repository.Manifests.Count
        && repository.Manifests.All(manifest => IsDigest(((JournalLink?)manifest)?.Name))
        && repository.Layers.DistinctBy(layer => ((JournalLink?)layer)?.Name, StringComparer.Ordinal).Count() == repository.Layers.Count
        && repository.Layers.All(layer => ((JournalLink?)layer)?.Name is { } path && StoreLayout.TryReadRepositoryPath(name, path, out var place)
            && place.Kind == RepositoryPathKind.LayerLink && Digest.TryParse(place.Name, out _, out _));

    private static bool IsLeftover(JournalLink? leftover) =>
        leftover?.Name is { } path && IsInStore(path) && (LeftoverFinder.IsTemporary(path) || StoreLayout.IsUpload(path));

    private static bool IsInStore(string? path) =>
        path?.StartsWith(StoreLayout.Version2 + "/", StringComparison.Ordinal) == true && !path.Split('/').Any(part => part is "" or "." or "..");

    // Blobs are always stored by sha256 (registry/storage/blobwriter.go).
    private static bool IsBlob(string? text) => Digest.TryParse(text, out var digest, out _) && digest.Sha256 is not null;

    private static bool IsDigest(string? text) => Digest.TryParse(text, out _, out _);
}

/// <summary>What goes from one repository. Manifests are digests, in the order in which they go; layers are the paths of their links.</summary>
internal sealed record JournalRepository
{
    private Dictionary<string, JournalLink>? _links;

    public required string Name { get; init; }

    public required bool Removed { get; init; }

    public required bool AskedFor { get; init; }

    public required IReadOnlyList<JournalTag> Tags { get; init; }

    /// <summary>Tags that go only if the manifest that their name says goes, too.</summary>
    public required IReadOnlyList<JournalTag> ReferrerTags { get; init; }

    public required IReadOnlyList<JournalLink> Manifests { get; init; }

    public required IReadOnlyList<JournalLink> Layers { get; init; }

    /// <summary>The blobs whose links go, as far as the links' names say; those by another algorithm than sha256 are always looked at.</summary>
    public IReadOnlyCollection<Digest> LayerDigests() =>
        [.. Layers.Select(layer => StoreLayout.TryReadRepositoryPath(RepositoryName.Parse(Name), layer.Name, out var place) && Digest.TryParse(place.Name, out var digest, out _) ? digest : (Digest?)null).OfType<Digest>()];

    /// <summary>Whether the repository goes as it is, with what cannot be read in it: it was asked for and has lost all its tags.</summary>
    public bool IsGoing(RepositorySnapshot now) => AskedFor && now.Tags.Count == 0;

    /// <summary>Whether a link was written after the plan was made: it was pushed again in the moment before it was taken away.</summary>
    public bool IsWrittenAnew(StoreEntry file)
    {
        var name = RepositoryName.Parse(Name);
        _links ??= Manifests.Select(manifest => (Path: StoreLayout.RevisionLink(name, Digest.Parse(manifest.Name)), Link: manifest))
            .Concat(Layers.Select(layer => (Path: layer.Name, Link: layer)))
            .ToDictionary(item => item.Path, item => item.Link, StringComparer.Ordinal);
        return _links.TryGetValue(file.Path, out var link) && !link.IsSame(file.Modified);
    }

    /// <summary>Why a repository that was to go stays all the same, or null.</summary>
    public string? WhyToStay(RepositorySnapshot now, DateTimeOffset time)
    {
        if (now.Tags.Count > 0)
            return $"it has the tag {now.Tags.Keys.First()}";
        if (now.Revisions.Count > 0)
            return $"it has the manifest {now.Revisions.Keys.First()}";
        var isBusy = !now.Layers.IsEmpty || now.Uploads.Any(upload => upload.Modified > time - PrunePlanner.PushGrace);
        return !AskedFor && isBusy ? "something is being pushed to it" : null;
    }
}

/// <summary>A tag, where it pointed (all that its link holds; null where that could not be read), and why it goes.</summary>
internal sealed record JournalTag(string Tag, string? Digest, string? Why = null);

/// <summary>
/// A link that goes; when it was written, in seconds since 1970: all that every way to the files can tell; what it holds, where its
/// name does not say so; and why it goes.
/// </summary>
internal sealed record JournalLink(string Name, long Modified, string? Holds = null, string? Why = null)
{
    /// <summary>Whether the link is still the one that was planned for: a push writes it anew, with the same content.</summary>
    public bool IsSame(DateTimeOffset modified) => modified.ToUnixTimeSeconds() == Modified;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PruneJournal))]
internal sealed partial class JournalJson : JsonSerializerContext;
