using System.Text.RegularExpressions;

namespace RegistryCleaner.Api;

/// <summary>What a registry that refused a request wants to be shown (RFC 9110, 11.6.1; distribution's token specification).</summary>
/// <param name="Scheme"><c>basic</c> or <c>bearer</c>, in lower case.</param>
/// <param name="Parameters">Realm, service and scope, by name in lower case.</param>
internal sealed partial record AuthenticationChallenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    public static AuthenticationChallenge Of(string scheme, string? parameters) => new(
        scheme.ToLowerInvariant(),
        Parameter().Matches(parameters ?? "")
            .GroupBy(match => match.Groups["name"].Value.ToLowerInvariant(), StringComparer.Ordinal)
            .ToDictionary(
                group => group.Key,
                group => group.First() is var first && first.Groups["quoted"].Success
                    ? first.Groups["quoted"].Value.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal)
                    : group.First().Groups["token"].Value,
                StringComparer.Ordinal));

    // A scope has commas of its own, between quotes.
    [GeneratedRegex("""(?<name>[A-Za-z0-9_-]+)\s*=\s*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<token>[^\s,"]+))""", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Parameter();
}
