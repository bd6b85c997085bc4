using System.Text.RegularExpressions;

namespace RegistryCleaner.Tests;

/// <summary>The rooms of docs/architecture.md: each uses those above it in the list, never one below.</summary>
public partial class RoomsTests
{
    private static readonly string[] s_rooms = ["Naming", "Manifests", "Hosts", "Store", "Api", "Planning", "Selection", "Marking", "Checking", "Pruning", "Restoring", "Collecting", "Reporting"];

    [Fact]
    public void No_room_uses_one_below_it()
    {
        var library = Path.Combine(RepositoryRoot.Path, "src", "RegistryCleaner");
        var uses = s_rooms.SelectMany(room => Directory.GetFiles(Path.Combine(library, room), "*.cs")
            .SelectMany(file => RoomUsed().Matches(File.ReadAllText(file)).Select(match => (Room: room, File: Path.GetFileName(file), Used: match.Groups[1].Value))))
            .ToList();

        uses.ShouldNotBeEmpty();
        // A report renders what all the others found.
        uses.Where(use => use.Room != "Reporting" && Array.IndexOf(s_rooms, use.Used) >= Array.IndexOf(s_rooms, use.Room)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_folder_of_the_library_is_a_room_that_the_architecture_names()
    {
        var rooms = Directory.GetDirectories(Path.Combine(RepositoryRoot.Path, "src", "RegistryCleaner")).Select(Path.GetFileName).Where(name => name is not ("bin" or "obj"));

        rooms.ShouldBe(s_rooms, ignoreOrder: true);
        var architecture = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "architecture.md"));
        s_rooms.ShouldAllBe(room => architecture.Contains($"| {room} |", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^using RegistryCleaner\.(\w+);", RegexOptions.Multiline)]
    private static partial Regex RoomUsed();
}
