using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RegistryCleaner.Pruning;

/// <summary>Who holds the lock, for whoever has to wait. The lock itself is the system's, and ends with its holder.</summary>
internal sealed record LockOwner
{
    public const int MaxLength = 4096;

    public required string Machine { get; init; }

    public required string User { get; init; }

    public required int ProcessId { get; init; }

    public required DateTimeOffset Since { get; init; }

    public static LockOwner Current() => new()
    {
        Machine = Environment.MachineName,
        User = UserName(),
        ProcessId = Environment.ProcessId,
        Since = DateTimeOffset.UtcNow,
    };

    // A container may have no list of users.
    private static string UserName()
    {
        try
        {
            return Environment.UserName;
        }
        catch (IOException)
        {
            return "an unknown user";
        }
    }

    public static LockOwner? FromJson(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, LockOwnerJson.Default.LockOwner);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, LockOwnerJson.Default.LockOwner);

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"process {ProcessId} of {User} on {Machine}, since {Since:yyyy-MM-dd HH:mm:ss'Z'}");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(LockOwner))]
internal sealed partial class LockOwnerJson : JsonSerializerContext;
