using System.Runtime.Loader;

namespace RegistryCleaner.Tests.Nuke;

/// <summary>What builds see of RegistryCleaner.Nuke, which only compiles where Nuke.Common restores.</summary>
public sealed class NukeApiSpecs(NukeBuildFixture build) : IClassFixture<NukeBuildFixture>
{
    [SkippableFact]
    public void The_public_api_is_the_approved_one()
    {
        Skip.If(build.Unavailable is not null, build.Unavailable);
        var directory = Path.Combine(RepositoryRoot.Path, "build", "bin", "Debug");
        var context = new AssemblyLoadContext("the build");
        context.Resolving += (_, name) => Path.Combine(directory, $"{name.Name}.dll") is var file && File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;

        PublicApiTests.RequireApproved("PublicApi.Nuke", context.LoadFromAssemblyPath(Path.Combine(directory, "RegistryCleaner.Nuke.dll")));
    }
}
