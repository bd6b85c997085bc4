using System.CommandLine;
using RegistryCleaner.Collecting;
using RegistryCleaner.CommandLine;

namespace RegistryCleaner.Tests.CommandLine;

/// <summary>Every word is understood, or the whole command line is refused.</summary>
public class CommandLineTests
{
    [Theory]
    [InlineData("CleanImages --images a:b c:d --dry-run", "a:b c:d", true)]
    [InlineData("CleanImages --images a:b --images c:d", "a:b c:d", false)]
    [InlineData("CleanImages --images=a:b", "a:b", false)]
    [InlineData("CleanImages --images=a:b --images=c:d", "a:b c:d", false)]
    [InlineData("CleanImages --dry-run --images a:b", "a:b", true)]
    [InlineData("CleanImages --dry-run=true --images a:b", "a:b", true)]
    [InlineData("CleanImages --dry-run true --images a:b", "a:b", true)]
    [InlineData("CleanImages --images a:b --dry-run false", "a:b", false)]
    [InlineData("CleanImages --images a:b --dry-run=false", "a:b", false)]
    [InlineData("cleanimages --images a:b", "a:b", false)]
    [InlineData("a:b", "a:b", false)]
    [InlineData("a:b c:d --dry-run", "a:b c:d", true)]
    [InlineData("--dry-run a:b c:d", "a:b c:d", true)]
    [InlineData("-l debug a:b", "a:b", false)]
    [InlineData("--log debug --dry-run a:b", "a:b", true)]
    [InlineData("a:b --log=debug", "a:b", false)]
    [InlineData("--images a:b", "a:b", false)]
    [InlineData("registry-cleaner a:b", "registry-cleaner a:b", false)]
    [InlineData("team/registry-cleaner a:b", "team/registry-cleaner a:b", false)]
    public void Images_and_the_dry_run_are_understood(string line, string images, bool dryRun)
    {
        var reading = Read(line);

        reading.Errors.ShouldBeEmpty();
        reading.Verbs.ShouldBe(CleanerVerbs.CleanImages);
        reading.CleanImages!.Images.ShouldBe(images.Split(' '));
        reading.CleanImages.DryRun.ShouldBe(dryRun);
        reading.GarbageCollect.ShouldBeNull();
    }

    [Theory]
    [InlineData("CleanImages --images a:b --dry-rum")]
    [InlineData("CleanImages --images a:b --dry-run --dry-run=false")]
    [InlineData("CleanImages --images a:b --registry-root /a --registry-root /b")]
    [InlineData("CleanImages --images a:b --dry-run yes")]
    [InlineData("CleanImages --images a:b --dry-run=yes")]
    [InlineData("CleanImages --images a:b --dry-run 1")]
    [InlineData("CleanImages --images a:b --dry-run=1")]
    [InlineData("CleanImages --images a:b --dry-run=")]
    [InlineData("CleanImages --images a:b --dry-run true false")]
    [InlineData("CleanImages --images a:b --dry-run=true --dry-run=false")]
    [InlineData("CleanImages --images a:b --Dry-Run")]
    [InlineData("CleanImages --images a:b -dry-run")]
    [InlineData("CleanImages --images a:b --dryrun")]
    [InlineData("CleanImages --images a:b --")]
    [InlineData("CleanImages --images a:b -")]
    [InlineData("CleanImages --images a:b -- --dry-run")]
    [InlineData("CleanImages --images a:b --strict yes")]
    [InlineData("CleanImages --images a:b --keep-empty 0")]
    [InlineData("--no-logo CleanImages --images a:b")]
    [InlineData("--dry-run CleanImages --images a:b")]
    [InlineData("CleanImages --images")]
    [InlineData("CleanImages --images=")]
    [InlineData("CleanImages --images --dry-run")]
    [InlineData("CleanImages --images a:b --images")]
    [InlineData("CleanImages --images a:b --dry-run GarbageCollect")]
    [InlineData("CleanImages --images a:b GarbageCollect")]
    [InlineData("CleanImages --images a:b garbagecollect")]
    [InlineData("CleanImages --images a:b CleanImages")]
    [InlineData("CleanImages --registry-container registry GarbageCollect --images a:b")]
    [InlineData("CleanImages")]
    [InlineData("")]
    [InlineData("CleanImage --images a:b")]
    [InlineData("CleanImages a:b")]
    [InlineData("CleanImages a:b --images c:d")]
    [InlineData("a:b --images c:d")]
    [InlineData("a:b CleanImages")]
    [InlineData("a:b GarbageCollect")]
    [InlineData("--dry-run a:b CleanImages")]
    [InlineData("CleanImages+GarbageCollect --images a:b")]
    [InlineData("CleanImages CheckRegistry --images a:b --dry-run --repair")]
    [InlineData("GarbageCollect --images a:b")]
    [InlineData("GarbageCollect --strict")]
    [InlineData("GarbageCollect a:b")]
    [InlineData("CleanImages --images a:b --delete-untagged")]
    [InlineData("CleanImages --images a:b --collector")]
    [InlineData("CleanImages --images a:b --collector=")]
    [InlineData("CleanImages --images a:b --collector both")]
    [InlineData("CleanImages --images a:b --collector none registry")]
    [InlineData("CleanImages --images a:b --collector none --collector registry")]
    [InlineData("CleanImages --images a:b --registry-root=")]
    [InlineData("CleanImages --images a:b --registry-config=")]
    [InlineData("CleanImages --images a:b --registry-container=")]
    [InlineData("CleanImages --images a:b --registry-binary=")]
    [InlineData("CleanImages --images a:b --registry-hosts=")]
    [InlineData("CleanImages --images a:b --container-engine=")]
    [InlineData("CleanImages --images a:b --registry-root --dry-run")]
    [InlineData("a:b --strict yes")]
    [InlineData("a:b --dry-run no")]
    [InlineData("a:b --keep-empty 1")]
    [InlineData("--strict on a:b")]
    [InlineData("a:b -n")]
    [InlineData("a:b -lv")]
    [InlineData("a:b --registry-hosts --dry-run")]
    [InlineData("a:b --log")]
    [InlineData("[suggest] a:b")]
    [InlineData("[env:A=b] CleanImages --images a:b")]
    [InlineData("a:b --registry-hosts h --registry-hosts --dry-run")]
    [InlineData("[diagram] CleanImages --images a:b")]
    [InlineData("a:b --dry-run:true")]
    public void What_could_be_half_understood_is_refused(string line)
    {
        var reading = Read(line);

        reading.Errors.ShouldNotBeEmpty();
        reading.CleanImages.ShouldBeNull();
        reading.GarbageCollect.ShouldBeNull();
        reading.Verbs.ShouldBe(CleanerVerbs.None);
    }

