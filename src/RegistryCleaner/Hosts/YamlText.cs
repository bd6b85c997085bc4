using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace RegistryCleaner.Hosts;

/// <summary>Reads YAML that anybody may have written: the library overflows the stack where a node is part of itself, or very deep.</summary>
internal static class YamlText
{
    private const int MaxDepth = 64;

    /// <summary>The documents of a text.</summary>
    /// <exception cref="YamlException">It is no YAML, or a node is part of itself, or too deep.</exception>
    public static IReadOnlyList<YamlDocument> Load(string yaml)
    {
        try
        {
            RequireFlat(yaml);
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return [.. stream.Documents];
        }
        // The parser's own slips, found by fuzzing.
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new YamlException(Mark.Empty, Mark.Empty, e.Message, e);
        }
    }

    private static void RequireFlat(string yaml)
    {
        var open = new Stack<AnchorName>();
        var parser = new Parser(new StringReader(yaml));
        while (parser.MoveNext())
        {
            switch (parser.Current)
            {
                case MappingStart or SequenceStart:
                    open.Push(((NodeEvent)parser.Current).Anchor);
                    if (open.Count > MaxDepth)
                        throw new YamlException(parser.Current.Start, parser.Current.End, $"it is nested more than {MaxDepth} deep");
                    break;
                case MappingEnd or SequenceEnd:
                    open.Pop();
                    break;
                case AnchorAlias alias when open.Contains(alias.Value):
                    throw new YamlException(alias.Start, alias.End, $"'{alias.Value}' is part of itself");
                default:
                    break;
            }
        }
    }
}
