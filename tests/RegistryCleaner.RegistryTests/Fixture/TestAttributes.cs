namespace RegistryCleaner.RegistryTests.Fixture;

// A test that needs Docker Engine. The base class lets a test skip itself later too, which RegistryContainer does
// where registry:3 cannot be had.
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DockerFactAttribute : SkippableFactAttribute
{
    public DockerFactAttribute() => Skip = RegistryMachine.SkipReason("docker");
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class DockerTheoryAttribute : SkippableTheoryAttribute
{
    public DockerTheoryAttribute() => Skip = RegistryMachine.SkipReason("docker");
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class PodmanFactAttribute : SkippableFactAttribute
{
    public PodmanFactAttribute() => Skip = RegistryMachine.SkipReason("podman");
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class PodmanTheoryAttribute : SkippableTheoryAttribute
{
    public PodmanTheoryAttribute() => Skip = RegistryMachine.SkipReason("podman");
}
