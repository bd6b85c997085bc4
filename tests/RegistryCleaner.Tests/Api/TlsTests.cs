using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RegistryCleaner.Api;

namespace RegistryCleaner.Tests.Api;

/// <summary>Certificates, made here for the name <c>localhost</c>.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("registry-cleaner-").FullName;
    private readonly X509Certificate2 _authority;
    private readonly X509Certificate2 _server;
    private readonly X509Certificate2 _stranger;

    public TlsTests()
    {
        _authority = Make("CN=An authority", null);
        _server = Make("CN=localhost", _authority, "localhost");
        _stranger = Make("CN=elsewhere", _authority, "registry.example.com");
        File.WriteAllText(Authority, _authority.ExportCertificatePem());
    }

    private string Authority => Path.Combine(_directory, "ca.pem");

    public void Dispose()
    {
        foreach (var certificate in new[] { _authority, _server, _stranger })
            certificate.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_not_trusted_and_that_is_said()
    {
        await using var server = Server(_server);

        (await WhyNotAsync(server, options => options)).ShouldNotBeNull().ShouldContain("certificate");
    }

    [Fact]
    public async Task One_from_the_authority_that_was_given_is()
    {
        await using var server = Server(_server);

        (await WhyNotAsync(server, options => options with { CertificateAuthority = Authority })).ShouldBeNull();
    }

    [Fact]
    public async Task One_for_another_name_is_not_unless_the_address_was_found_by_itself()
    {
        await using var server = Server(_stranger);

        (await WhyNotAsync(server, options => options with { CertificateAuthority = Authority })).ShouldNotBeNull();
        (await WhyNotAsync(server, options => options with { CertificateAuthority = Authority, IsOwnAddress = true })).ShouldBeNull();
    }

    [Fact]
    public async Task At_an_address_that_was_found_by_itself_any_will_do_unless_an_authority_was_given()
    {
        using var other = Make("CN=Another authority", null);
        var path = Path.Combine(_directory, "other.pem");
        await File.WriteAllTextAsync(path, other.ExportCertificatePem());
        await using var server = Server(_server);

        (await WhyNotAsync(server, options => options with { IsOwnAddress = true })).ShouldBeNull();
        (await WhyNotAsync(server, options => options with { IsOwnAddress = true, CertificateAuthority = path })).ShouldNotBeNull();
    }

    [Fact]
    public async Task Any_will_do_where_that_was_said()
    {
        await using var server = Server(_stranger);

        (await WhyNotAsync(server, options => options with { Insecure = true })).ShouldBeNull();
    }

    [Fact]
    public async Task A_certificate_of_our_own_is_shown_to_a_registry_that_wants_one()
    {
        using var client = Make("CN=cleaner", _authority);
        var (certificate, key) = (Path.Combine(_directory, "cert.pem"), Path.Combine(_directory, "key.pem"));
        await File.WriteAllTextAsync(certificate, client.ExportCertificatePem());
        await File.WriteAllTextAsync(key, client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await using var server = Server(_server, wantsCertificate: true);

        (await WhyNotAsync(server, options => options with { CertificateAuthority = Authority })).ShouldNotBeNull();
        (await WhyNotAsync(server, options => options with { CertificateAuthority = Authority, ClientCertificate = certificate, ClientKey = key })).ShouldBeNull();

        await File.AppendAllTextAsync(certificate, "\n" + await File.ReadAllTextAsync(key));
        (await WhyNotAsync(server, options => options with { CertificateAuthority = Authority, ClientCertificate = certificate })).ShouldBeNull();
    }

    [Fact]
    public void Certificates_that_cannot_be_read_are_bad_input()
    {
        var url = new Uri("https://localhost");
        var nowhere = Path.Combine(_directory, "nowhere.pem");

        Should.Throw<CleanerException>(() => new RegistryApi(new RegistryApiOptions(url) { CertificateAuthority = nowhere }).Dispose()).ExitCode.ShouldBe(ExitCode.BadInput);
        Should.Throw<CleanerException>(() => new RegistryApi(new RegistryApiOptions(url) { ClientCertificate = Authority }).Dispose()).ExitCode.ShouldBe(ExitCode.BadInput);
    }

    private static ToyServer Server(X509Certificate2 certificate, bool wantsCertificate = false) => new(_ => ToyAnswer.Ok(), ToyServer.Tls(certificate, wantsCertificate));

    private static async Task<string?> WhyNotAsync(ToyServer server, Func<RegistryApiOptions, RegistryApiOptions> with)
    {
        using var api = new RegistryApi(with(new RegistryApiOptions(server.Url)));
        return await api.WhyNoAnswerAsync(Repeat.Never, CancellationToken.None);
    }

    private static X509Certificate2 Make(string subject, X509Certificate2? issuer, params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(issuer is null, false, 0, true));
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
            alternatives.AddDnsName(name);
        if (names.Length > 0)
            request.CertificateExtensions.Add(alternatives.Build());
        var (from, until) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        if (issuer is null)
            return request.CreateSelfSigned(from, until);
        using var certificate = request.Create(issuer, from.AddMinutes(1), until.AddMinutes(-1), RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }
}
