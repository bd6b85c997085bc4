namespace RegistryCleaner.Tests;

/// <summary>What belongs to the whole process: tests that set it, or need it as it is, take turns.</summary>
internal static class Environments
{
    /// <summary>Where docker login keeps its credentials.</summary>
    public const string DockerConfiguration = "DOCKER_CONFIG";
}
