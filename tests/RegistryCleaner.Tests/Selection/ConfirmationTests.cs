namespace RegistryCleaner.Tests.Selection;

/// <summary>A person on a terminal is asked once before patterns or rules remove anything.</summary>
public sealed class ConfirmationTests : IDisposable
{
    private readonly SelectionScene _scene = new();
    private readonly List<string> _asked = [];

    public ConfirmationTests()
    {
        _scene.Push("team/app", "pr-1", 90);
        _scene.Push("team/app", "pr-2", 80);
        _scene.Push("team/app", "main", 1);
    }

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task Who_says_no_has_nothing_touched()
    {
        var before = _scene.Oracle.Content();

        (await Should.ThrowAsync<CleanerException>(() => RunAsync(false, new CleanImagesOptions { Images = ["team/app:pr-*"] }))).ExitCode.ShouldBe(ExitCode.Cancelled);

        _asked.Count.ShouldBe(1);
        _scene.Oracle.Content().ShouldBe(before);
    }

    [Fact]
    public async Task Who_says_yes_was_asked_once_with_the_totals()
    {
        (await RunAsync(true, new CleanImagesOptions { Images = ["team/app"], OlderThan = TimeSpan.FromDays(30) })).ExitCode.ShouldBe(ExitCode.Done);

        _asked.ShouldHaveSingleItem().ShouldStartWith("Remove 2 tags (of 3 in scope, in 1 repositories) with 2 manifests, and free ");
        _scene.Left.ShouldBe(["team/app:main"]);
    }

    [Fact]
    public async Task Who_gives_yes_is_not_asked()
    {
        await RunAsync(false, new CleanImagesOptions { Images = ["team/app:pr-*"], Yes = true });

        _asked.ShouldBeEmpty();
        _scene.Left.ShouldBe(["team/app:main"]);
    }

    [Fact]
    public async Task Nor_who_only_looks()
    {
        await RunAsync(false, new CleanImagesOptions { Images = ["team/app:pr-*"], DryRun = true });

        _asked.ShouldBeEmpty();
        _scene.Left.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Nor_who_names_images()
    {
        await RunAsync(false, new CleanImagesOptions { Images = ["team/app:pr-1"] });

        _asked.ShouldBeEmpty();
        _scene.Left.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Nor_where_nothing_goes()
    {
        await RunAsync(false, new CleanImagesOptions { Images = ["team/app:none-*"] });

        _asked.ShouldBeEmpty();
    }

    private Task<CleanerReport> RunAsync(bool answer, CleanImagesOptions options) =>
        new Cleaner(null, (question, _) =>
        {
            _asked.Add(question);
            return Task.FromResult(answer);
        }).CleanImagesAsync(options with { RegistryRoot = _scene.Store.RootDirectory });
}
