using System.Globalization;
using RegistryCleaner.Naming;
using RegistryCleaner.Planning;
using RegistryCleaner.Reporting;
using RegistryCleaner.Selection;
using RegistryCleaner.Store;

namespace RegistryCleaner;

/// <summary>The story of one tag: where it points and since when, what is decided about it and why, who shares what with it.</summary>
internal sealed class TagStory(StoreReader reader, IStoreFiles files)
{
    private const int MaxSharing = 5;

    /// <param name="image">The tag, <c>repo:tag</c>.</param>
    /// <param name="plan">What is planned.</param>
    /// <param name="selection">What patterns and rules decided, or null.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>Sentences.</returns>
    public async Task<IReadOnlyList<string>> TellAsync(ImageSelector image, PrunePlan plan, ImageSelection? selection, CancellationToken cancellationToken)
    {
        var snapshot = await reader.ReadAsync([image.Repository], cancellationToken);
        if (!snapshot.Repositories.TryGetValue(image.Repository, out var repository) || !repository.Tags.TryGetValue(image.Tag!, out var link))
            return [$"{image} is not there."];
        if (link.Target is not { } digest)
            return [$"{image}: where it points cannot be read: {link.Problem}. No rule takes it."];

        var pushed = await new ImageDetailsReader(files).ReadPushTimesAsync(image.Repository, [image.Tag!], cancellationToken);
        var alone = await PlanReading.PlanAsync(reader, new PruneRequest([image], KeepEmpty: true, await reader.GetTimeAsync(cancellationToken)), snapshot, cancellationToken);
        var sizes = await reader.SizesAsync([digest, .. SelectionReading.PartsOf(snapshot, digest)], cancellationToken);
        var blobs = alone.Blobs.ToDictionary(blob => blob.Digest);
        var elsewhere = await PlanReading.HoldersElsewhereAsync(reader, image.Repository, [.. sizes.Keys], cancellationToken);
        return
        [
            $"{image} points to {digest}{Kind(snapshot, digest)}, {(pushed.TryGetValue(image.Tag!, out var time) ? $"pushed {time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC" : "and when it was pushed is not known")}.",
            .. selection?.Repositories.Where(each => each.Name == image.Repository).SelectMany(each => each.Tags).Where(each => each.Tag == image.Tag && each.RulesSaid is not null).Select(each => $"By the rules {each.RulesSaid}.") ?? [],
            Decision(image, plan, selection),
            .. repository.Tags.Where(pair => pair.Value.Target == digest && pair.Key != image.Tag).Select(pair => $"The same image: {image.Repository}:{pair.Key} ({Fate(image.Repository, pair.Key, plan, selection)})."),
            .. Version(image.Tag!, repository),
            .. alone.Images.Select(weight => $"Alone it would free {ReportTable.Bytes(weight.BytesFreedAlone)}; {ReportTable.Bytes(weight.BytesShared)} of it something else holds too."),
            .. plan.IsEmpty ? Array.Empty<string>() : [$"All that goes with what was asked for frees {ReportTable.Bytes(plan.BytesFreed)}."],
            .. alone.Repositories.SelectMany(each => each.Manifests).Where(manifest => !manifest.Removed).Select(manifest => $"Its manifest {manifest.Digest.Abbreviated} would stay: {manifest.Reason}."),
            .. sizes.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).Select(pair =>
                $"{pair.Key.Abbreviated}, {ReportTable.ShortBytes(pair.Value)}: {(blobs.TryGetValue(pair.Key, out var blob) && blob.Removed ? "only this tag leads to it" : Sharing(pair.Key, blob?.Reason ?? "its image stays", image.Tag!, repository, snapshot))}{Elsewhere([.. elsewhere[pair.Key].Select(directory => directory[(StoreLayout.Repositories.Length + 1)..])])}."),
        ];
    }

    private static string Decision(ImageSelector image, PrunePlan plan, ImageSelection? selection) => $"With what was asked for: {Fate(image.Repository, image.Tag!, plan, selection)}.";

    private static string Fate(RepositoryName repository, Tag tag, PrunePlan plan, ImageSelection? selection)
    {
        var found = plan.Repositories.Where(each => each.Name == repository).SelectMany(each => each.Tags).FirstOrDefault(each => each.Tag == tag)
            ?? selection?.Repositories.Where(each => each.Name == repository).SelectMany(each => each.Tags).FirstOrDefault(each => each.Tag == tag);
        return found is null ? "it stays, out of scope" : $"{(found.Removed ? "it goes" : "it stays")}: {found.Reason}";
    }

    private static IEnumerable<string> Version(Tag tag, RepositorySnapshot repository)
    {
        if (TagVersion.Of(tag) is not { } version)
        {
            yield return "It is no version: rules about versions keep it.";
            yield break;
        }

        var newer = repository.Tags.Keys.Select(TagVersion.Of).OfType<TagVersion>().Where(other => other.LineOf(VersionLine.Minor) == version.LineOf(VersionLine.Minor) && version.IsOlderThan(other)).ToList();
        yield return $"It is the {(version.IsRelease ? "release" : "pre-release")} {version} of the line {version.LineOf(VersionLine.Minor)}, with {newer.Count} newer ones in it.";
    }

    private static string Kind(StoreSnapshot snapshot, Digest digest) =>
        !snapshot.Manifests.TryGetValue(digest, out var state) ? ""
        : state.Manifest is { } manifest ? $" ({(manifest.MediaType.Length > 0 ? manifest.MediaType : "of no known type")}{(manifest.Children.Length > 0 ? $", of {manifest.Children.Length} manifests" : "")})"
        : $" (which cannot be read: {state.Problem})";

    private static string Sharing(Digest blob, string reason, Tag own, RepositorySnapshot repository, StoreSnapshot snapshot)
    {
        var tags = repository.Tags
            .Where(pair => pair.Key != own && pair.Value.Target is { } target && (target == blob || SelectionReading.PartsOf(snapshot, target).Contains(blob)))
            .Select(pair => pair.Key.Value).ToList();
        return tags.Count == 0 ? reason : $"{reason}, under {Listed(tags, "tags")}";
    }

    private static string Elsewhere(IReadOnlyList<string> repositories) => repositories.Count == 0 ? "" : $"; held in {Listed(repositories, "repositories")}, too";

    private static string Listed(IReadOnlyList<string> names, string what) =>
        $"{string.Join(", ", names.Take(MaxSharing))}{(names.Count > MaxSharing ? $" and {names.Count - MaxSharing} more {what}" : "")}";
}
