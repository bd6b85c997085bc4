using System.Globalization;
using System.Text;
using RegistryCleaner.CommandLine;
using RegistryCleaner.Hosts;
using RegistryCleaner.Manifests;
using RegistryCleaner.Naming;
using RegistryCleaner.Pruning;
using RegistryCleaner.Selection;
using Xunit.Abstractions;

namespace RegistryCleaner.Tests.Breaking;

/// <summary>
/// Nothing that is read makes anything crash or hang: what is no reference, manifest, link, configuration, journal, plan, policy or command line is
/// refused with a reason. How many inputs are tried is said by REGISTRY_CLEANER_FUZZ_INPUTS, for each reader; docs/safety.md has the
/// count of a long run.
/// </summary>
public class FuzzTests(ITestOutputHelper output)
{
    private const int Default = 5000;

    // Between two inputs of a second each nobody would wait for the end of a long run.
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(20);

    private static readonly Dictionary<string, (Action<byte[]> Read, string[] Seeds)> s_readers = new()
    {
        ["reference"] = (bytes => ImageSelector.TryParse(Encoding.UTF8.GetString(bytes), out _, out _), ["team/app:1.0", "localhost:5000/a/b:t@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "[::1]:5000/a", "a__b/c---d.e"]),
        ["link"] = (bytes => Digest.TryParse(bytes, out _, out _), ["sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "sha512:00"]),
        ["manifest"] = (
            bytes => ManifestReader.TryRead(Digest.OfContent(bytes), bytes, out _, out _),
            [
                """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"digest":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","size":2},"layers":[{"digest":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","size":-1,"urls":["x"]}],"subject":{}}""",
                """{"manifests":[{"digest":"sha512:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","size":1e99}],"fsLayers":[{"blobSum":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}]}""",
            ]),
        ["configuration"] = (
            bytes => RegistryConfiguration.TryRead(Encoding.UTF8.GetString(bytes), new Dictionary<string, string>(), out _, out _),
            ["version: 0.1\nstorage:\n  filesystem: {rootdirectory: /a}\n  cache: {blobdescriptor: inmemory}\n", "a: &x [*x, 'b', \"\\u0000\"]\n? k\n: |\n  t\n", "storage: filesystem"]),
        ["journal"] = (bytes => PruneJournal.FromJson(bytes, "run"), [JournalText()]),
        ["lock owner"] = (bytes => LockOwner.FromJson(bytes), ["""{"machine":"m","user":"u","processId":1,"since":"2026-01-01T00:00:00Z"}"""]),
        ["pattern"] = (bytes => ImagePattern.TryParse(Encoding.UTF8.GetString(bytes), out _, out _), ["team/**:pr-*", "a?b:1.[0-9]", ":tag", "host:5000/a/*@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"]),
        ["plan"] = (
            bytes => PlanFile.TryRead(Encoding.UTF8.GetString(bytes), out _, out _),
            ["{\"version\":1,\"made\":\"2026-01-01T00:00:00Z\",\"tool\":\"t\",\"where\":\"w\",\"store\":\"s\",\"policy\":\"p\",\"bytesFreed\":1,\"repositories\":[{\"name\":\"team/app\",\"removed\":false,\"tags\":[{\"tag\":\"1.0\",\"digest\":\"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\",\"removed\":true,\"reason\":\"r\"},null],\"manifests\":[]}]}"]),
        ["policy"] = (
            bytes => Refused(() => PolicyFile.Read(Encoding.UTF8.GetString(bytes), "policy.yml")),
            ["rules:\n  - images: [team/app, 'ci/**']\n    keep-last: 1\n    keep-semver: { major: 1, patch: 2 }\n    older-than: 14d\n  - images: x\n    keep: all\nprotect: [':stable']\ndefault: keep\n"]),
        ["what is in use"] = (
            bytes => Refused(() => InventoryText.Read(Encoding.UTF8.GetString(bytes), "inventory")),
            ["services:\n  a:\n    image: team/app:1.0@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n", "{\"items\":[{\"spec\":{\"containers\":[{\"image\":\"team/app:1.0\"}]},\"status\":{\"containerStatuses\":[{\"imageID\":\"docker-pullable://team/app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}]}}]}"]),
        ["command line"] = (
            bytes => new CleanerCommandLine([]).Read(Encoding.UTF8.GetString(bytes).Split(' '), []),
            ["CleanImages --images a:b --dry-run --settle 3s", "RestoreImages --run latest --overwrite", "GarbageCollect --grace 1h30m --max-delete 50%", "[x] @file --images=a -- ; rm -rf /"]),
    };

    public static TheoryData<string> Readers { get; } = [.. s_readers.Keys];

    [Theory]
    [MemberData(nameof(Readers))]
    public void No_input_makes_a_reader_crash_or_hang(string reader)
    {
        var (read, seeds) = s_readers[reader];
        var inputs = int.TryParse(Environment.GetEnvironmentVariable("REGISTRY_CLEANER_FUZZ_INPUTS"), CultureInfo.InvariantCulture, out var given) ? given : Default;
        // A command line is made anew each time, with all its switches.
        inputs = reader is "command line" or "configuration" or "policy" or "what is in use" ? inputs / 10 : inputs;
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < inputs; i++)
        {
            var input = Mutate(Encoding.UTF8.GetBytes(seeds[random.Next(seeds.Length)]), random);
            var start = TimeProvider.System.GetTimestamp();
            try
            {
                read(input);
            }
            catch (Exception e)
            {
                Assert.Fail($"{reader}, seed {seed}, input {i}, {Convert.ToBase64String(input)}: {e}");
            }

            var elapsed = TimeProvider.System.GetElapsedTime(start);
            slowest = elapsed > slowest ? elapsed : slowest;
        }

        output.WriteLine($"{reader}: {inputs} inputs, the slowest took {slowest.TotalMilliseconds:0.0} ms");
        slowest.ShouldBeLessThan(s_longest);
    }

    private static void Refused(Action read)
    {
        try
        {
            read();
        }
        catch (CleanerException)
        {
            // With a reason.
        }
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        List<byte> bytes = [.. seed];
        for (var changes = random.Next(1, 8); changes > 0; changes--)
        {
            var position = random.Next(bytes.Count + 1);
            switch (random.Next(7))
            {
                case 0:
                    bytes.Insert(position, (byte)random.Next(256));
                    break;
                case 1 when position < bytes.Count:
                    bytes[position] = (byte)random.Next(256);
                    break;
                case 2 when position < bytes.Count:
                    bytes[position] ^= (byte)(1 << random.Next(8));
                    break;
                case 3 when bytes.Count > 0:
                    var start = random.Next(bytes.Count);
                    bytes.RemoveRange(start, random.Next(bytes.Count - start) + 1);
                    break;
                case 4 when bytes.Count > 0:
                    var from = random.Next(bytes.Count);
                    bytes.InsertRange(position, bytes.GetRange(from, random.Next(bytes.Count - from) + 1));
                    break;
                case 5:
                    bytes.InsertRange(position, Enumerable.Repeat("[{\"'\\:/@%\0\n- "u8[random.Next(13)], random.Next(1, 300)));
                    break;
                default:
                    bytes.InsertRange(position, Encoding.UTF8.GetBytes(random.Next(4) switch { 0 => "null", 1 => "99999999999999999999", 2 => "..", _ => "\u017F\u212A" }));
                    break;
            }
        }

        return [.. bytes];
    }

    private static string JournalText() => Encoding.UTF8.GetString(new PruneJournal
    {
        Version = PruneJournal.CurrentVersion,
        RunId = "run",
        Verb = "CleanImages",
        Repositories = [new JournalRepository { Name = "a", Removed = true, AskedFor = false, Tags = [new JournalTag("1", null)], ReferrerTags = [], Manifests = [], Layers = [] }],
        Blobs = [Digest.OfContent("x"u8).ToString()],
        IsFull = true,
        LeavesNoRepositories = false,
        Leftovers = [new JournalLink("v2/repositories/a/_uploads/1", 7)],
        Directories = ["v2/blobs/sha256/00/00"],
        TrashRetention = 604800,
    }.ToJson());
}
