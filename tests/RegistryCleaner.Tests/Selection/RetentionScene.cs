using RegistryCleaner.CommandLine;
using RegistryCleaner.Naming;
using RegistryCleaner.Selection;
using RegistryCleaner.Tests.Planning;

namespace RegistryCleaner.Tests.Selection;

/// <summary>
/// Repositories as one line of text, and rules as on a command line: <c>1.4.0 a 30d, latest a 30d</c> are two tags of the image a that
/// were pushed 30 days ago. <c>?</c> is an age that nobody knows, <c>-1d</c> tomorrow, <c>x</c> an image whose link cannot be read. Behind
/// that may stand <c>created=40d</c> and <c>expires=5d</c> (5 days ago; <c>-5d</c>: in 5 days). A repository other than team/app stands in
/// front: <c>team/tool| 1.0 a 1d</c>, one a line.
/// </summary>
internal static class RetentionScene
{
    public static readonly DateTimeOffset Now = SnapshotBuilder.Now;

    public static Digest Image(string word) => SnapshotBuilder.DigestOf(word);

    public static IReadOnlyList<RepositoryFacts> Facts(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
    {
        var parts = line.Split('|');
        return new RepositoryFacts
        {
            Name = RepositoryName.Parse(parts.Length > 1 ? parts[0].Trim() : "team/app"),
            Tags = [.. parts[^1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(TagOf)],
        };
    })];

    /// <summary>What command line and facts select, as <c>repo:tag</c>; the repository team/app left out.</summary>
    public static async Task<ImageSelection> SelectAsync(string facts, string words) => Select(Facts(facts), await RequestAsync(words));

    public static ImageSelection Select(IReadOnlyCollection<RepositoryFacts> facts, ImageRequest request, DateTimeOffset? now = null) =>
        ImageSelecting.Select(
            new SelectionRequest(request.Scopes, request.Protection, now ?? Now),
            [.. facts.Select(repository => repository with { Tags = [.. repository.Tags.Select(tag => tag with { IsNamed = request.Names(repository.Name, tag.Tag, tag.Digest) })] })]);

    public static async Task<ImageRequest> RequestAsync(string words)
    {
        var reading = new CleanerCommandLine([]).Read(["CleanImages", .. words.Split(' ', StringSplitOptions.RemoveEmptyEntries)], []);
        reading.Errors.ShouldBeEmpty();
        return await ImageRequest.ReadAsync(reading.CleanImages!, CancellationToken.None);
    }

    public static string Removed(this ImageSelection selection) => string.Join(' ', selection.Repositories
        .SelectMany(repository => repository.Tags.Where(tag => tag.Removed).Select(tag => repository.Name.Value == "team/app" ? tag.Tag.Value : $"{repository.Name}:{tag.Tag}"))
        .Order(StringComparer.Ordinal));

    public static string ReasonOf(this ImageSelection selection, string tag, string repository = "team/app") =>
        selection.Repositories.Single(each => each.Name.Value == repository).Tags.Single(each => each.Tag.Value == tag).Reason;

    private static TagFacts TagOf(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        DateTimeOffset? pushed = words[2] switch { "?" => null, "1970" => DateTimeOffset.UnixEpoch, "0001" => DateTimeOffset.MinValue, var age => Now - AgeOf(age) };
        var named = words[3..].Select(word => word.Split('=')).ToDictionary(word => word[0], word => word[1], StringComparer.Ordinal);
        DateTimeOffset? Time(string name) => named.TryGetValue(name, out var age) ? age == "1970" ? DateTimeOffset.UnixEpoch : Now - AgeOf(age) : null;
        return new TagFacts(Tag.Parse(words[0]), words[1] == "x" ? null : Image(words[1]), pushed, Time("created"), new Expiry(Time("expires")));
    }

    private static TimeSpan AgeOf(string text)
    {
        DurationText.TryParse(text.TrimStart('-'), out var age).ShouldBeTrue(text);
        return text.StartsWith('-') ? -age : age;
    }
}
