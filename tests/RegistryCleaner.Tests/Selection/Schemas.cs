using System.Text.Json.Nodes;
using Json.Schema;

namespace RegistryCleaner.Tests.Selection;

/// <summary>The schemas that are shipped.</summary>
internal static class Schemas
{
    /// <summary>What a document does not have as its schema says; empty where it does.</summary>
    public static IReadOnlyList<string> Errors(string schema, JsonNode? document)
    {
        // Parsed anew each time: one that is known by its $id already is not registered again.
        var text = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "schemas", $"{schema}.schema.json")).Replace($"\"$id\": \"{schema}.schema.json\"", $"\"$id\": \"https://schemas.test/{Guid.NewGuid():n}\"", StringComparison.Ordinal);
        var result = JsonSchema.FromText(text).Evaluate(document, new EvaluationOptions { OutputFormat = OutputFormat.List });
        return result.IsValid ? [] : [.. result.Details.Where(detail => detail.HasErrors).SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation}: {error.Value}")).DefaultIfEmpty("it is not valid")];
    }
}
