namespace RegistryCleaner.Api;

/// <summary>How a registry's API is reached.</summary>
/// <param name="Url">The registry's address, such as <c>https://registry.example.com:5000</c>, without <c>/v2/</c>.</param>
public sealed record RegistryApiOptions(Uri Url)
{
    /// <summary>Who asks; null for nobody in particular.</summary>
    public Credential? Credential { get; init; }

    /// <summary>A PEM file of the certificates that the registry's own must come from; null for those that the system trusts.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>A PEM file with the certificate that the registry wants to see, or null.</summary>
    public string? ClientCertificate { get; init; }

    /// <summary>A PEM file with its key; null where the key is in the same file.</summary>
    public string? ClientKey { get; init; }

    /// <summary>Whether any certificate will do, and credentials may go over plain HTTP to another machine.</summary>
    public bool Insecure { get; init; }

    /// <summary>How long one request may take, its retries not counted.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether the address is one of the registry's own that was found on this machine: no certificate is for it, and what goes there
    /// goes no further. Where the registry sends its clients for a token is another place.
    /// </summary>
    internal bool IsOwnAddress { get; init; }

    /// <summary>Whether a secret that is sent there can be read on the way by somebody who should not.</summary>
    internal bool IsOpenToOthers(Uri target) => target.Scheme == Uri.UriSchemeHttp && !target.IsLoopback && !Insecure && !IsOwn(target.Host);

    /// <summary>Whether a host is the registry's own address.</summary>
    internal bool IsOwn(string host) => IsOwnAddress && host.Equals(Url.Host, StringComparison.OrdinalIgnoreCase);
}
