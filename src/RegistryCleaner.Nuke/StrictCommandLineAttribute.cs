using Nuke.Common;
using Nuke.Common.Execution;

namespace RegistryCleaner.Nuke;

/// <summary>
/// Refuses a command line with a target that is not there, or that stands behind a switch: NUKE takes such a target for the switch's
/// value, and runs the default target or prints its help instead, with exit code 0. One line on the build's class:
/// <c>[StrictCommandLine]</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class StrictCommandLineAttribute : BuildExtensionAttributeBase, IOnBuildCreated
{
    /// <inheritdoc/>
    public void OnBuildCreated(IReadOnlyCollection<ExecutableTarget> executableTargets)
    {
        var words = EnvironmentInfo.CommandLineArguments.ToList();
        var leading = words.TakeWhile(word => !word.StartsWith('-')).ToList();
        if (leading.Find(word => !IsTarget(word)) is { } unknown)
            Refuse($"'{unknown}' is not a target. The targets are {string.Join(", ", executableTargets.Select(target => target.Name))}.");

        // --target and --skip take targets by right.
        var swallowed = Enumerable.Range(leading.Count, words.Count - leading.Count)
            .FirstOrDefault(index => IsTarget(words[index]) && words[..index].FindLast(word => word.StartsWith('-')) is not ("--target" or "--skip"));
        if (swallowed > 0)
            Refuse($"The target {words[swallowed]} stands behind a switch, which would swallow it: targets come first.");

        // NUKE looks for it before any target is asked, and never at a switch with an equals sign.
        var strict = words.FindIndex(word => word.Equals("--strict", StringComparison.OrdinalIgnoreCase));
        if (strict >= 0 && !"false".Equals(words.ElementAtOrDefault(strict + 1), StringComparison.OrdinalIgnoreCase))
            Refuse("NUKE has a switch --strict of its own, which wants all targets of the build in one order: write --strict=true.");

        bool IsTarget(string word) => executableTargets.Any(target => target.Name.Equals(word, StringComparison.OrdinalIgnoreCase));
    }

    private void Refuse(string message)
    {
        Build.ExitCode = (int)ExitCode.BadInput;
        throw new ArgumentException(message);
    }
}
