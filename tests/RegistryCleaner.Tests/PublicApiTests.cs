using System.Reflection;
using PublicApiGenerator;
using RegistryCleaner.Cake;
using RegistryCleaner.CommandLine;
using RegistryCleaner.Hosts;

namespace RegistryCleaner.Tests;

public class PublicApiTests
{
    [Theory]
    [InlineData("PublicApi", typeof(Cleaner))]
    [InlineData("PublicApi.CommandLine", typeof(CleanerCommandLine))]
    [InlineData("PublicApi.Cake", typeof(RegistryCleanerAliases))]
    public void The_public_api_is_the_approved_one(string name, Type type) => RequireApproved(name, type.Assembly);

    [Fact]
    public void Every_parameter_is_an_option_and_every_option_a_parameter()
    {
        (CleanerVerbs, Type)[] verbs =
        [
            (CleanerVerbs.CleanImages, typeof(CleanImagesOptions)), (CleanerVerbs.GarbageCollect, typeof(GarbageCollectOptions)), (CleanerVerbs.RestoreImages, typeof(RestoreImagesOptions)),
            (CleanerVerbs.EmptyTrash, typeof(EmptyTrashOptions)), (CleanerVerbs.History, typeof(HistoryOptions)),
            (CleanerVerbs.CheckRegistry, typeof(CheckRegistryOptions)),
        ];
        verbs.Aggregate(CleanerVerbs.None, (all, item) => all | item.Item1).ShouldBe(CleanerVerbs.All);
        foreach (var (verb, type) in verbs)
        {
            var parameters = CleanerParameter.All.Where(parameter => parameter.Verbs.HasFlag(verb)).ToDictionary(parameter => parameter.Name.Replace("-", "", StringComparison.Ordinal), StringComparer.OrdinalIgnoreCase);
            var options = type.GetProperties().Where(property => property.SetMethod?.IsPublic == true && property.Name != nameof(GarbageCollectOptions.After)).ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);

            parameters.Keys.Select(name => name.ToUpperInvariant()).ShouldBe(options.Keys.Select(name => name.ToUpperInvariant()), ignoreOrder: true, verb.ToString());
            foreach (var (name, parameter) in parameters)
            {
                var expected = options[name].PropertyType switch
                {
                    var kind when kind == typeof(bool) => CleanerParameterKind.Flag,
                    var kind when kind == typeof(IReadOnlyList<string>) => CleanerParameterKind.List,
                    _ => CleanerParameterKind.Text,
                };
                parameter.Kind.ShouldBe(expected, name);
            }
        }

        typeof(RegistryOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance).Length.ShouldBe(CleanerParameter.All.Count(parameter =>
            parameter.Name.StartsWith("registry-", StringComparison.Ordinal) || parameter.Name is "container-engine" or "insecure" or "offline" or "settle" or "lock-timeout"));
    }

    internal static void RequireApproved(string name, Assembly assembly)
    {
        var directory = Path.Combine(RepositoryRoot.Path, "tests", "RegistryCleaner.Tests");
        var approved = Path.Combine(directory, $"{name}.approved.txt");
        var received = Path.Combine(directory, $"{name}.received.txt");
        var api = assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }).ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (File.Exists(approved) && File.ReadAllText(approved).ReplaceLineEndings("\n") == api)
        {
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, api);
        Assert.Fail($"The public API is not what was approved: compare {received} with {name}.approved.txt beside it. To accept it: mv {received} {approved}");
    }
}
