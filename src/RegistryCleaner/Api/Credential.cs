namespace RegistryCleaner.Api;

/// <summary>A user and a secret. Neither its text nor anything derived from it shows the secret.</summary>
/// <param name="User">The user; empty where the secret is an identity token.</param>
/// <param name="Secret">The password or token.</param>
public sealed record Credential(string User, string Secret)
{
    /// <summary>What stands in the place of a user where the secret is an identity token (docker/cli, credentials helpers).</summary>
    internal const string TokenUser = "<token>";

    /// <inheritdoc/>
    public override string ToString() => $"the user '{User}'";
}
