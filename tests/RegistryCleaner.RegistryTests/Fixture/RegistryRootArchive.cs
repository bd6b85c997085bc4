using System.Formats.Tar;
using System.Text;
using CliWrap;
using CliWrap.Buffered;

namespace RegistryCleaner.RegistryTests.Fixture;

// The root file system of a registry:2 image, as a tar archive made from Debian's packages. It has what the official
// image has as far as a cleaner can tell: the registry, its configuration, and Alpine's busybox applets.
internal static class RegistryRootArchive
{
    public const string ConfigurationPath = "/etc/docker/registry/config.yml";

    public const string Registry = "/usr/bin/docker-registry";
    private const string Flock = "/usr/bin/flock";
    private static readonly string[] BusyboxPlaces = ["/bin/busybox", "/usr/bin/busybox"];

    // As in the official image of registry 2.8.3.
    private const string Configuration =
        """
        version: 0.1
        log:
          fields:
            service: registry
        storage:
          cache:
            blobdescriptor: inmemory
          filesystem:
            rootdirectory: /var/lib/registry
        http:
          addr: :5000
          headers:
            X-Content-Type-Options: [nosniff]
        health:
          storagedriver:
            enabled: true
            interval: 10s
            threshold: 3

        """;

    // Applets of Alpine 3.18's busybox that Debian's has too. Debian's further ones are left out: code that used them
    // would pass here and fail in the official image.
    private const string Applets =
        """
        [ [[ ash awk base64 basename bc bunzip2 bzcat bzip2 cal cat chgrp chmod chown chroot clear cmp cp cpio crond
        crontab cut date dc dd df diff dirname dmesg dos2unix du echo egrep env expand expr factor fallocate false
        fgrep find fold free fsync getopt grep groups gunzip gzip halt head hexdump hostid hostname id ifconfig
        install ionice ip kill killall less link ln logger ls lzcat lzma lzop md5sum mesg microcom mkdir mkfifo mknod
        mktemp more mount mountpoint mv nc netstat nice nl nohup nproc nsenter nslookup od paste pgrep pidof ping
        pkill poweroff printenv printf ps pwd readlink realpath reboot renice reset rev rm rmdir route run-parts sed
        seq setpriv setsid sh sha1sum sha256sum sha3sum sha512sum shred shuf sleep sort split stat strings stty su sum
        sync sysctl tac tail tar tee test time timeout top touch tr traceroute true truncate tty umount uname unexpand
        uniq unix2dos unlink unlzma unshare unxz unzip uptime usleep uudecode uuencode vi watch wc wget which who
        whoami xargs xxd xzcat yes zcat
        """;

    // What this machine lacks to make the archive, or null.
    public static string? Missing =>
        !File.Exists(Registry) ? Registry
        : !File.Exists(Flock) ? Flock
        : !BusyboxPlaces.Any(File.Exists) ? BusyboxPlaces[0]
        : null;

    public static async Task WriteAsync(Stream destination, CancellationToken cancellation)
    {
        var busybox = BusyboxPlaces.First(File.Exists);
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["/bin/registry"] = Registry,
            ["/bin/busybox"] = busybox,
            // Alpine's busybox has flock, Debian's has not.
            [Flock] = Flock,
        };
        foreach (var library in await LibrariesAsync([Registry, Flock], cancellation))
            files[library] = library;

        await using var tar = new TarWriter(destination, TarEntryFormat.Pax, leaveOpen: true);
        foreach (var folder in Folders(files.Keys.Append(ConfigurationPath).Append("/tmp/x").Append("/var/lib/registry/x")))
            await tar.WriteEntryAsync(Folder(folder), cancellation);

        foreach (var (path, source) in files)
        {
            await using var content = File.OpenRead(source);
            await tar.WriteEntryAsync(RegularFile(path, content, executable: true), cancellation);
        }

        foreach (var applet in (await AppletsAsync(busybox, cancellation)).Where(applet => !files.ContainsKey("/bin/" + applet)))
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, "bin/" + applet) { LinkName = "busybox" }, cancellation);

        using var configuration = new MemoryStream(Encoding.UTF8.GetBytes(Configuration));
        await tar.WriteEntryAsync(RegularFile(ConfigurationPath, configuration, executable: false), cancellation);
    }

    // The loader's line has no arrow: `/lib64/ld-linux-x86-64.so.2 (0x...)`; the kernel's own object has no
    // path at all. Asked for several programs, ldd puts each one's name and a colon before its libraries.
    private static async Task<string[]> LibrariesAsync(string[] programs, CancellationToken cancellation)
    {
        var ldd = await Cli.Wrap("ldd").WithArguments(programs).ExecuteBufferedAsync(cancellation);
        return [.. ldd.StandardOutput
            .Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries)
            .Where(word => word.StartsWith('/') && !word.EndsWith(':'))];
    }

    private static async Task<string[]> AppletsAsync(string busybox, CancellationToken cancellation)
    {
        var list = await Cli.Wrap(busybox).WithArguments(["--list"]).ExecuteBufferedAsync(cancellation);
        var has = list.StandardOutput.Split('\n').ToHashSet();
        return [.. Applets.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Where(has.Contains)];
    }

    private static SortedSet<string> Folders(IEnumerable<string> paths)
    {
        var folders = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            for (var folder = Path.GetDirectoryName(path); folder is not (null or "/"); folder = Path.GetDirectoryName(folder))
                folders.Add(folder);
        }

        return folders;
    }

    private static PaxTarEntry Folder(string path) => new(TarEntryType.Directory, path[1..] + "/")
    {
        // /tmp: anyone may write, only the owner may remove.
        Mode = (UnixFileMode)Convert.ToInt32(path == "/tmp" ? "1777" : "755", 8),
    };

    private static PaxTarEntry RegularFile(string path, Stream content, bool executable) => new(TarEntryType.RegularFile, path[1..])
    {
        DataStream = content,
        Mode = (UnixFileMode)Convert.ToInt32(executable ? "755" : "644", 8),
    };
}
