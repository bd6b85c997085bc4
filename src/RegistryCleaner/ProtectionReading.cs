using System.Text.Json;
using RegistryCleaner.Hosts;
using RegistryCleaner.Naming;
using RegistryCleaner.Selection;

namespace RegistryCleaner;

/// <summary>Reads what no rule takes. What cannot be read or understood protects nothing: so nothing is pruned.</summary>
internal static class ProtectionReading
{
    private static readonly string[] s_engines = ["docker", "podman", "nerdctl"];

    /// <exception cref="CleanerException">A pattern, a file or an inventory cannot be read.</exception>
    public static async Task<Protection> ReadAsync(CleanImagesOptions options, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> lines = options.ProtectFile is { } file ? await InputText.ReadLinesAsync(file, "--protect-file", cancellationToken) : [];
        if (options.ProtectFile is not null && lines.Count == 0)
            throw new CleanerException(ExitCode.BadInput, "--protect-file names nothing, so that nothing was done: what made it may have failed.");
        // A word alone could be a tag or a repository: both are kept rather than the wrong one.
        var texts = options.Protect.Concat(lines).SelectMany(text => text.AsSpan().ContainsAny('/', ':', '@') ? [text] : new[] { text, ":" + text });
        List<ImagePattern> patterns = [.. ImagePattern.ParseAll(texts, "cannot be protected", selects: false).SelectMany(pattern => pattern.WithoutHostName() is { } other ? new[] { pattern, other } : [pattern])];
        var images = new List<(ImageSelector, string)>();
        var digests = new List<(Digest, string)>();
        foreach (var source in options.InUse)
        {
            var found = s_engines.Contains(source, StringComparer.Ordinal)
                ? await ContainersInUse.ReadAsync(EngineOf(source, options), cancellationToken)
                : InventoryText.Read(await InputText.ReadAsync(source, "--in-use", cancellationToken), source == InputText.StandardInput ? "standard input" : source);
            images.AddRange(found.Images.Select(image => (image, found.Where)));
            digests.AddRange(found.Digests.Select(digest => (digest, found.Where)));
        }

        return new Protection(patterns, new ImageInventory(images, digests));
    }

    private static ContainerEngine EngineOf(string name, RegistryOptions options)
    {
        if (options.ContainerEngine is { } text && ContainerEngine.TryParse(text, out var given, out _) && given.Name == name)
            return given;
        return ContainerEngine.TryParse(name, out var engine, out var reason) ? engine : throw new CleanerException(ExitCode.BadInput, reason);
    }
}

/// <summary>Images in use, as one source names them.</summary>
/// <param name="Where">The source, as a part of a sentence.</param>
/// <param name="Images">By reference.</param>
/// <param name="Digests">By digest alone.</param>
internal sealed record FoundInUse(string Where, IReadOnlyList<ImageSelector> Images, IReadOnlyList<Digest> Digests)
{
    /// <summary>Sorts references as hosts write them: <c>repo:tag</c>, <c>docker-pullable://repo@digest</c>, <c>sha256:...</c>.</summary>
    /// <exception cref="CleanerException">One is not understood.</exception>
    public static FoundInUse Of(string where, IEnumerable<string> texts)
    {
        var images = new List<ImageSelector>();
        var digests = new List<Digest>();
        foreach (var text in texts.Where(text => text.Length > 0).Distinct(StringComparer.Ordinal))
        {
            var reference = text[(text.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? scheme + 3 : 0)..];
            if (Digest.TryParse(reference, out var digest, out _))
                digests.Add(digest);
            else if (ImageSelector.TryParse(reference, out var image, out var reason))
                images.Add(image);
            else
                throw new CleanerException(ExitCode.BadInput, $"'{ReferenceFormatException.Shown(text)}', in use {where}, is not understood, so that nothing was done: {reason}. Of a compose file with variables, give what 'docker compose config' makes of it.");
        }

        return new FoundInUse(where, images, digests);
    }
}

/// <summary>What the containers of an engine run, be they running or stopped.</summary>
internal static class ContainersInUse
{
    // As many identifiers as fit on any command line.
    private const int MaxWords = 200;

    private const int Attempts = 5;

    // Docker's words, and podman's.
    private static readonly string[] s_noImage = ["no such image", "image not known"];

    public static async Task<FoundInUse> ReadAsync(ContainerEngine engine, CancellationToken cancellationToken)
    {
        var texts = new HashSet<string>(StringComparer.Ordinal);
        var images = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in await InspectAsync(engine, cancellationToken))
        {
            var words = line.Split(' ', 2);
            images.Add(words[0]);
            // Podman leaves the algorithm out.
            texts.Add(words[0].Contains(':', StringComparison.Ordinal) ? words[0] : $"sha256:{words[0]}");
            texts.Add(words[1].Trim());
        }

        foreach (var some in images.Chunk(MaxWords))
        {
            // An image may have been removed from under its container: what is not there has no other names.
            var result = await engine.RunAsync(["image", "inspect", "--format", "{{json .RepoDigests}}", .. some], cancellationToken);
            if (Lines(result.StandardError).FirstOrDefault(line => !s_noImage.Any(words => line.Contains(words, StringComparison.OrdinalIgnoreCase))) is { } problem)
                throw Unknown(engine, problem);
            foreach (var line in Lines(result.StandardOutput).Where(line => line.StartsWith('[')))
            {
                using var names = JsonDocument.Parse(line);
                texts.UnionWith(names.RootElement.EnumerateArray().Select(name => name.GetString() ?? ""));
            }
        }

        return FoundInUse.Of($"by a container of {engine}", texts);
    }

    // Others come and go: one that is gone between being listed and being looked at uses nothing, and all are listed anew.
    private static async Task<IReadOnlyList<string>> InspectAsync(ContainerEngine engine, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var containers = Lines(await RunAsync(engine, ["ps", "-aq", "--no-trunc"], cancellationToken));
            if (containers.Length == 0)
                throw new CleanerException(ExitCode.BadInput, $"{engine} has no container, so that nothing was done: it may be another engine than the one that runs the images.");
            try
            {
                var lines = new List<string>();
                foreach (var some in containers.Chunk(MaxWords))
                    lines.AddRange(Lines(await RunAsync(engine, ["inspect", "--format", "{{.Image}} {{.Config.Image}}", .. some], cancellationToken)));
                return lines;
            }
            catch (CleanerException) when (attempt < Attempts)
            {
                continue;
            }
        }
    }

    private static async Task<string> RunAsync(ContainerEngine engine, string[] words, CancellationToken cancellationToken)
    {
        try
        {
            var result = await engine.RunAsync(words, cancellationToken);
            return result.IsSuccess ? result.StandardOutput
                : throw Unknown(engine, result.StandardError.Trim());
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw Unknown(engine, e.Message);
        }
    }

    private static CleanerException Unknown(ContainerEngine engine, string why) =>
        new(ExitCode.BadInput, $"What the containers of {engine} use cannot be found out, so that nothing was done: {why}");

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
