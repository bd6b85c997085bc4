using RegistryCleaner.Api;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Tests.Api;

public class PagingTests
{
    private const string First = "/v2/a/tags/list";

    private static readonly RepositoryName s_repository = RepositoryName.Parse("a");

    [Theory]
    [InlineData("</v2/a/tags/list?last=1&n=1>; rel=\"next\"")]
    [InlineData("<?last=1&n=1>; rel=\"next\"")]
    [InlineData("</v2/a/tags/list?last=1&n=1>;rel=next")]
    [InlineData("</v2/a/tags/list>; rel=\"first\", </v2/a/tags/list?last=1&n=1>; rel=\"next\"")]
    [InlineData("<https://registry.example.com/v2/a/tags/list?last=1&n=1>; rel=\"next\"")]
    public async Task All_pages_are_read_and_from_the_registry_that_was_asked(string link)
    {
        await using var server = Pages(link);

        (await ListAsync(server)).ShouldBe(["1", "2"]);
        server.Requests.Select(request => request.Target).ShouldBe([First, $"{First}?last=1&n=1"]);
    }

    [Fact]
    public async Task Behind_a_prefix_they_are_read_as_well()
    {
        await using var server = new ToyServer(request => request.Target.Contains('?', StringComparison.Ordinal)
            ? ToyAnswer.Ok("""{"tags":["2"]}""")
            : ToyAnswer.Ok("""{"tags":["1"]}""", "Link: </team/v2/a/tags/list?last=1>; rel=\"next\""));
        using var api = new RegistryApi(new RegistryApiOptions(new Uri(server.Url, "/team/")));

        (await api.ListTagsAsync(s_repository, CancellationToken.None))!.Select(tag => tag.Value).ShouldBe(["1", "2"]);
        server.Requests.ShouldAllBe(request => request.Target.StartsWith("/team/v2/a/tags/list", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("</elsewhere?last=1>; rel=\"next\"")]
    [InlineData("<https://registry.example.com/>; rel=\"next\"")]
    [InlineData("</v2/a/tags/list>; rel=\"next\"")]
    public async Task A_next_page_that_is_none_ends_it_rather_than_half_a_list(string link)
    {
        await using var server = Pages(link);

        await Should.ThrowAsync<RegistryApiException>(() => ListAsync(server));
        server.Requests.Select(request => request.Target).Distinct().ShouldBe([First]);
    }

    [Theory]
    [InlineData("""{"name":"a","tags":null}""")]
    [InlineData("""{"name":"a","tags":[]}""")]
    [InlineData("""{"name":"a"}""")]
    public async Task A_repository_without_tags_has_none(string body)
    {
        await using var server = ToyServer.Of(ToyAnswer.Ok(body));

        (await ListAsync(server)).ShouldBe([]);
    }

    [Fact]
    public async Task A_repository_that_is_not_there_is_not_an_empty_one()
    {
        await using var server = ToyServer.Of(new ToyAnswer(404));

        (await ListAsync(server)).ShouldBeNull();
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("""{"tags":[1]}""")]
    public async Task What_is_no_registry_is_said_to_be_none(string body)
    {
        await using var server = ToyServer.Of(ToyAnswer.Ok(body));

        (await Should.ThrowAsync<RegistryApiException>(() => ListAsync(server))).Message.ShouldContain("no registry");
    }

    private static ToyServer Pages(string link) => new(request => request.Target.Contains('?', StringComparison.Ordinal)
        ? ToyAnswer.Ok("""{"tags":["2"]}""")
        : ToyAnswer.Ok("""{"tags":["1"]}""", $"Link: {link}"));

    private static async Task<IEnumerable<string>?> ListAsync(ToyServer server)
    {
        using var api = new RegistryApi(new RegistryApiOptions(server.Url));
        return (await api.ListTagsAsync(s_repository, CancellationToken.None))?.Select(tag => tag.Value).ToList();
    }
}
