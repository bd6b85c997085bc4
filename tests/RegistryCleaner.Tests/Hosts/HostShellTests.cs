using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using RegistryCleaner.Hosts;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;

namespace RegistryCleaner.Tests.Hosts;

/// <summary>A shell that is kept for the next script, and what becomes of it when something goes wrong.</summary>
public sealed class HostShellTests : IDisposable
{
    // The process id of the shell itself, in any copy of it.
    private const string ItsShell = "echo $$";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryStore _store = new();
    private readonly ShellPool _shells = new(CommandHost.Local, "/");

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Scripts_that_run_one_after_the_other_run_in_one_shell()
    {
        var shell = await RunAsync(ItsShell);

        for (var i = 0; i < 5; i++)
            (await RunAsync(ItsShell)).ShouldBe(shell);
    }

    [Theory]
    [InlineData("head -c 10 >/dev/null")]
    [InlineData(":")]
    [InlineData("exec <&-")]
    public async Task Input_that_a_script_leaves_is_no_part_of_the_next_request(string script)
    {
        await RunAsync(script, new byte[1 << 20]);

        (await RunAsync("echo next")).ShouldBe("next");
    }

    [Theory]
    [InlineData("cat")]
    [InlineData("read -r line; echo \"$line\"")]
    public async Task A_script_without_input_reads_nothing_of_the_next_request(string script)
    {
        (await RunAsync(script)).ShouldBe("");

        (await RunAsync("echo next")).ShouldBe("next");
    }

    [Fact]
    public async Task What_a_script_sets_and_where_it_goes_is_gone_with_it()
    {
        await RunAsync("cd /tmp; mark=other; length=7; code=8; root=none; set -f");

        (await RunAsync("pwd; echo $-")).ShouldBe(await RunAsync("pwd; echo $-"));
        (await RunAsync("pwd")).ShouldNotBe("/tmp");
    }

    [Fact]
    public async Task A_large_input_and_a_large_answer_do_not_wait_for_each_other() =>
        (await RunAsync("tr a b", Encoding.ASCII.GetBytes(new string('a', 5_000_000)))).ShouldBe(new string('b', 5_000_000));

    [Fact]
    public async Task A_script_that_fails_ends_its_shell_and_no_other_script()
    {
        var before = await RunAsync(ItsShell);

        (await Should.ThrowAsync<ShellEndedException>(() => RunAsync("echo why >&2; exit 7"))).Message.ShouldContain("exit code 7: why");

        (await RunAsync(ItsShell)).ShouldNotBe(before);
    }

    [Fact]
    public async Task A_shell_that_died_while_nobody_asked_is_replaced()
    {
        var shell = await RunAsync(ItsShell);
        System.Diagnostics.Process.GetProcessById(int.Parse(shell, CultureInfo.InvariantCulture)).Kill();
        await Task.Delay(500);

        (await RunAsync(ItsShell)).ShouldNotBe(shell);
    }

    [Fact]
    public async Task Cancelled_it_does_not_wait_for_the_script()
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Should.ThrowAsync<OperationCanceledException>(() => RunAsync("sleep 60", null, cancellation.Token));

        (await RunAsync("echo next")).ShouldBe("next");
    }

    [Fact]
    public async Task A_line_break_in_an_argument_is_refused_and_not_waited_for() => await Should.ThrowAsync<ArgumentException>(() =>
        _shells.RunAsync(new ShellRequest(":", HostShell.NewMark(), ["a\nb"], 0, (_, _) => Task.CompletedTask), new Keeper(), default).WaitAsync(s_patience));

    [Fact]
    public async Task A_reader_that_fails_is_not_waited_for_either()
    {
        await Should.ThrowAsync<FormatException>(() => _shells.RunAsync(
            new ShellRequest("yes | head -c 10000000", HostShell.NewMark(), [], 0, (_, _) => Task.CompletedTask), new Keeper { Fails = true }, default).WaitAsync(s_patience));

        (await RunAsync("echo next")).ShouldBe("next");
    }

    // Between a look and a rename a push may write the link: rename(2) would put the old one in its place.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_tags_link_is_never_put_over_one_that_is_there(bool throughShell)
    {
        IStoreFiles files = throughShell ? new ContainerStoreFiles(CommandHost.Local, _store.Builder.FullPath(""), NullLogger.Instance) : new LocalStoreFiles(_store.Builder.FullPath(""));
        const string Link = "repositories/app/_manifests/tags/1/current/link";
        _store.Builder.Write($"registry-cleaner/trash/run/v2/{Link}", "old"u8);

        (await files.MoveAsync("registry-cleaner/trash/run/v2", "v2", [Link], default))[0].Result.ShouldBe(MoveResult.Moved);
        _store.Builder.Has($"registry-cleaner/trash/run/v2/{Link}").ShouldBeFalse();

        _store.Builder.Write($"registry-cleaner/trash/run/v2/{Link}", "older"u8);
        (await files.MoveAsync("registry-cleaner/trash/run/v2", "v2", [Link], default))[0].Result.ShouldBe(MoveResult.TargetExists);
        (await File.ReadAllTextAsync(_store.Builder.FullPath($"v2/{Link}"))).ShouldBe("old");
        if (!throughShell)
            FileRename.TryMoveFile(_store.Builder.FullPath($"registry-cleaner/trash/run/v2/{Link}"), _store.Builder.FullPath($"v2/{Link}")).ShouldBeFalse();
        (await File.ReadAllTextAsync(_store.Builder.FullPath($"v2/{Link}"))).ShouldBe("old");
    }

    private async Task<string> RunAsync(string script, byte[]? input = null, CancellationToken cancellationToken = default)
    {
        var keeper = new Keeper();
        await _shells.RunAsync(
            new ShellRequest(script, HostShell.NewMark(), [], input?.Length ?? 0, async (stream, token) => await stream.WriteAsync(input ?? [], token)), keeper, cancellationToken).WaitAsync(s_patience, CancellationToken.None);
        return keeper.Text.Trim();
    }

    private sealed class Keeper : IAnswerReader
    {
        public bool Fails { get; init; }

        public string Text { get; private set; } = "";

        public int Read(ReadOnlySpan<byte> output, bool isEnd)
        {
            if (Fails)
                throw new FormatException("It is not understood.");
            Text += Encoding.UTF8.GetString(output);
            return output.Length;
        }
    }
}
