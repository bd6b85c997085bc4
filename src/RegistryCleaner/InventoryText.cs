using System.Text.Json;
using RegistryCleaner.Hosts;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace RegistryCleaner;

/// <summary>
/// Reads the images that a document names as <c>image</c> or <c>imageID</c>, wherever they stand: a compose file, what
/// <c>kubectl get pods -A -o json</c> prints (there an image that is a volume is the <c>reference</c> in its <c>image</c>), a manifest of
/// Kubernetes', values of a chart (<c>repository</c> beside <c>tag</c>).
/// </summary>
internal static class InventoryText
{
    private const string Reference = "reference";

    /// <exception cref="CleanerException">It is neither JSON nor YAML, or names no image: a list that was cut short must not look like an empty one.</exception>
    public static FoundInUse Read(string text, string source)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            if (text.AsSpan().TrimStart() is ['{' or '[', ..])
                Add(JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 128 }).RootElement, found);
            else
                AddYaml(text, found);
        }
        catch (Exception e) when (e is JsonException or YamlException or InvalidOperationException)
        {
            throw new CleanerException(ExitCode.BadInput, $"--in-use {source} is neither JSON nor YAML, so that nothing was done: {e.Message}");
        }

        found.Remove("");
        return found.Count > 0
            ? FoundInUse.Of($"by {source}", found)
            : throw new CleanerException(ExitCode.BadInput, $"--in-use {source} names no image, so that nothing was done: it has to be a compose file or what 'kubectl get pods -A -o json' prints.");
    }

    private static void Add(JsonElement element, HashSet<string> found)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
                Add(item, found);
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            AddChart(name => element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Number ? value.ToString() : null, found);
            foreach (var member in element.EnumerateObject())
            {
                if (IsImage(member.Name) && ImageOf(member.Value) is { } image)
                    found.Add(image);
                Add(member.Value, found);
            }
        }
    }

    private static void AddYaml(string text, HashSet<string> found)
    {
        // Anchors may make a node appear many times, but not below itself.
        var pending = new Stack<YamlNode>(YamlText.Load(text).Select(document => document.RootNode));
        var seen = new HashSet<YamlNode>(ReferenceEqualityComparer.Instance);
        while (pending.TryPop(out var node))
        {
            if (!seen.Add(node))
                continue;
            if (node is YamlSequenceNode sequence)
            {
                foreach (var child in sequence)
                    pending.Push(child);
            }
            else if (node is YamlMappingNode mapping)
            {
                AddChart(name => mapping.Children.TryGetValue(new YamlScalarNode(name), out var value) ? (value as YamlScalarNode)?.Value : null, found);
                foreach (var (key, value) in mapping)
                {
                    if (key is YamlScalarNode { Value: { } name } && IsImage(name) && ImageOf(value) is { } image)
                        found.Add(image);
                    pending.Push(value);
                }
            }
        }
    }

    private static void AddChart(Func<string, string?> valueOf, HashSet<string> found)
    {
        if (valueOf("repository") is not { Length: > 0 } repository)
            return;
        // With both, the digest is what runs; the tag is meant to stay as well.
        foreach (var reference in new[] { valueOf("tag"), valueOf("digest") }.Where(reference => reference is { Length: > 0 }))
        {
            var separator = reference!.StartsWith("sha256:", StringComparison.Ordinal) ? '@' : ':';
            found.Add((valueOf("registry") is { Length: > 0 } registry ? $"{registry}/" : "") + $"{repository}{separator}{reference}");
        }
    }

    private static string? ImageOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()
        : value.ValueKind == JsonValueKind.Object && value.TryGetProperty(Reference, out var reference) && reference.ValueKind == JsonValueKind.String ? reference.GetString()
        : null;

    private static string? ImageOf(YamlNode value) =>
        ((value is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode(Reference), out var reference) ? reference : value) as YamlScalarNode)?.Value;

    private static bool IsImage(string name) => name.Equals("image", StringComparison.OrdinalIgnoreCase) || name.Equals("imageID", StringComparison.OrdinalIgnoreCase);
}
