using RegistryCleaner.Hosts;
using RegistryCleaner.Store;

namespace RegistryCleaner.Tests.Hosts;

public class ContainerEngineTests
{
    [Theory]
    [InlineData("docker", "docker", "docker exec -i NAME sh -c x")]
    [InlineData("podman", "podman", "podman exec -i NAME sh -c x")]
    [InlineData("nerdctl", "nerdctl", "nerdctl exec -i NAME sh -c x")]
    [InlineData("docker --context x", "docker", "docker --context x exec -i NAME sh -c x")]
    [InlineData(" /usr/bin/podman  --remote ", "podman", "/usr/bin/podman --remote exec -i NAME sh -c x")]
    [InlineData("sudo docker", "docker", "sudo docker exec -i NAME sh -c x")]
    [InlineData("kubectl -n infra", "kubectl", "kubectl -n infra exec -i NAME -- sh -c x")]
    public void Words_in_front_stay_and_the_command_follows(string text, string name, string words)
    {
        ContainerEngine.TryParse(text, out var engine, out var reason).ShouldBeTrue(reason);

        engine!.Name.ShouldBe(name);
        engine.ManagesContainers.ShouldBe(name != "kubectl");
        string.Join(' ', engine.Exec("NAME", ["sh", "-c", "x"])).ShouldBe(words);
    }

    // Its own words come before what the environment says.
    [Theory]
    [InlineData("docker -H unix:///var/run/docker.sock", false)]
    [InlineData("docker --host=npipe:////./pipe/docker_engine", false)]
    [InlineData("podman --url unix:/run/podman.sock", false)]
    [InlineData("docker -H tcp://10.0.0.7:2376", true)]
    [InlineData("docker --host ssh://build@far", true)]
    [InlineData("podman --url=ssh://build@far/run/podman.sock", true)]
    [InlineData("docker --host=unix:///var/run/docker.sock --context far", false)]
    public void An_engine_whose_words_name_another_machine_may_be_elsewhere(string text, bool elsewhere)
    {
        ContainerEngine.TryParse(text, out var engine, out _).ShouldBeTrue();

        engine!.MayBeElsewhere.ShouldBe(elsewhere);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("rm -rf")]
    [InlineData("dockerx")]
    [InlineData("crictl")]
    public void An_engine_that_is_not_known_is_rejected_with_those_that_are(string text)
    {
        ContainerEngine.TryParse(text, out _, out var reason).ShouldBeFalse();
        reason.ShouldContain("docker, podman, nerdctl, kubectl");
    }

    [Theory]
    [InlineData("registry github.com/docker/distribution v2.8.3\n", 2, "v2.8.3")]
    [InlineData("registry github.com/docker/distribution v2.7.1", 2, "v2.7.1")]
    [InlineData("docker-registry github.com/docker/distribution 2.8.2+ds1\n", 2, "2.8.2+ds1")]
    [InlineData("registry github.com/distribution/distribution/v3 v3.0.0\n", 3, "v3.0.0")]
    [InlineData("registry github.com/distribution/distribution/v3 v3.0.0-rc.4\n", 3, "v3.0.0-rc.4")]
    [InlineData("registry github.com/distribution/distribution/v3 3.1.1+unknown", 3, "3.1.1+unknown")]
    [InlineData("registry github.com/distribution/distribution/v3 v3.1.0.m\n", 3, "v3.1.0.m")]
    public void A_version_is_read_from_what_the_program_prints(string printed, int major, string text)
    {
        var version = RegistryVersion.Parse(printed);

        version.Major.ShouldBe(major);
        version.Text.ShouldBe(text);
        version.MayBeVersion2.ShouldBe(major == 2);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("sh: registry: not found")]
    [InlineData("registry github.com/distribution/distribution/v3 (devel)")]
    [InlineData("registry github.com/distribution/distribution/v3 unknown")]
    public void A_version_that_is_not_known_may_be_the_more_dangerous_one(string printed) => RegistryVersion.Parse(printed).MayBeVersion2.ShouldBeTrue();
}
