using System.Text.Json;

namespace RegistryCleaner.Hosts;

/// <summary>A container as its engine describes it: what docker, podman and nerdctl agree on in <c>inspect</c>.</summary>
internal sealed record ContainerInspection
{
    /// <summary>Its identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary><c>running</c>, <c>exited</c>, <c>created</c>, <c>paused</c>, ...</summary>
    public required string Status { get; init; }

    /// <summary>When it was started last, in its engine's words.</summary>
    public required string StartedAt { get; init; }

    /// <summary>The identifier of its image.</summary>
    public required string Image { get; init; }

    /// <summary>The words behind its program.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The user that its program runs as, as it was said to the engine; empty for the image's own.</summary>
    public required string User { get; init; }

    /// <summary>Its environment, by name.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>What is mounted in it.</summary>
    public required IReadOnlyList<ContainerMount> Mounts { get; init; }

    /// <summary>Whether it shares the host's network.</summary>
    public required bool UsesHostNetwork { get; init; }

    /// <summary>Its addresses in the engine's networks.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>Whether its engine removes it, and volumes without a name with it, as soon as it stops.</summary>
    public required bool IsRemovedWhenStopped { get; init; }

    public bool IsRunning => Status == "running";

    /// <summary>
    /// The configuration that a registry's words name, <c>[registry] serve CONFIG</c> or, as the official images' entrypoint takes it,
    /// <c>CONFIG</c> alone; null where they name none.
    /// </summary>
    public string? ServedConfiguration => Arguments.SkipWhile(word => word != "serve").Skip(1).FirstOrDefault(word => word.StartsWith('/'))
        ?? (Arguments is [var only] && IsConfiguration(only) ? only : null);

    /// <summary>Whether its words are a registry's that serves.</summary>
    public bool Serves => Arguments.Contains("serve") || ServedConfiguration is not null;

    /// <summary>What is mounted at a directory, or at one above it.</summary>
    public ContainerMount? MountOf(string directory) => Mounts
        .Where(mount => $"{directory.TrimEnd('/')}/".StartsWith($"{mount.Destination.TrimEnd('/')}/", StringComparison.Ordinal))
        .OrderByDescending(mount => mount.Destination.Length)
        .Select(mount => (ContainerMount?)mount)
        .FirstOrDefault();

    /// <summary>Asks the engine; null with the engine's words where it does not say.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">There is no such engine on this machine.</exception>
    public static async Task<(ContainerInspection? Inspection, string Error)> AskAsync(ContainerEngine engine, string container, CancellationToken cancellationToken)
    {
        var result = await engine.RunAsync(["inspect", "--type", "container", container], cancellationToken);
        return result.ExitCode == 0 ? (Read(result.StandardOutput)[0], "") : (null, result.StandardError.Trim());
    }

    /// <summary>Asks the engine about many; those that are gone meanwhile are left out.</summary>
    public static async Task<IReadOnlyList<ContainerInspection>> AskEachAsync(ContainerEngine engine, IReadOnlyList<string> containers, CancellationToken cancellationToken)
    {
        if (containers.Count == 0)
            return [];
        var result = await engine.RunAsync(["inspect", "--type", "container", .. containers], cancellationToken);
        if (result.ExitCode == 0)
            return Read(result.StandardOutput);

        // What an engine prints where one of many is gone, is not the same everywhere.
        var there = new List<ContainerInspection>();
        foreach (var container in containers)
        {
            if ((await AskAsync(engine, container, cancellationToken)).Inspection is { } inspection)
                there.Add(inspection);
        }

        return there;
    }

    private static List<ContainerInspection> Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(Read)];
    }

    private static ContainerInspection Read(JsonElement root) =>
        new()
        {
            Id = Text(root, "Id"),
            Name = Text(root, "Name").TrimStart('/'),
            Status = Text(root, "State", "Status"),
            StartedAt = Text(root, "State", "StartedAt"),
            Image = Text(root, "Image"),
            Arguments = [.. Items(root, "Args").Select(item => item.GetString() ?? "")],
            User = Text(root, "Config", "User"),
            Environment = Items(root, "Config", "Env").Select(item => (item.GetString() ?? "").Split('=', 2)).Where(pair => pair.Length == 2)
                .GroupBy(pair => pair[0], StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First()[1], StringComparer.Ordinal),
            Mounts = [.. Items(root, "Mounts").Select(mount => new ContainerMount(Text(mount, "Name"), Text(mount, "Source"), Text(mount, "Destination")))],
            IsRemovedWhenStopped = Find(root, ["HostConfig", "AutoRemove"]) is { ValueKind: JsonValueKind.True },
            UsesHostNetwork = Text(root, "HostConfig", "NetworkMode") == "host",
            Addresses = [.. new[] { Text(root, "NetworkSettings", "IPAddress") }.Concat(Members(root, "NetworkSettings", "Networks").Select(network => Text(network, "IPAddress"))).Where(address => address.Length > 0).Distinct()],
        };

    private static bool IsConfiguration(string word) => word.StartsWith('/') && (word.EndsWith(".yml", StringComparison.Ordinal) || word.EndsWith(".yaml", StringComparison.Ordinal));

    private static JsonElement? Find(JsonElement element, ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }

        return element;
    }

    private static string Text(JsonElement element, params ReadOnlySpan<string> path) =>
        Find(element, path) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";

    private static List<JsonElement> Items(JsonElement element, params ReadOnlySpan<string> path) =>
        Find(element, path) is { ValueKind: JsonValueKind.Array } array ? [.. array.EnumerateArray()] : [];

    private static List<JsonElement> Members(JsonElement element, params ReadOnlySpan<string> path) =>
        Find(element, path) is { ValueKind: JsonValueKind.Object } members ? [.. members.EnumerateObject().Select(member => member.Value)] : [];
}

/// <summary>What is mounted in a container.</summary>
/// <param name="Name">The volume's name; empty for a directory of the host's.</param>
/// <param name="Source">Where it is on the host.</param>
/// <param name="Destination">Where it is in the container.</param>
internal readonly record struct ContainerMount(string Name, string Source, string Destination);
