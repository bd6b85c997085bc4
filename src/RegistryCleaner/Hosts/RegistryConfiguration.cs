using System.Diagnostics.CodeAnalysis;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace RegistryCleaner.Hosts;

/// <summary>
/// What the registry's configuration file says, with its environment laid over it as the registry itself does
/// (configuration/parser.go): REGISTRY_A_B overrides a.b, the variables in the order of their names.
/// </summary>
public sealed class RegistryConfiguration
{
    /// <summary>Where the filesystem driver keeps the store when nothing says otherwise.</summary>
    public const string DefaultRootDirectory = "/var/lib/registry";

    private const string Prefix = "REGISTRY_";

    // Sections of `storage` that are not drivers (configuration.go, Storage.Type).
    private static readonly string[] s_notDrivers = ["maintenance", "cache", "delete", "redirect", "tag"];

    private readonly YamlMappingNode _root;

    private RegistryConfiguration(YamlMappingNode root) => _root = root;

    private static bool IsTrue(string? text) => "true".Equals(text, StringComparison.OrdinalIgnoreCase);

    /// <summary>The names of the storage drivers configured; a registry starts only with exactly one.</summary>
    public IReadOnlyList<string> StorageDrivers => Find("storage") switch
    {
        YamlMappingNode storage => [.. storage.Children.Keys.Select(Text).Where(name => !s_notDrivers.Contains(name, StringComparer.OrdinalIgnoreCase))],
        YamlScalarNode { Value: { Length: > 0 } name } => [name],
        _ => [],
    };

    /// <summary>The filesystem driver's directory, or null where none is named.</summary>
    public string? RootDirectory => Scalar("storage", "filesystem", "rootdirectory");

    /// <summary>The address on which the registry listens, such as <c>:5000</c>, or null.</summary>
    public string? ListenAddress => Scalar("http", "addr");

    /// <summary>The URL under which clients see the registry, or null.</summary>
    public string? ExternalUrl => Scalar("http", "host");

    /// <summary>What is put in front of <c>/v2/</c>, without slashes at its ends; empty for nothing.</summary>
    public string PathPrefix => (Scalar("http", "prefix") ?? "").Trim('/');

    /// <summary>Whether the registry itself speaks TLS.</summary>
    public bool HasTls => Scalar("http", "tls", "certificate") is not null || Scalar("http", "tls", "letsencrypt", "email") is not null;

    /// <summary>Where the registry keeps what it remembers of blobs: <c>inmemory</c>, <c>redis</c>, another word, or null for nowhere.</summary>
    public string? DescriptorCache => Scalar("storage", "cache", "blobdescriptor") ?? Scalar("storage", "cache", "layerinfo");

    /// <summary>The registry that this one is a pull-through cache of, or null.</summary>
    public string? ProxiedUrl => Scalar("proxy", "remoteurl");

    /// <summary>Whether the registry serves, and takes no pushes.</summary>
    public bool IsReadOnly => IsTrue(Scalar("storage", "maintenance", "readonly", "enabled"));

    /// <summary>Whether blobs and manifests can be deleted through the API; the 3.x image's own configuration says so, the 2.x image's does not.</summary>
    public bool DeletesEnabled => IsTrue(Scalar("storage", "delete", "enabled"));

    /// <summary>Reads a configuration.</summary>
    /// <param name="yaml">The file's text; empty where there is no file.</param>
    /// <param name="environment">The registry's environment.</param>
    /// <param name="configuration">What they say together.</param>
    /// <param name="reason">Why the text cannot be read.</param>
    public static bool TryRead(
        string yaml,
        IReadOnlyDictionary<string, string> environment,
        [NotNullWhen(true)] out RegistryConfiguration? configuration,
        [NotNullWhen(false)] out string? reason)
    {
        configuration = null;
        try
        {
            var root = Parse(yaml) as YamlMappingNode ?? new YamlMappingNode();
            foreach (var (name, value) in environment.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                if (name.StartsWith(Prefix, StringComparison.Ordinal) && name.Length > Prefix.Length)
                    Override(root, name[Prefix.Length..].Split('_'), value);
            }

            configuration = new RegistryConfiguration(root);
            reason = null;
            return true;
        }
        catch (YamlException e)
        {
            reason = $"line {e.Start.Line}: {e.Message}";
            return false;
        }
    }

    private static YamlNode? Parse(string yaml) => YamlText.Load(yaml) is [var document, ..] ? document.RootNode : null;

    private static void Override(YamlMappingNode mapping, ReadOnlySpan<string> path, string value)
    {
        var wanted = path[0];
        var key = mapping.Children.Keys.FirstOrDefault(candidate => Text(candidate).Equals(wanted, StringComparison.OrdinalIgnoreCase))
            ?? new YamlScalarNode(wanted.ToLowerInvariant());
        if (path.Length == 1)
        {
            mapping.Children[key] = Parse(value) ?? new YamlScalarNode("");
            return;
        }

        // A driver without options is written `filesystem:` or as the bare word `storage: filesystem`.
        if (!mapping.Children.TryGetValue(key, out var child) || child is not YamlMappingNode section)
        {
            section = new YamlMappingNode();
            if (child is YamlScalarNode { Value: { Length: > 0 } word } && word != "~" && word != "null")
                section.Add(word, new YamlMappingNode());
            mapping.Children[key] = section;
        }

        Override(section, path[1..], value);
    }

    private static string Text(YamlNode node) => (node as YamlScalarNode)?.Value ?? "";

    private string? Scalar(params ReadOnlySpan<string> path) => Find(path) is YamlScalarNode { Value: { Length: > 0 } value } ? value : null;

    private YamlNode? Find(params ReadOnlySpan<string> path)
    {
        YamlNode? node = _root;
        foreach (var name in path)
        {
            node = node is YamlMappingNode mapping
                ? mapping.Children.FirstOrDefault(pair => Text(pair.Key).Equals(name, StringComparison.OrdinalIgnoreCase)).Value
                : null;
        }

        return node;
    }
}
