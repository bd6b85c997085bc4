using System.ComponentModel;

namespace RegistryCleaner.Hosts;

/// <summary>Whether a container can be acted in, and in words what to do where it cannot.</summary>
internal static class ContainerState
{
    /// <summary>Whether this process runs in a container, as Docker, Podman and Kubernetes mark it.</summary>
    public static bool IsInsideContainer() =>
        File.Exists("/.dockerenv")
        || File.Exists("/run/.containerenv")
        || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("container"))
        || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST"));

    /// <summary>Looks at a container; null where the engine does not tell.</summary>
    /// <exception cref="CleanerException">Neither the container nor its volumes can be reached.</exception>
    public static async Task<ContainerInspection?> RequireReachableAsync(ContainerEngine engine, string container, bool isNamed, CancellationToken cancellationToken)
    {
        if (container.Length == 0 || !char.IsAsciiLetterOrDigit(container[0]) || container.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
            throw new CleanerException(ExitCode.BadInput, $"'{container}' is not a container's name: it must start with a letter or a digit and have no space in it.");

        // kubectl knows pods and deployments, not containers by name; its own words tell what is wrong at the first exec.
        if (!engine.ManagesContainers)
            return null;

        ContainerInspection? inspection;
        string error;
        try
        {
            (inspection, error) = await ContainerInspection.AskAsync(engine, container, cancellationToken);
        }
        catch (Win32Exception)
        {
            throw new CleanerException(ExitCode.BadInput, NotHere(isNamed)
                + $"'{engine.Words[0]}' was not found on this machine: install it, name another engine with --container-engine, or name the store's directory with --registry-root DIR.");
        }

        if (inspection is null)
            throw new CleanerException(ExitCode.BadInput, NotHere(isNamed) + Explain(engine, container, error));
        return inspection.Status is "running" or "exited" or "created" or "stopped"
            ? inspection
            : throw new CleanerException(
                ExitCode.BadInput,
                $"The container '{container}' is '{inspection.Status}', so that nothing can be run in it: start or stop it first, or name its store's directory on this machine with --registry-root DIR.");
    }

    private static string NotHere(bool isNamed) =>
        isNamed ? "" : "This is not a registry's container (no registry program here), and no --registry-container or --registry-root was given. ";

    private static string Explain(ContainerEngine engine, string container, string error)
    {
        if (error.Contains("permission denied", StringComparison.OrdinalIgnoreCase))
            return $"No permission to use {engine.Name}: run this as root, or as a member of the group that owns its socket. It said: {error}";
        if (error.Contains("no such", StringComparison.OrdinalIgnoreCase))
            return $"There is no container '{container}': see '{engine} ps' for the name, and give it with --registry-container NAME.";
        if (error.Contains("cannot connect", StringComparison.OrdinalIgnoreCase) || error.Contains("daemon", StringComparison.OrdinalIgnoreCase))
            return $"{engine.Name}'s daemon cannot be reached: is it running, and does its client know where? It said: {error}";
        return $"{engine} could not look at the container '{container}': {error}";
    }
}
