using RegistryCleaner.Hosts;
using RegistryCleaner.Naming;
using RegistryCleaner.Store;

namespace RegistryCleaner;

/// <summary>Reads the images that a user named: all of them, before anything else happens.</summary>
internal static class ImageList
{
    /// <exception cref="CleanerException">One or more cannot be read; all of these are named.</exception>
    public static IReadOnlyList<ImageSelector> Parse(IReadOnlyList<string> texts, bool isEnough = false)
    {
        if (texts.Count == 0 && !isEnough)
            throw new CleanerException(ExitCode.BadInput, "No image was named: give at least one with --images, such as --images team/app:1.0.");

        var images = new List<ImageSelector>();
        var reasons = new List<string>();
        foreach (var text in texts)
        {
            if (ImageSelector.TryParse(text, out var image, out var reason))
                images.Add(image);
            else
                reasons.Add($"'{ReferenceFormatException.Shown(text)}' is not an image's reference: {reason}.");
        }

        return reasons.Count == 0 ? images : throw new CleanerException(ExitCode.BadInput, reasons);
    }

    /// <summary>Takes the hosts off, each being one under which this registry is known.</summary>
    /// <exception cref="CleanerException">A host is of another registry, or a name could be meant in two ways.</exception>
    public static async Task<IReadOnlyList<ImageSelector>> ResolveAsync(
        IReadOnlyList<ImageSelector> images, RegistryOptions options, RegistryLocation location, StoreReader reader, CancellationToken cancellationToken)
    {
        if (images.Count == 0 || !MayHaveHosts(options, location, images.Any(image => image.Host is not null)))
            return images;

        var hosts = await KnownHosts.FindAsync(options, location, cancellationToken);
        var reasons = images
            .Where(image => image.Host is not null && !hosts.Contains(image.Host))
            .Select(image => StrangeHost(image.Text, image.Host!, hosts))
            .ToList();
        var resolved = new List<ImageSelector>();
        foreach (var image in images)
        {
            if (image.WithFirstComponentAsHost() is not { } other || !hosts.Contains(other.Host!))
            {
                resolved.Add(image);
                continue;
            }

            // `registry.example.com/app` is also what a repository of that name would be called.
            var both = await reader.ReadAsync([image.Repository, other.Repository], cancellationToken);
            if (both.Repositories.Count == 2)
                reasons.Add(Ambiguous(image.Text, image.Repository.Value, other.Repository.Value, other.Host!));
            resolved.Add(both.Repositories.ContainsKey(image.Repository) ? image : other);
        }

        return reasons.Count == 0 ? resolved : throw new CleanerException(ExitCode.BadInput, reasons);
    }

    /// <summary>Whether hosts have to be known to read names: one is in them for certain, or one could be.</summary>
    public static bool MayHaveHosts(RegistryOptions options, RegistryLocation location, bool isAnyCertain) =>
        isAnyCertain || options.RegistryHosts.Count > 0 || location.Configuration.ExternalUrl is not null;

    /// <summary>What is said of a name that could be meant in two ways.</summary>
    public static string Ambiguous(string text, string whole, string withoutHost, string host) =>
        $"'{text}' could mean the repository '{whole}' or '{withoutHost}' on the host {host}, and both are there.";

    /// <summary>What is said of a name on a host that is not this registry's.</summary>
    public static string StrangeHost(string text, string host, IEnumerable<string> hosts) =>
        $"'{text}' names the registry {host}, which is not known to be the one at hand ({string.Join(", ", hosts.Order(StringComparer.Ordinal))}). If it is, say so with --registry-hosts {host}.";
}
