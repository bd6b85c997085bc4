using RegistryCleaner.Hosts;
using RegistryCleaner.Naming;
using RegistryCleaner.Selection;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace RegistryCleaner;

/// <summary>
/// A policy: for each pattern of images the rules, by the words of the switches. The first entry that a tag fits counts; a tag that fits
/// none stays. schemas/policy.schema.json describes it to editors.
/// </summary>
/// <param name="Scopes">The entries, in order.</param>
/// <param name="Protect">What no entry takes.</param>
internal sealed record PolicyFile(IReadOnlyList<ScopedRules> Scopes, IReadOnlyList<string> Protect)
{
    /// <summary>Reads a policy, or tells everything that is wrong with it, each with its line.</summary>
    /// <exception cref="CleanerException">Something is not understood.</exception>
    public static PolicyFile Read(string yaml, string path)
    {
        var reading = new Reading(path);
        try
        {
            var policy = YamlText.Load(yaml) is [var document] ? reading.Policy(document.RootNode) : reading.Fail<PolicyFile>(1, "a policy is one document with rules");
            return reading.Errors.Count == 0 ? policy! : throw new CleanerException(ExitCode.BadInput, reading.Errors);
        }
        catch (YamlException e)
        {
            throw new CleanerException(ExitCode.BadInput, $"{path}:{e.Start.Line}: it is not YAML: {e.InnerException?.Message ?? e.Message}");
        }
    }

    private sealed class Reading(string path)
    {
        public List<string> Errors { get; } = [];

        public PolicyFile? Policy(YamlNode root)
        {
            if (root is not YamlMappingNode mapping)
                return Fail<PolicyFile>(root.Start.Line, "a policy is a mapping with rules");
            IReadOnlyList<ScopedRules>? scopes = null;
            IReadOnlyList<string> protect = [];
            foreach (var (key, value) in mapping)
            {
                switch (Text(key))
                {
                    case "rules" when value is YamlSequenceNode { Children.Count: > 0 } entries:
                        scopes = [.. entries.Select(Entry).OfType<ScopedRules>()];
                        break;
                    case "rules":
                        Fail<object>(value.Start.Line, "rules is a list with at least one entry");
                        break;
                    case "protect":
                        protect = Patterns(value, selects: false).Select(pattern => pattern.Text).ToList();
                        break;
                    case "default" when Text(value) == "keep":
                        break;
                    case "default":
                        Fail<object>(value.Start.Line, "default can only be keep: what no entry fits always stays");
                        break;
                    default:
                        Fail<object>(key.Start.Line, $"'{Text(key)}' is not understood: a policy has rules, protect and default");
                        break;
                }
            }

            return scopes is null && Errors.Count == 0 ? Fail<PolicyFile>(root.Start.Line, "a policy has rules") : new PolicyFile(scopes ?? [], protect);
        }

        public T? Fail<T>(long line, string reason)
            where T : class
        {
            Errors.Add($"{path}:{line}: {reason}.");
            return null;
        }

        private ScopedRules? Entry(YamlNode node)
        {
            if (node is not YamlMappingNode mapping)
                return Fail<ScopedRules>(node.Start.Line, "an entry is a mapping with images and what is kept of them");
            List<ImagePattern> images = [];
            var options = new CleanImagesOptions();
            var keepsAll = false;
            foreach (var (key, value) in mapping)
            {
                switch (Text(key))
                {
                    case "images":
                        images = Patterns(value, selects: true);
                        break;
                    case "keep" when Text(value) == "all":
                        keepsAll = true;
                        break;
                    case var name:
                        if (!PolicyWords.TrySet(name ?? "", Text(value) ?? "", ref options, out var reason))
                            Fail<object>(key.Start.Line, reason!);
                        break;
                }
            }

            if (images.Count == 0)
                return Fail<ScopedRules>(node.Start.Line, "an entry says with images what it is about");
            if (images.Find(image => image is { Digest: not null, Tag: null }) is { } manifest)
                return Fail<ScopedRules>(node.Start.Line, $"'{manifest.Text}' names a manifest, and rules decide about tags");
            try
            {
                var rules = RuleOptions.Read(options) with { KeepAll = keepsAll };
                return rules.AreAboutTags || rules.Untagged
                    ? new ScopedRules(images, rules)
                    : Fail<ScopedRules>(node.Start.Line, "an entry says what is kept; for all of it, write keep: all");
            }
            catch (CleanerException e)
            {
                return Fail<ScopedRules>(node.Start.Line, string.Join(" ", e.Messages).TrimEnd('.'));
            }
        }

        private List<ImagePattern> Patterns(YamlNode node, bool selects)
        {
            var patterns = new List<ImagePattern>();
            foreach (var item in node is YamlSequenceNode list ? list.Children : [node])
            {
                if (Text(item) is not { } text)
                    Fail<object>(item.Start.Line, "a pattern is a text");
                else if (ImagePattern.TryParse(text, out var pattern, out var reason, selects))
                    patterns.Add(pattern);
                else
                    Fail<object>(item.Start.Line, $"'{ReferenceFormatException.Shown(text)}' is neither an image nor a pattern: {reason}");
            }

            return patterns;
        }

        // A mapping's keys and counts, as in keep-semver: { major: 2 }, are the same text as the switch takes.
        private static string? Text(YamlNode node) => node switch
        {
            YamlScalarNode scalar => scalar.Value,
            YamlMappingNode mapping when mapping.All(pair => pair is { Key: YamlScalarNode, Value: YamlScalarNode }) => string.Join(',', mapping.Select(pair => $"{Text(pair.Key)}:{Text(pair.Value)}")),
            _ => null,
        };
    }
}
