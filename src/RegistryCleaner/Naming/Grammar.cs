namespace RegistryCleaner.Naming;

/// <summary>
/// The productions of distribution/reference (regexp.go), each as one pass over the text, so that no input costs more than
/// linear time. A production answers null where the text fits, else the reason why not.
/// </summary>
internal static class Grammar
{
    private const string Alphanumeric = "lower-case letters and digits";

    /// <summary><c>alphanumeric (separator alphanumeric)*</c>, where a separator is one of <c>. _ __</c> or any number of <c>-</c>.</summary>
    public static string? CheckPathComponent(ReadOnlySpan<char> component)
    {
        if (component.IsEmpty)
            return "the repository name has an empty component (a '/' too many)";

        var position = 0;
        while (true)
        {
            var start = position;
            while (position < component.Length && IsLowerAlphanumeric(component[position]))
                position++;
            if (position == start)
                return ComponentReason(component, position);
            if (position == component.Length)
                return null;

            var separator = SeparatorLength(component[position..]);
            if (separator == 0)
                return ComponentReason(component, position);
            position += separator;
        }
    }

    /// <summary><c>host (":" port)?</c> of a reference's first component.</summary>
    public static string? CheckDomain(ReadOnlySpan<char> domain)
    {
        var host = domain;
        var portSeparator = domain.StartsWith("[") ? domain.IndexOf(']') + 1 : domain.IndexOf(':');
        if (domain.StartsWith("[") && portSeparator == 0)
            return "the host's '[' is not closed";
        if (portSeparator >= 0 && portSeparator < domain.Length)
        {
            host = domain[..portSeparator];
            if (domain[portSeparator] != ':')
                return "the host's ']' is not followed by ':' and a port";
            var port = domain[(portSeparator + 1)..];
            if (port.IsEmpty || port.ContainsAnyExceptInRange('0', '9'))
                return $"the port '{port}' is not a number";
        }

        return host.StartsWith("[") ? CheckAddress(host) : CheckHost(host);
    }

    /// <summary><c>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}</c>.</summary>
    public static string? CheckTag(ReadOnlySpan<char> tag)
    {
        if (tag.IsEmpty)
            return "the tag is empty";
        if (tag.Length > Tag.MaxLength)
            return $"the tag is {tag.Length} characters long; at most {Tag.MaxLength} are allowed";
        if (tag[0] is '.' or '-')
            return $"the tag starts with '{tag[0]}'; it must start with a letter, a digit or '_'";
        foreach (var c in tag)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-'))
                return $"the tag has {Named(c)}; only letters, digits, '_', '.' and '-' are allowed";
        }

        return null;
    }

    public static string Named(char c) => c switch
    {
        ' ' => "a space",
        _ when char.IsControl(c) => $"the control character U+{(int)c:X4}",
        _ => $"the character '{c}'",
    };

    private static string? CheckHost(ReadOnlySpan<char> host)
    {
        foreach (var range in host.Split('.'))
        {
            var label = host[range];
            if (label.IsEmpty)
                return "the host has an empty label (a '.' too many)";
            if (label[0] == '-' || label[^1] == '-')
                return $"the host's label '{label}' starts or ends with '-'";
            foreach (var c in label)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                    return $"the host has {Named(c)}";
            }
        }

        return null;
    }

    private static string? CheckAddress(ReadOnlySpan<char> bracketed)
    {
        var address = bracketed[1..^1];
        if (address.IsEmpty)
            return "the address between '[' and ']' is empty";
        foreach (var c in address)
        {
            if (!char.IsAsciiHexDigit(c) && c != ':')
                return $"the address between '[' and ']' has {Named(c)}";
        }

        return null;
    }

    private static string ComponentReason(ReadOnlySpan<char> component, int position)
    {
        if (position == component.Length)
            return $"the repository name's component '{component}' ends with a separator";
        var c = component[position];
        if (char.IsAsciiLetterUpper(c))
            return $"the repository name has the upper-case letter '{c}'; it must be in lower case";
        if (c is '.' or '_' or '-')
        {
            return position == 0
                ? $"the repository name's component '{component}' starts with '{c}'"
                : $"the repository name's component '{component}' has separators in a row that are not allowed (only '.', '_', '__' or '-', '--', ...)";
        }

        return $"the repository name has {Named(c)}; only {Alphanumeric}, separated by '.', '_', '__', '-' or '/', are allowed";
    }

    private static int SeparatorLength(ReadOnlySpan<char> text)
    {
        switch (text[0])
        {
            case '.':
                return 1;
            case '_':
                return text.Length > 1 && text[1] == '_' ? 2 : 1;
            case '-':
                var dashes = text.IndexOfAnyExcept('-');
                return dashes < 0 ? text.Length : dashes;
            default:
                return 0;
        }
    }

    private static bool IsLowerAlphanumeric(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);
}
