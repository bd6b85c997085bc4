using System.CommandLine;

namespace RegistryCleaner.CommandLine;

/// <summary>
/// Reads a command line as NUKE users write it, <c>CleanImages --images a:b --dry-run</c>, and refuses whatever it does not
/// understand: a tool that deletes must not pass over <c>--dry-rum</c>.
/// </summary>
public sealed class CleanerCommandLine
{
    private const string ProgramName = "registry-cleaner";

    // What elsewhere stands for true and false: behind a switch it is meant as its value, not as an image.
    private static readonly string[] s_truthLike = ["yes", "no", "on", "off", "y", "n", "t", "f", "1", "0"];

    // In the order in which they run.
    private static readonly CleanerVerbs[] s_verbs = [CleanerVerbs.RestoreImages, CleanerVerbs.CleanImages, CleanerVerbs.GarbageCollect, CleanerVerbs.EmptyTrash, CleanerVerbs.CheckRegistry, CleanerVerbs.History];

    private readonly Argument<string[]> _words = new("images") { Arity = ArgumentArity.ZeroOrMore, Description = $"{VerbNames}, or images to remove." };
    private readonly Dictionary<string, Option<bool>> _flags = [];
    private readonly Dictionary<string, Option<string>> _texts = [];
    private readonly Dictionary<string, Option<string[]>> _lists = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>Makes the command line.</summary>
    /// <param name="others">Switches of the front end itself, with any number of values, which are left to it.</param>
    public CleanerCommandLine(IEnumerable<Option> others)
    {
        Root = new Command(ProgramName, "Prunes superseded images from a self-hosted container registry.") { _words };
        foreach (var parameter in CleanerParameter.All)
        {
            Option option = parameter.Kind switch
            {
                CleanerParameterKind.Flag => _flags[parameter.Name] = new Option<bool>("--" + parameter.Name),
                CleanerParameterKind.Text => _texts[parameter.Name] = new Option<string>("--" + parameter.Name),
                _ => _lists[parameter.Name] = new Option<string[]>("--" + parameter.Name) { Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = true },
            };
            option.Description = parameter.Description;
            option.CompletionSources.Clear();
            option.CompletionSources.Add(_ => parameter.Values);
            Root.Add(option);
        }

        foreach (var other in others)
            Root.Add(other);
        foreach (var option in Root.Options)
            _known.UnionWith(option.Aliases.Append(option.Name));
    }

    /// <summary>The command, for help and completion. It brings no switch of its own, so that it collides with none of a build's.</summary>
    public Command Root { get; }

    /// <summary>Switches that are somebody else's, with any number of values each: what a build engine or a script takes besides ours.</summary>
    /// <param name="names">Their names, with the dashes; those of our own parameters are left out.</param>
    public static IEnumerable<Option> Others(IEnumerable<string> names) => names
        .Except(CleanerParameter.All.Select(parameter => "--" + parameter.Name), StringComparer.Ordinal)
        .Select(name => new Option<string[]>(name) { Arity = ArgumentArity.ZeroOrMore, AllowMultipleArgumentsPerToken = true, Hidden = true });

