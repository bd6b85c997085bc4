using System.Text.RegularExpressions;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Tests.Naming;

/// <summary>references.tsv: what distribution/reference's own Parse says of each, as executed against v0.6.0.</summary>
public partial class ReferenceTableTests
{
    public static TheoryData<string, string, string> Table
    {
        get
        {
            var table = new TheoryData<string, string, string>();
            foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Naming/references.tsv")).Skip(1))
            {
                var columns = line.Split('\t');
                table.Add(columns[0], columns[1], columns.ElementAtOrDefault(2) ?? "");
            }

            return table;
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void A_reference_is_judged_as_the_registry_judges_it(string written, string verdict, string detail)
    {
        var reference = Expand(written);
        var isValid = ImageSelector.TryParse(reference, out var image, out var reason);

        isValid.ShouldBe(verdict == "valid", reason);
        if (isValid)
            RequireParts(image!, detail);
        else
            ReasonWords().IsMatch(reason!).ShouldBeTrue(reason);
    }

    private static void RequireParts(ImageSelector image, string detail)
    {
        var parts = detail.Split(' ').Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part.ElementAtOrDefault(1) ?? "");
        var name = (image.Host is null ? "" : image.Host + "/") + image.Repository;
        if (CountOf().Match(detail) is { Success: true } count)
            name.Length.ShouldBe(int.Parse(count.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));
        else
            name.ShouldBe(parts["name"]);
        (image.Host is not null).ShouldBe(name.Contains(':') || name.Contains('['));
        (image.Digest is not null).ShouldBe(parts.ContainsKey("digest"));
        var tag = parts.GetValueOrDefault("tag");
        if (tag?.EndsWith("...", StringComparison.Ordinal) == true)
            image.Tag!.Value.ShouldStartWith(tag[..^3]);
        else
            image.Tag?.Value.ShouldBe(tag);
        (image.Tag is null).ShouldBe(tag is null);
    }

    private static string Expand(string written) => Repeated().Replace(written, match =>
            string.Concat(Enumerable.Repeat(match.Groups[2].Value.Trim('"'), int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture))))
        .Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);

    [GeneratedRegex("<([0-9]+)x([^>]+)>")]
    private static partial Regex Repeated();

    [GeneratedRegex("name=<([0-9]+) chars>")]
    private static partial Regex CountOf();

    [GeneratedRegex("the (reference|repository name|tag|digest|host|port|address)")]
    private static partial Regex ReasonWords();
}
