using System.Diagnostics;
using RegistryCleaner.Store;

namespace RegistryCleaner.Tests.Store;

/// <summary>The call of the system against what the runtime says of the same files.</summary>
public sealed class FileLookTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("file-look-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [SkippableFact]
    public void It_says_what_the_runtime_says()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "it is Linux's call");
        var deep = string.Join('/', Enumerable.Repeat(new string('ü', 100), 8));
        Directory.CreateDirectory(Path.Combine(_root, deep));
        File.WriteAllText(Path.Combine(_root, deep, "file"), "12345");
        File.WriteAllText(Path.Combine(_root, "file"), "123");
        File.SetLastWriteTimeUtc(Path.Combine(_root, "file"), new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddTicks(1234567));
        File.CreateSymbolicLink(Path.Combine(_root, "to-nothing"), "nothing");
        File.CreateSymbolicLink(Path.Combine(_root, "to-directory"), ".");

        foreach (var path in new[] { deep, $"{deep}/file", "file", "to-nothing", "to-directory" })
        {
            FileLook.TryLook(_root, path, out var entry).ShouldBeTrue(path);
            var info = new FileInfo(Path.Combine(_root, path));
            var kind = info.LinkTarget is not null ? EntryKind.SymbolicLink : info.Exists ? EntryKind.File : EntryKind.Directory;
            entry.ShouldBe(new StoreEntry(path, kind, kind == EntryKind.File ? info.Length : 0, info.LastWriteTimeUtc), path);
        }
    }

    [SkippableFact]
    public void What_is_neither_file_nor_directory_is_something_else()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "it is Linux's call");
        Process.Start("mkfifo", Path.Combine(_root, "pipe")).WaitForExit();

        FileLook.TryLook(_root, "pipe", out var pipe).ShouldBeTrue();
        FileLook.TryLook("/dev", "null", out var device).ShouldBeTrue();

        pipe!.Value.Kind.ShouldBe(EntryKind.Other);
        device!.Value.Kind.ShouldBe(EntryKind.Other);
    }

    [SkippableFact]
    public void Nothing_is_told_from_what_cannot_be_looked_at()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "it is Linux's call");
        File.WriteAllText(Path.Combine(_root, "file"), "");
        File.CreateSymbolicLink(Path.Combine(_root, "round"), "round");
        File.CreateSymbolicLink(Path.Combine(_root, "to-nothing"), "nothing");

        FileLook.TryLook(_root, "none", out var none).ShouldBeTrue();
        FileLook.TryLook(_root, "file/none", out var behindFile).ShouldBeTrue();
        none.ShouldBeNull();
        behindFile.ShouldBeNull();
        FileLook.TryLook(_root, "round/x", out _).ShouldBeFalse("too many links: the runtime has the words");
        FileLook.TryLook(_root, new string('x', 300), out _).ShouldBeFalse("too long a name");

        FileLook.IsNothing(_root, "none/none").ShouldBeTrue();
        FileLook.IsNothing(_root, "to-nothing").ShouldBeTrue();
        FileLook.IsNothing(_root, "file").ShouldBeFalse();
        FileLook.IsNothing(_root, "file/none").ShouldBeFalse("somebody has to be told of the file");
        FileLook.IsNothing(_root, "round").ShouldBeFalse();
    }

    [SkippableFact]
    public void A_time_that_the_runtime_does_not_have_is_left_to_it()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "it is Linux's call");
        var file = Path.Combine(_root, "file");
        File.WriteAllText(file, "");

        File.SetLastWriteTimeUtc(file, new DateTime(1969, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        FileLook.TryLook(_root, "file", out _).ShouldBeFalse();
        File.SetLastWriteTimeUtc(file, new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        FileLook.TryLook(_root, "file", out var entry).ShouldBeTrue();
        entry!.Value.Modified.ShouldBe(DateTimeOffset.UnixEpoch);
    }
}
