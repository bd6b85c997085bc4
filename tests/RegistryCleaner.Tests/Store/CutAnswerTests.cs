using Microsoft.Extensions.Logging.Abstractions;
using RegistryCleaner.Hosts;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;

namespace RegistryCleaner.Tests.Store;

/// <summary>
/// What comes back from a container may be cut anywhere, with an exit code that says nothing of it: whoever took that for the whole
/// answer would take what is there for absent.
/// </summary>
public sealed class CutAnswerTests : IDisposable
{
    private static readonly string[] s_paths = ["v2/a", "v2/b/link", "v2/none", "v2/c"];

    private readonly TemporaryStore _store = new();

    public CutAnswerTests()
    {
        foreach (var path in new[] { "v2/a", "v2/b/link", "v2/c" })
            _store.Builder.Write(path, "content"u8);
    }

    public void Dispose() => _store.Dispose();

    public static TheoryData<string> Verbs => ["names", "stat", "read", "list", "move", "time"];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task An_answer_that_is_cut_anywhere_is_no_answer(string verb)
    {
        await AskAsync(Open("tee \"$0.out\""), verb);
        var length = (int)new FileInfo(Program + ".out").Length;
        length.ShouldBeGreaterThan(30);

        for (var cut = 0; cut < length; cut += cut < length - 40 ? Density.OneIn(127) : 1)
            await Should.ThrowAsync<StoreAccessException>(() => AskAsync(Open($"dd bs=1 count={cut} status=none"), verb), $"cut after {cut} of {length} bytes");
        await AskAsync(Open($"dd bs=1 count={length} status=none"), verb);
    }

    [Theory]
    [InlineData("names")]
    [InlineData("stat")]
    [InlineData("read")]
    [InlineData("list")]
    public async Task Complaints_that_do_not_come_back_are_no_proof_that_there_were_none(string verb) =>
        await Should.ThrowAsync<StoreAccessException>(() => AskAsync(Open("cat", "2>/dev/null"), verb));

    private async Task AskAsync(ContainerStoreFiles files, string verb)
    {
        switch (verb)
        {
            case "names":
                await files.ListNamesAsync(["v2", "v2/b", "v2/none"], (_, _) => { }, default);
                break;
            case "stat":
                await files.StatAsync(s_paths, default);
                break;
            case "read":
                // What is not there would be asked for by another call.
                await files.ReadAsync([.. s_paths.Where(path => _store.Builder.Has(path))], 100, default);
                break;
            case "list":
                await files.ListAsync(["v2"], ListDepth.Tree, default);
                break;
            case "move":
                await files.MoveAsync("v2", "registry-cleaner/trash", ["a", "b", "none"], default);
                await files.MoveAsync("registry-cleaner/trash", "v2", ["a", "b", "none"], default);
                break;
            default:
                await files.GetTimeAsync(default);
                break;
        }
    }

    private string Program => Path.Combine(_store.Builder.RootDirectory, "bin", "docker");

    private ContainerStoreFiles Open(string output, string errors = "")
    {
        FakeProgram.Write(Path.GetDirectoryName(Program)!, "docker", $"shift 3\nexec \"$@\" {errors} > >({output})\n");
        ContainerEngine.TryParse(Program, out var engine, out _).ShouldBeTrue();
        return new ContainerStoreFiles(CommandHost.InContainer(engine!, "registry"), _store.Builder.FullPath(""), NullLogger.Instance);
    }
}
