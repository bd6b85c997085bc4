using System.CommandLine;
using System.CommandLine.Completions;
using System.Text;

namespace RegistryCleaner.Tool;

/// <summary>A shell's completion script, made from the switches as they are declared.</summary>
/// <param name="options">The switches.</param>
internal sealed class ShellCompletion(IEnumerable<Option> options)
{
    private static readonly string s_targets = string.Join(' ', Targets.Names);

    private readonly IReadOnlyList<Option> _options = [.. options.Where(option => !option.Hidden)];

    /// <summary>The shells that there is a script for.</summary>
    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "fish", "powershell"];

    /// <summary>The script for one of <see cref="Shells"/>.</summary>
    public string For(string shell) => shell switch
    {
        "bash" => Bash(),
        "zsh" => Zsh(),
        "fish" => Fish(),
        _ => PowerShell(),
    };

    // Behind a switch with a value: its words, or files where it has none.
    private string Bash()
    {
        var script = new StringBuilder("""
            _registry_cleaner() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
                case $previous in

            """);
        foreach (var option in _options.Where(TakesValue))
            script.AppendLine($"        {option.Name}) COMPREPLY=($(compgen {(Values(option) is { Length: > 0 } values ? $"-W '{values}'" : "-f")} -- \"$current\")); return ;;");
        return script.Append($$"""
                esac
                if [[ $current == -* ]]; then
                    COMPREPLY=($(compgen -W '{{string.Join(' ', _options.Select(option => option.Name))}}' -- "$current"))
                else
                    COMPREPLY=($(compgen -W '{{s_targets}}' -- "$current"))
                fi
            }
            complete -o default -F _registry_cleaner registry-cleaner
            """).ToString();
    }

    private string Zsh()
    {
        var script = new StringBuilder("#compdef registry-cleaner\n_registry_cleaner() {\n    _arguments \\\n");
        foreach (var option in _options)
        {
            var action = !TakesValue(option) ? "" : Values(option) is { Length: > 0 } values ? $":value:({values})" : ":value:_files";
            script.Append($"        '{(option.AllowMultipleArgumentsPerToken ? "*" : "")}{option.Name}[{Short(option, """'\''""")}]{action}' \\\n");
        }

        return script.Append($"        '*:target:({s_targets})'\n}}\ncompdef _registry_cleaner registry-cleaner").ToString();
    }

    private string Fish()
    {
        var script = new StringBuilder($"complete -c registry-cleaner -f -a '{s_targets}'\n");
        foreach (var option in _options)
        {
            var value = !TakesValue(option) ? "" : Values(option) is { Length: > 0 } values ? $" -x -a '{values}'" : " -r -F";
            script.Append($"complete -c registry-cleaner -l {option.Name.TrimStart('-')}{value} -d '{Short(option, "\\'")}'\n");
        }

        return script.ToString().TrimEnd();
    }

    private string PowerShell()
    {
        var values = _options.Where(option => Values(option).Length > 0).Select(option => $"'{option.Name}' = '{Values(option)}'");
        return $$"""
            Register-ArgumentCompleter -Native -CommandName registry-cleaner -ScriptBlock {
                param($current, $line, $position)
                $values = @{ {{string.Join("; ", values)}} }
                $before = @($line.CommandElements | Where-Object { $_.Extent.EndOffset -lt $position } | ForEach-Object { "$_" })
                $words = if ($values.ContainsKey("$($before[-1])")) { $values[$before[-1]] }
                    elseif ("$current".StartsWith('-')) { '{{string.Join(' ', _options.Select(option => option.Name))}}' }
                    else { '{{s_targets}}' }
                $words -split ' ' | Where-Object { $_ -like "$current*" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
            }
            """;
    }

    private static bool TakesValue(Option option) => option.Arity.MinimumNumberOfValues > 0;

    private static string Values(Option option) => string.Join(' ', option.GetCompletions(CompletionContext.Empty).Select(item => item.Label));

    // What stands in front of the details, with the shell's own way to write a quote between quotes.
    private static string Short(Option option, string quote) =>
        (option.Description ?? "").Split([" (", ": "], StringSplitOptions.None)[0].Trim(' ', '.').Replace("'", quote, StringComparison.Ordinal);
}
