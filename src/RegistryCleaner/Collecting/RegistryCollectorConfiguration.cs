using RegistryCleaner.Store;

namespace RegistryCleaner.Collecting;

/// <summary>
/// The configuration file that the collector is given: the registry's own, or, for a bare directory, a small one in a temporary file.
/// </summary>
internal sealed class RegistryCollectorConfiguration : IDisposable
{
    private readonly bool _isTemporary;

    private RegistryCollectorConfiguration(string path, bool isTemporary)
    {
        Path = path;
        _isTemporary = isTemporary;
    }

    public string Path { get; }

    public static RegistryCollectorConfiguration For(RegistryLocation location)
    {
        if (location.ConfigurationPath is not null)
            return new RegistryCollectorConfiguration(location.ConfigurationPath, isTemporary: false);
        if (location.Host.Container is not null)
            throw new CleanerException(ExitCode.BadInput, $"No configuration of the registry was found {location.Host.Where}: say where it is with --registry-config PATH.");

        var path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"registry-cleaner-{Guid.NewGuid():n}.yml");
        File.WriteAllText(path, """
            version: 0.1
            log:
              level: error
            storage:
              filesystem: {}
            """);
        return new RegistryCollectorConfiguration(path, isTemporary: true);
    }

    public void Dispose()
    {
        if (_isTemporary)
            File.Delete(Path);
    }
}
