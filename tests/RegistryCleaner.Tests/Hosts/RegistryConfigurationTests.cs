using RegistryCleaner.Hosts;

namespace RegistryCleaner.Tests.Hosts;

public class RegistryConfigurationTests
{
    private const string Official = """
        version: 0.1
        storage:
          cache:
            blobdescriptor: inmemory
          filesystem:
            rootdirectory: /var/lib/registry
          delete:
            enabled: true
        http:
          addr: :5000
          host: https://registry.example.com
          headers:
            X-Content-Type-Options: [nosniff]
        """;

    [Fact]
    public void The_official_images_configuration_is_read()
    {
        var configuration = Read(Official);

        configuration.StorageDrivers.ShouldBe(["filesystem"]);
        configuration.RootDirectory.ShouldBe("/var/lib/registry");
        configuration.ListenAddress.ShouldBe(":5000");
        configuration.ExternalUrl.ShouldBe("https://registry.example.com");
    }

    [Fact]
    public void No_file_says_nothing()
    {
        var configuration = Read("");

        configuration.StorageDrivers.ShouldBeEmpty();
        configuration.RootDirectory.ShouldBeNull();
        configuration.ListenAddress.ShouldBeNull();
        configuration.ExternalUrl.ShouldBeNull();
    }

    [Fact]
    public void The_environment_overrides_the_file() =>
        Read(Official, ("REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", "/data"), ("REGISTRY_HTTP_ADDR", "0.0.0.0:80"), ("REGISTRY_HTTP_HOST", "http://other")).ShouldSatisfyAllConditions(
            configuration => configuration.RootDirectory.ShouldBe("/data"),
            configuration => configuration.StorageDrivers.ShouldBe(["filesystem"]),
            configuration => configuration.ListenAddress.ShouldBe("0.0.0.0:80"),
            configuration => configuration.ExternalUrl.ShouldBe("http://other"));

    [Theory]
    [InlineData("s3")]
    [InlineData("inmemory")]
    public void A_variable_replaces_the_whole_section(string driver) => Read(Official, ("REGISTRY_STORAGE", driver)).StorageDrivers.ShouldBe([driver]);

    [Fact]
    public void A_variable_may_hold_a_map()
    {
        var configuration = Read(Official, ("REGISTRY_STORAGE", "{filesystem: {rootdirectory: /map}, delete: {enabled: true}}"));

        configuration.StorageDrivers.ShouldBe(["filesystem"]);
        configuration.RootDirectory.ShouldBe("/map");
    }

    [Fact]
    public void Variables_are_applied_in_the_order_of_their_names()
    {
        var configuration = Read("", ("REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", "/late"), ("REGISTRY_STORAGE", "filesystem"));

        configuration.StorageDrivers.ShouldBe(["filesystem"]);
        configuration.RootDirectory.ShouldBe("/late");
    }

    [Fact]
    public void Several_drivers_are_all_told()
    {
        Read("storage: {s3: {bucket: x}, filesystem: {}}").StorageDrivers.ShouldBe(["s3", "filesystem"]);
        Read("storage: {s3: {bucket: x}}", ("REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", "/data")).StorageDrivers.ShouldBe(["s3", "filesystem"]);
    }

    [Theory]
    [InlineData("storage: filesystem")]
    [InlineData("storage: {filesystem: }")]
    [InlineData("storage: {filesystem: {}, maintenance: {}, cache: {}, delete: {}, redirect: {}, tag: {}}")]
    public void A_driver_without_options_is_a_driver(string yaml)
    {
        Read(yaml).StorageDrivers.ShouldBe(["filesystem"]);
        Read(yaml, ("REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", "/data")).RootDirectory.ShouldBe("/data");
    }

    [Theory]
    [InlineData("a: [")]
    [InlineData("a: b: c")]
    [InlineData("a: 1\na: 2")]
    [InlineData("a: *unknown")]
    public void Broken_YAML_is_rejected_with_a_reason(string yaml)
    {
        RegistryConfiguration.TryRead(yaml, new Dictionary<string, string>(), out _, out var reason).ShouldBeFalse();
        reason.ShouldNotBeNullOrEmpty();
    }

    [Theory]
    [InlineData("text")]
    [InlineData("[1, 2]")]
    [InlineData("null")]
    [InlineData("---")]
    [InlineData("# nothing")]
    [InlineData("storage: [1]")]
    [InlineData("storage: {filesystem: [1]}")]
    [InlineData("http: 5")]
    [InlineData("? [complex]\n: key")]
    public void Odd_YAML_says_nothing_and_never_throws(string yaml)
    {
        Read(yaml).RootDirectory.ShouldBeNull();
        Read(yaml).ListenAddress.ShouldBeNull();
        Read(yaml, ("REGISTRY_", "x"), ("REGISTRY__", "x"), ("REGISTRY_HTTP__X", "x"), ("REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", "/data")).RootDirectory.ShouldBe("/data");
    }

    [Theory]
    [InlineData("@x")]
    [InlineData("{")]
    [InlineData("%")]
    public void A_variable_that_is_no_YAML_is_rejected_with_a_reason(string value) =>
        RegistryConfiguration.TryRead("", new Dictionary<string, string> { ["REGISTRY_HTTP_SECRET"] = value }, out _, out _).ShouldBeFalse();

    private static RegistryConfiguration Read(string yaml, params (string Name, string Value)[] environment)
    {
        RegistryConfiguration.TryRead(yaml, environment.ToDictionary(pair => pair.Name, pair => pair.Value), out var configuration, out var reason).ShouldBeTrue(reason);
        return configuration!;
    }
}
