namespace RegistryCleaner.RegistryTests.Fixture;

// A program that stands in for docker, does something of its own, and then what docker does.
internal sealed class EngineWrapper : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    // A piece of shell script; its arguments are those of docker, $0 the wrapper's own path.
    public EngineWrapper(string script) => File.WriteAllText(Path, $"{script}\nexec docker \"$@\"\n");

    // The words that make the tool use it: read by sh, so that nobody executes a file which is still being written.
    public IReadOnlyList<string> Words => ["--container-engine", $"sh {Path}"];

    private string Path => directory.File("docker");

    // The lines that the script wrote to a file with this ending since the last question.
    public IReadOnlyList<string> TakeLines(string ending)
    {
        var file = $"{Path}.{ending}";
        if (!File.Exists(file))
            return [];
        var lines = File.ReadAllLines(file);
        File.Delete(file);
        return lines;
    }

    public bool Has(string ending) => File.Exists($"{Path}.{ending}");

    public void Dispose() => directory.Dispose();
}
