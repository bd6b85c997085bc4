namespace RegistryCleaner.Tool;

/// <summary>Shows which word of the command line an error is about.</summary>
internal static class ErrorPointer
{
    /// <summary>The command line and below it a mark under the word that the message names first; null where it names none.</summary>
    public static string? Of(IReadOnlyList<string> words, string message)
    {
        var named = message.Split(' ').Select(word => word.Trim('\'', '.', ',', ':', ';'))
            .FirstOrDefault(word => word.Length > 0 && words.Any(given => NameOf(given) == word));
        if (named is null)
            return null;
        var index = words.Select(NameOf).ToList().IndexOf(named);
        var before = string.Concat(words.Take(index).Select(word => word + ' '));
        return $"  {string.Join(' ', words)}\n  {new string(' ', before.Length)}{new string('^', words[index].Length)}";
    }

    private static string NameOf(string word) => word.StartsWith('-') ? word.Split('=', 2)[0] : word;
}