    [Fact]
    public void An_empty_value_is_refused()
    {
        foreach (var name in CleanerParameter.All.Where(parameter => parameter.Kind != CleanerParameterKind.Flag).Select(parameter => parameter.Name))
            Read(["CleanImages", "--images", "a:b", $"--{name}", ""]).Errors.ShouldNotBeEmpty(name);
        Read([""]).Errors.ShouldNotBeEmpty();
        Read(["a:b", ""]).Errors.ShouldNotBeEmpty();
    }

    [Fact]
    public void Response_files_are_not_read()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "a:b");

        Read(["CleanImages", "--images", $"@{file}"]).CleanImages?.Images.ShouldBe([$"@{file}"]);
        File.Delete(file);
    }

    [Fact]
    public void Both_targets_share_their_parameters()
    {
        var reading = Read("CleanImages GarbageCollect --images a:b --delete-untagged --dry-run --registry-root /srv --collector none");

        reading.Errors.ShouldBeEmpty();
        reading.CleanImages!.Collector.ShouldBe(CollectorKind.None);
        reading.CleanImages.DryRun.ShouldBeTrue();
        reading.GarbageCollect!.DryRun.ShouldBeTrue();
        reading.GarbageCollect.DeleteUntagged.ShouldBeTrue();
        reading.GarbageCollect.RegistryRoot.ShouldBe("/srv");
    }

    [Theory]
    [InlineData("Compile CleanImages --images a:b", true)]
    [InlineData("CleanImages Compile --images a:b", true)]
    [InlineData("Compile", true)]
    [InlineData("CleanImages Compil --images a:b", false)]
    [InlineData("CleanImages --images a:b --dry-run Compile", false)]
    [InlineData("CleanImages --images a:b Compile", false)]
    [InlineData("CleanImages --images a:b --dry-rum", false)]
    [InlineData("CleanImages --images a:b --dry-run --dry-run=false", false)]
    public void Other_targets_of_a_build_may_stand_beside_ours(string line, bool isUnderstood)
    {
        var values = new CleanerCommandLine([]).ReadInBuild(line.Split(' '), [], CleanerVerbs.CleanImages, ["Compile", "CleanImages"], out var errors);

        errors.Any().ShouldBe(!isUnderstood);
        (values is null).ShouldBe(!isUnderstood);
    }

    [Fact]
    public void A_build_s_own_switches_may_have_the_names_that_programs_usually_give_theirs()
    {
        var commandLine = new CleanerCommandLine(CleanerCommandLine.Others(["--version", "--help", "--dry-run"]));

        var values = commandLine.ReadInBuild(["CleanImages", "--version", "1.2.3", "--images", "a:b", "--dry-run"], [], CleanerVerbs.CleanImages, ["CleanImages"], out var errors);

        errors.ShouldBeEmpty();
        values!.ToCleanImagesOptions().ShouldSatisfyAllConditions(options => options.Images.ShouldBe(["a:b"]), options => options.DryRun.ShouldBeTrue());
    }

    [Theory]
    [InlineData("IMAGES", "CleanImages --images a:b", true)]
    [InlineData("IMAGES", "CleanImages", false)]
    [InlineData("DRY_RUN", "CleanImages --images a:b", false)]
    [InlineData("DRY_RUN", "CleanImages --images a:b --dry-run", true)]
    [InlineData("DRY_RUN", "CleanImages --images a:b --dry-run false", true)]
    [InlineData("DRY_RUN", "a:b", false)]
    [InlineData("dryrun", "a:b", false)]
    [InlineData("NUKE_DRY_RUN", "a:b", false)]
    [InlineData("NukeStrict", "a:b", false)]
    [InlineData("REGISTRY_ROOT", "a:b", false)]
    [InlineData("COLLECTOR", "GarbageCollect", false)]
    [InlineData("STRICT", "GarbageCollect", true)]
    [InlineData("COLLECTOR", "CleanImages --images a:b", false)]
    [InlineData("PATH", "a:b", true)]
    [InlineData("REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", "a:b", true)]
    public void A_variable_that_NUKE_would_take_for_a_parameter_is_refused(string variable, string line, bool isUnderstood) =>
        Read(line.Split(' '), [variable, "HOME"]).Errors.Any().ShouldBe(!isUnderstood);

    private static CommandLineReading Read(string line) => Read(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static CommandLineReading Read(string[] words, string[]? environment = null) =>
        new CleanerCommandLine([new Option<string>("--log", "-l"), new Option<string>("--output"), new Option<bool>("--no-logo")])
            .Read(words, environment ?? []);
}
