using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using RegistryCleaner.Hosts;
using RegistryCleaner.Store;

namespace RegistryCleaner.Tests.Store;

public class LocalFilesTests : FilesContract
{
    protected override IStoreFiles Open(string root) => new LocalStoreFiles(root);
}

/// <summary>The scripts of <see cref="ContainerStoreFiles"/>, run by this machine's own shell and tools.</summary>
public class ShellFilesTests : FilesContract
{
    protected override IStoreFiles Open(string root) => new ContainerStoreFiles(CommandHost.Local, root, NullLogger.Instance);
}

/// <summary>The same scripts with busybox's tools, which are the registry images'.</summary>
public sealed class BusyboxFilesTests : FilesContract, IClassFixture<BusyboxFilesTests.Applets>
{
    private readonly Applets _applets;

    public BusyboxFilesTests(Applets applets) => _applets = applets;

    protected override IStoreFiles Open(string root)
    {
        Skip.If(_applets.Engine is null, "busybox is not installed");
        ContainerEngine.TryParse(_applets.Engine, out var engine, out _).ShouldBeTrue();
        return new ContainerStoreFiles(CommandHost.InContainer(engine!, "here"), root, NullLogger.Instance);
    }

    // The registry images' busybox has it, Debian's has not.
    protected override string? WhyNoLocks => _applets.HasFlock ? null : "this busybox has no flock";

    /// <summary>A program called docker that takes "exec -i NAME COMMAND..." and runs the command here, with busybox alone on the PATH.</summary>
    public sealed class Applets : IDisposable
    {
        private readonly string _directory = Directory.CreateTempSubdirectory("busybox-").FullName;

        public Applets()
        {
            var busybox = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(directory => Path.Combine(directory, "busybox")).FirstOrDefault(File.Exists);
            if (busybox is null || OperatingSystem.IsWindows())
                return;
            using var list = Process.Start(new ProcessStartInfo(busybox, "--list") { RedirectStandardOutput = true })!;
            foreach (var applet in list.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries))
                File.CreateSymbolicLink(Path.Combine(_directory, applet), busybox);
            Engine = Path.Combine(_directory, "docker");
            File.WriteAllText(Engine, $"#!{busybox} sh\nshift 3\nPATH={_directory}\nexport PATH\nexec \"$@\"\n");
            File.SetUnixFileMode(Engine, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        public string? Engine { get; }

        public bool HasFlock => File.Exists(Path.Combine(_directory, "flock"));

        public void Dispose() => Directory.Delete(_directory, recursive: true);
    }
}
