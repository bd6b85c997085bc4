namespace RegistryCleaner.Store;

/// <summary>What a shell in the container is to do, with paths or without.</summary>
/// <remarks>
/// To start a program is most of what a look at a few files costs. A few paths therefore come with the request, and the commands are
/// the shell's own; many come on standard input, each ended by NUL, and <c>xargs</c> gives them to as many shells as it takes.
/// </remarks>
/// <param name="commands">
/// The paths are <c>"$@"</c>; <c>$mark</c> is the request's mark. They run in the root. Without single quotes, as they are put between such.
/// </param>
/// <param name="arguments">The names under which the commands find what else they are given.</param>
internal sealed class ContainerScript(string commands, params string[] arguments)
{
    /// <summary>
    /// The word that stands in the fence since the lock was taken, or nothing where it is not held. Whoever killed this process cannot
    /// end what runs in the container, so that it holds the fence as long as any of its commands lives, and whoever takes the lock next
    /// waits for that; what has only arrived by then finds another word.
    /// </summary>
    private const string Fenced = $$"""
        if [ -n "$word" ]; then
            exec 9<{{StoreLayout.Fence}}
            ! command -v flock >/dev/null || flock -s 9 || exit 3
            read -r stands <&9 || :
            [ "$stands" = "$word" ] || { echo 'another cleaner has taken the store since' >&2; exit 3; }
        fi
        """;

    /// <summary>Whether it has to hold the fence; then the word for it is the first argument.</summary>
    public bool ChangesSomething { get; init; }

    /// <summary>What is done once, before the first path.</summary>
    public string Before { get; init; } = "";

    /// <summary>What stands behind the commands, however often they run.</summary>
    public string Behind { get; init; } = "";

    /// <summary>The script for paths that come as further arguments, and for none.</summary>
    public string ForArguments => Text($"{{ {commands}\n}} {Behind}");

    /// <summary>The script for paths that come on standard input.</summary>
    public string ForInput => Text($"xargs -0 -r sh -c '{commands}' sh {Behind}");

    private string Text(string body)
    {
        string[] names = ["root", "mark", .. ChangesSomething ? ["word"] : Array.Empty<string>(), .. arguments];
        return $"""
            {string.Join(' ', names.Select((name, index) => $"{name}=${index + 1}"))}
            shift {names.Length}
            export {string.Join(' ', names)}
            cd "$root" || exit 3
            {(ChangesSomething ? Fenced : "")}
            {Before}
            {body}
            exit 0
            """;
    }
}
