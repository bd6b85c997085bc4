using RegistryCleaner.Naming;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;
using RegistryCleaner.Tests.CommandLine;

namespace RegistryCleaner.Tests.Selection;

/// <summary>A store whose tags were pushed on different days, a directory for files, and the program.</summary>
public sealed class SelectionScene : IDisposable
{
    private readonly TemporaryStore _store = new();

    private readonly string _directory = Directory.CreateTempSubdirectory("registry-cleaner-").FullName;

    public StoreBuilder Store => _store.Builder;

    public StoreOracle Oracle => _store.Oracle;

    public List<string> Left => [.. _store.Oracle.Tags.Keys.Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    public Digest Push(string repository, string tag, int days, int size = 1000, string labels = "")
    {
        var name = RepositoryName.Parse(repository);
        var digest = _store.Builder.Tag(repository, tag, Image(repository, tag, days, size, labels));
        StoreBuilder.Age(_store.Builder.FullPath(StoreLayout.TagLink(name, Tag.Parse(tag))), TimeSpan.FromDays(days));
        return digest;
    }

    public Digest Image(string repository, string seed, int days, int size = 1000, string labels = "")
    {
        var layer = _store.Builder.Layer(repository, $"{repository} {seed}", size);
        var config = _store.Builder.Layer(repository, Configuration(repository, seed, days, labels));
        return _store.Builder.Manifest(repository, $$"""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{config}}","size":1},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{{layer}}","size":{{size}}}]}
            """);
    }

    public static byte[] Configuration(string repository, string seed, int days, string labels = "")
    {
        var all = $"\"seed\":\"{repository} {seed}\"" + (labels.Length > 0 ? "," + labels : "");
        return System.Text.Encoding.UTF8.GetBytes($$"""{"created":"{{DateTime.UtcNow.Date.AddDays(-days):yyyy-MM-dd}}T00:00:00Z","architecture":"amd64","os":"linux","config":{"Labels":{ {{all}} } } }""");
    }

    public IEnumerable<Digest> Revisions(string repository) => Directory.GetDirectories(_store.Builder.FullPath($"v2/repositories/{repository}/_manifests/revisions/sha256"))
        .Where(directory => File.Exists(System.IO.Path.Combine(directory, "link"))).Select(directory => Digest.Parse($"sha256:{System.IO.Path.GetFileName(directory)}"));

    public string Path(string name) => System.IO.Path.Combine(_directory, name);

    public string Written(string name, string content)
    {
        File.WriteAllText(Path(name), content);
        return Path(name);
    }

    public Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] words) => RunAsync("", words);

    public Task<(int ExitCode, string Output, string Error)> RunAsync(string input, string[] words) =>
        ConsoleRun.RunAsync(["CleanImages", .. words, "--registry-root", _store.Builder.RootDirectory], CancellationToken.None, input);
}
