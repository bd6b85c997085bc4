using System.CommandLine;
using System.Reflection;
using Nuke.Common;
using Nuke.Common.Utilities;
using RegistryCleaner.CommandLine;

namespace RegistryCleaner.Nuke;

/// <summary>
/// Reads the build's command line a second time, and refuses what NUKE passes over: unknown switches, <c>--images=a:b</c> and
/// repeated switches (which are understood here), values that it cannot read and takes for none.
/// </summary>
public static class StrictParameters
{
    // NUKE's own switches (NukeBuild's parameters, and those that it reads before there is a build).
    private static readonly string[] s_nuke =
        ["--target", "--skip", "--help", "--host", "--no-logo", "--plan", "--profile", "--root", "--verbosity", "--continue", "--partition"];

    private static readonly CleanerVerbs[] s_verbs = [.. Enum.GetValues<CleanerVerbs>().Where(verb => verb != CleanerVerbs.None && (verb & (verb - 1)) == 0)];

    /// <summary>
    /// Checks the parameters of a target: a requirement to hang on it. What is wrong ends the build with exit code 2 before any target's
    /// work.
    /// </summary>
    /// <param name="build">The build.</param>
    /// <param name="verb">The target's verb.</param>
    /// <exception cref="ArgumentException">Something is wrong; the message says what.</exception>
    public static bool Check(INukeBuild build, CleanerVerbs verb)
    {
        _ = Read(build, verb);
        return true;
    }

    internal static ParameterValues Read(INukeBuild build, CleanerVerbs verb)
    {
        var commandLine = new CleanerCommandLine(OthersOf(build));
        var given = commandLine.ReadInBuild([.. EnvironmentInfo.CommandLineArguments], [.. EnvironmentInfo.Variables.Keys], verb, TargetsOf(build), out var errors);
        if (given is not null)
            errors = [.. CleanerCommandLine.Conflicts([.. given.Texts.Keys.Concat(given.Flags.Keys).Except(OwnOf(build))], VerbsOf(build))];
        if (given is null || errors.Count > 0)
            throw Refuse(build, errors);

        var values = AddOwn(given, build, verb, out errors);
        // Code may name the images as late as when the target runs.
        if (errors.Count == 0 && build is ICleanImages { CleanImagesSettings: null } && verb == CleanerVerbs.CleanImages && !NamesImages(values))
            errors = [CleanerCommandLine.NoImages];
        return errors.Count == 0 ? values : throw Refuse(build, errors);
    }

    internal static bool NamesImages(ParameterValues values) => values.Texts.Any(pair => CleanerCommandLine.SelectsImages(pair.Key) && pair.Value.Count > 0);

    // The command line comes first, then what the build says: in code, or in .nuke/parameters.json.
    private static ParameterValues AddOwn(ParameterValues given, INukeBuild build, CleanerVerbs verb, out IReadOnlyList<string> errors)
    {
        var found = new List<string>();
        var texts = given.Texts.ToDictionary(StringComparer.Ordinal);
        var flags = given.Flags.ToDictionary(StringComparer.Ordinal);
        foreach (var (parameter, property) in PropertiesOf(build, verb))
        {
            if (texts.ContainsKey(parameter.Name) || flags.ContainsKey(parameter.Name))
                continue;
            if (WhyUnreadable(property, build) is { } reason)
            {
                found.Add($"The parameter {property.Name} cannot be read: {reason}");
                continue;
            }

            switch (property.GetValue(build))
            {
                case bool flag:
                    flags[parameter.Name] = flag;
                    break;
                case "" or string[] and ([] or [.., ""]):
                    found.Add($"The parameter {property.Name} is empty: leave it out, or say what is meant.");
                    break;
                case string text:
                    texts[parameter.Name] = [text];
                    break;
                case string[] list:
                    texts[parameter.Name] = list;
                    break;
            }
        }

        errors = found;
        return new ParameterValues(texts, flags);
    }

    // TryGetValue makes a warning and nothing of a value that it cannot read; the attribute itself throws.
    private static string? WhyUnreadable(PropertyInfo property, INukeBuild build)
    {
        try
        {
            property.GetCustomAttribute<ParameterAttribute>()!.GetValue(property, build);
            return null;
        }
        catch (Exception e)
        {
            return (e.InnerException ?? e).Message;
        }
    }

    private static IEnumerable<(CleanerParameter Parameter, PropertyInfo Property)> PropertiesOf(INukeBuild build, CleanerVerbs verb)
    {
        var properties = build.GetType().GetInterfaces()
            .Where(type => typeof(IRegistryTargets).IsAssignableFrom(type))
            .SelectMany(type => type.GetProperties())
            .Where(property => property.GetCustomAttribute<ParameterAttribute>() is not null)
            .ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
        return CleanerParameter.All
            .Where(parameter => (parameter.Verbs & verb) != 0)
            .Select(parameter => (parameter, properties[parameter.Name.Replace("-", "", StringComparison.Ordinal)]));
    }

    private static IEnumerable<Option> OthersOf(INukeBuild build) => CleanerCommandLine.Others(
        s_nuke.Concat(MembersOf(build).Where(member => member.GetCustomAttribute<ParameterAttribute>() is not null).Select(NameOf)));

    // Those of our parameters that the build has besides, and may want for targets of its own. NUKE's --plan is none of its own.
    private static IEnumerable<string> OwnOf(INukeBuild build) => MembersOf(build)
        .Where(member => member.GetCustomAttribute<ParameterAttribute>() is not null
            && member.DeclaringType != typeof(NukeBuild) && !IsOurs(member.DeclaringType!))
        .Select(member => NameOf(member)[2..]);

    private static bool IsOurs(Type type) => type.IsInterface && type.Assembly == typeof(IRegistryTargets).Assembly;

    private static CleanerVerbs VerbsOf(INukeBuild build) => build.ExecutionPlan.Aggregate(CleanerVerbs.None, (all, target) => all | VerbOf(target.Name));

    private static CleanerVerbs VerbOf(string target) => Array.Find(s_verbs, verb => verb.ToString() == target);

    private static IReadOnlyCollection<string> TargetsOf(INukeBuild build) =>
        [.. MembersOf(build).OfType<PropertyInfo>().Where(property => property.PropertyType == typeof(Target)).Select(property => property.Name)];

    private static IEnumerable<MemberInfo> MembersOf(INukeBuild build)
    {
        const BindingFlags all = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        var classes = new List<Type>();
        for (var type = build.GetType(); type is not null; type = type.BaseType)
            classes.Add(type);
        return classes.Concat(build.GetType().GetInterfaces()).SelectMany(type => type.GetMembers(all));
    }

    // As NUKE writes it: --nuget-api-key, with a component's prefix in front.
    private static string NameOf(MemberInfo member)
    {
        var prefix = member.DeclaringType?.GetCustomAttribute<ParameterPrefixAttribute>()?.Prefix ?? "";
        var name = member.GetCustomAttribute<ParameterAttribute>()!.Name ?? member.Name.Split('.')[^1];
        return "--" + string.Join('-', (prefix + name).SplitCamelHumpsWithKnownWords()).ToLowerInvariant();
    }

    private static ArgumentException Refuse(INukeBuild build, IReadOnlyList<string> errors)
    {
        build.ExitCode = (int)ExitCode.BadInput;
        return new ArgumentException(string.Join(Environment.NewLine, errors));
    }
}