    /// <summary>Takes the words apart. Nothing is expanded: no response files, no bundled letters.</summary>
    public ParseResult Parse(IReadOnlyList<string> words) =>
        // A first word, or path, that ends in the program's name is taken for the program, and an image of that name would be passed over.
        Root.Parse([ProgramName, .. words], new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });

    /// <summary>Reads a command line of our own: targets first, or images alone as clean_registry.py took them.</summary>
    /// <param name="words">The words as the user gave them, without the program's name.</param>
    /// <param name="environment">The names of the environment's variables.</param>
    public CommandLineReading Read(IReadOnlyList<string> words, IEnumerable<string> environment)
    {
        var parsed = Parse(words);
        var errors = WordErrors(words, parsed);
        if (errors.Count > 0)
            return new CommandLineReading { Errors = errors };

        var positional = parsed.GetValue(_words) ?? [];
        var leading = words.TakeWhile(word => !IsSwitch(word)).ToList();
        var verbs = leading.Aggregate(CleanerVerbs.None, (all, word) => all | VerbOf(word));
        var given = GivenNames(parsed);
        errors.AddRange((parsed.GetValue(_lists["images"]) ?? []).Where(word => VerbOf(word) != CleanerVerbs.None).Select(Misplaced));
        if (verbs == CleanerVerbs.None)
        {
            verbs = CleanerVerbs.CleanImages;
            errors.AddRange(positional.Where(word => VerbOf(word) != CleanerVerbs.None).Select(Misplaced));
            if (positional.Length > 0 && !given.Add("images"))
                errors.Add("Images are named both by --images and without a switch: use one of the two.");
        }
        else
        {
            errors.AddRange(leading.Where(word => VerbOf(word) == CleanerVerbs.None).Select(NoTarget));
            errors.AddRange(positional.Skip(leading.Count).Select(Misplaced));
            positional = [];
        }

        errors.AddRange(Conflicts(given, verbs).Concat(DryRepair(given)));
        errors.AddRange(StrictEnvironment.Errors(environment, given, verbs));
        if ((verbs & CleanerVerbs.CleanImages) != 0 && !given.Any(SelectsImages))
            errors.Add(NoImages);
        return errors.Count > 0 ? new CommandLineReading { Errors = errors } : OptionsOf(verbs, ValuesOf(parsed, positional));
    }

    /// <summary>
    /// Reads our part of the command line of a build that runs one of our verbs, perhaps behind targets of its own: what the
    /// build engine passes over is refused.
    /// </summary>
    /// <param name="words">The words as the user gave them, without the program's name.</param>
    /// <param name="environment">The names of the environment's variables.</param>
    /// <param name="verb">The verb that is about to run.</param>
    /// <param name="targets">The names of all targets of the build.</param>
    /// <param name="errors">What is wrong, one sentence each.</param>
    /// <returns>The values that the command line gives; null where something is wrong.</returns>
    public ParameterValues? ReadInBuild(
        IReadOnlyList<string> words, IEnumerable<string> environment, CleanerVerbs verb, IReadOnlyCollection<string> targets, out IReadOnlyList<string> errors)
    {
        var parsed = Parse(words);
        var found = WordErrors(words, parsed);
        errors = found;
        if (found.Count > 0)
            return null;

        var leading = words.TakeWhile(word => !IsSwitch(word)).ToList();
        found.AddRange(leading.Where(word => !targets.Contains(word, StringComparer.OrdinalIgnoreCase)).Select(NoTarget));
        found.AddRange((parsed.GetValue(_words) ?? []).Skip(leading.Count).Select(Misplaced));
        found.AddRange((parsed.GetValue(_lists["images"]) ?? []).Where(word => targets.Contains(word, StringComparer.OrdinalIgnoreCase)).Select(Misplaced));
        var given = GivenNames(parsed);
        found.AddRange(DryRepair(given));
        found.AddRange(StrictEnvironment.Errors(environment, given, verb));
        return found.Count > 0 ? null : ValuesOf(parsed, []);
    }

    /// <summary>
    /// What does not go together: a parameter of verbs that do not run, which each that runs would pass over, and verbs that must not
    /// run beside each other.
    /// </summary>
    /// <param name="given">The names of the parameters that the command line gives.</param>
    /// <param name="verbs">The verbs that run.</param>
    /// <returns>One sentence each.</returns>
    public static IEnumerable<string> Conflicts(IReadOnlyCollection<string> given, CleanerVerbs verbs)
    {
        foreach (var parameter in CleanerParameter.All.Where(parameter => given.Contains(parameter.Name) && (parameter.Verbs & verbs) == 0))
            yield return $"--{parameter.Name} belongs to {parameter.Verbs}, which is not asked for.";
        if ((verbs & CleanerVerbs.RestoreImages) != 0 && verbs != CleanerVerbs.RestoreImages)
            yield return "RestoreImages runs alone: what is put back is not removed in the same breath.";
        if (given.Contains("explain") && verbs != CleanerVerbs.CleanImages)
            yield return "--explain touches nothing: no other target can run beside it.";
    }

    private static string VerbNames => $"{string.Join(", ", s_verbs[..^1])} and {s_verbs[^1]}";

    /// <summary>Whether a parameter says which images are meant: CleanImages needs one that does.</summary>
    /// <param name="name">The parameter's name.</param>
    public static bool SelectsImages(string name) => name is "images" or "images-from" or "superseded-by" or "policy" or "plan" or "explain";

    /// <summary>What is said where no image was named.</summary>
    public const string NoImages = "No image was named: give at least one with --images, such as --images team/app:1.0.";

    // A repair would be real, whatever runs dry beside it.
    private static IEnumerable<string> DryRepair(HashSet<string> given) => given.Contains("dry-run") && given.Contains("repair")
        ? ["--repair knows no --dry-run: without it, CheckRegistry only says what it would repair."]
        : [];

    private List<string> WordErrors(IReadOnlyList<string> words, ParseResult parsed)
    {
        var errors = words.Where(IsUnknownSwitch)
            .Select(word => NoSwitch(word.Split('=', 2)[0]))
            .ToList();
        errors.AddRange(ValueErrors(words));
        errors.AddRange(GivenTwice(words));
        return errors.Count > 0 ? errors : [.. parsed.Errors.Select(error => error.Message)];
    }

    private string NoSwitch(string name)
    {
        var nearest = Root.Options.Where(option => !option.Hidden).Select(option => option.Name).MinBy(known => Spelling.Distance(name, known));
        return $"There is no switch {name}: nothing was done.{(nearest is not null && Spelling.Distance(name, nearest) <= 3 ? $" Did you mean {nearest}?" : " --help lists them all.")}";
    }

    // Of two values, the parser takes the last: `--dry-run --dry-run=false` would delete.
    private IEnumerable<string> GivenTwice(IReadOnlyList<string> words) => words
        .Where(IsSwitch)
        .Select(word => OptionOf(word.Split('=', 2)[0]))
        .Where(option => option is { AllowMultipleArgumentsPerToken: false })
        .GroupBy(option => option!.Name, StringComparer.Ordinal)
        .Where(group => group.Count() > 1)
        .Select(group => $"{group.Key} is given {group.Count()} times.");

    private Option? OptionOf(string name) => Root.Options.FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));

    private static string NoTarget(string word) =>
        $"'{word}' is not a target: images are named with --images. The targets are {VerbNames}.";

    private static CommandLineReading OptionsOf(CleanerVerbs verbs, ParameterValues values)
    {
        try
        {
            return new CommandLineReading
            {
                Verbs = verbs,
                CleanImages = (verbs & CleanerVerbs.CleanImages) != 0 ? values.ToCleanImagesOptions() : null,
                GarbageCollect = (verbs & CleanerVerbs.GarbageCollect) != 0 ? values.ToGarbageCollectOptions() : null,
                RestoreImages = (verbs & CleanerVerbs.RestoreImages) != 0 ? values.ToRestoreImagesOptions() : null,
                EmptyTrash = (verbs & CleanerVerbs.EmptyTrash) != 0 ? values.ToEmptyTrashOptions() : null,
                CheckRegistry = (verbs & CleanerVerbs.CheckRegistry) != 0 ? values.ToCheckRegistryOptions() : null,
                History = (verbs & CleanerVerbs.History) != 0 ? values.ToHistoryOptions() : null,
            };
        }
        catch (CleanerException e)
        {
            return new CommandLineReading { Errors = e.Messages };
        }
    }

    private static CleanerVerbs VerbOf(string word) => Array.Find(s_verbs, verb => verb.ToString().Equals(word, StringComparison.OrdinalIgnoreCase));

    private static string Misplaced(string word) => VerbOf(word) != CleanerVerbs.None
        ? $"The target {word} stands behind a switch, which would swallow it: targets come first."
        : $"'{word}' belongs to no switch: images are named with --images, and a switch such as --dry-run takes true, false or nothing.";

    // A value never begins with a dash, so that every word that does is a switch; a dash alone is standard input.
    private static bool IsSwitch(string word) => word.StartsWith('-') && word != "-";

    private bool IsUnknownSwitch(string word) => IsSwitch(word) && !_known.Contains(word.Split('=', 2)[0]);

    // The parser takes a switch for the value of the one before it, and an empty text for a value.
    private IEnumerable<string> ValueErrors(IReadOnlyList<string> words)
    {
        for (var i = 0; i < words.Count; i++)
        {
            var next = i + 1 < words.Count ? words[i + 1] : "";
            var option = OptionOf(words[i]);
            // Such a word in front is a directive to the parser, which takes it out without a trace.
            if (words[i].StartsWith('[') && words[i].EndsWith(']'))
                yield return $"'{words[i]}' is no image and no switch.";
            else if (words[i] == "-" && words.Take(i).LastOrDefault(IsSwitch) is not ("--images-from" or "--in-use"))
                yield return "'-' is standard input, which only --images-from and --in-use read.";
            else if (words[i].Length == 0)
                yield return "One of the words is empty.";
            else if (words[i].StartsWith('-') && words[i].EndsWith('='))
                yield return $"{words[i]} has no value.";
            else if (option?.Arity.MinimumNumberOfValues > 0 && (next.Length == 0 || IsSwitch(next)))
                yield return $"{words[i]} has no value.";
            else if (option?.Arity.MinimumNumberOfValues == 0 && s_truthLike.Contains(next, StringComparer.OrdinalIgnoreCase))
                yield return $"{words[i]} takes true, false or nothing, not '{next}'.";
        }
    }

    private HashSet<string> GivenNames(ParseResult parsed) =>
        Given(parsed, _flags).Concat(Given(parsed, _texts)).Concat(Given(parsed, _lists)).ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<string> Given<T>(ParseResult parsed, Dictionary<string, Option<T>> options) =>
        options.Where(pair => parsed.GetResult(pair.Value) is { Implicit: false }).Select(pair => pair.Key);

    private ParameterValues ValuesOf(ParseResult parsed, string[] positional)
    {
        var texts = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var name in Given(parsed, _texts))
            texts[name] = [parsed.GetValue(_texts[name])!];
        foreach (var name in Given(parsed, _lists))
            texts[name] = parsed.GetValue(_lists[name])!;
        if (positional.Length > 0)
            texts["images"] = positional;
        return new ParameterValues(texts, Given(parsed, _flags).ToDictionary(name => name, name => parsed.GetValue(_flags[name]), StringComparer.Ordinal));
    }
}
