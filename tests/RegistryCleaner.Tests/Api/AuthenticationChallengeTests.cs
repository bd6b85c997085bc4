using RegistryCleaner.Api;

namespace RegistryCleaner.Tests.Api;

public class AuthenticationChallengeTests
{
    [Theory]
    [InlineData("Basic", "realm=\"Registry Realm\"", "basic", "realm=Registry Realm")]
    [InlineData("BASIC", "Realm=x", "basic", "realm=x")]
    [InlineData("Basic", null, "basic", "")]
    [InlineData("Basic", "", "basic", "")]
    [InlineData("Bearer", "realm=\"https://auth.example.com/token\",service=\"registry\",scope=\"repository:a/b:pull,push\"", "bearer", "realm=https://auth.example.com/token;service=registry;scope=repository:a/b:pull,push")]
    [InlineData("Bearer", "realm=\"https://a/t\" , error=\"invalid_token\",  scope = \"x y\"", "bearer", "realm=https://a/t;error=invalid_token;scope=x y")]
    [InlineData("Bearer", "realm=\"a\\\"b\\\\c\"", "bearer", "realm=a\"b\\c")]
    [InlineData("Bearer", "realm=\"\\\\\"", "bearer", "realm=\\")]
    [InlineData("Bearer", "realm=\"\\\\\\\"\"", "bearer", "realm=\\\"")]
    [InlineData("Bearer", "realm=\"first\",realm=\"second\"", "bearer", "realm=first")]
    [InlineData("Bearer", "service=\"a=b, c\",realm=\"https://a/?x=1&y=2\"", "bearer", "service=a=b, c;realm=https://a/?x=1&y=2")]
    [InlineData("Bearer", "realm=\"never closed", "bearer", "")]
    [InlineData("Negotiate", "YII=", "negotiate", "")]
    public void A_challenge_is_read(string scheme, string? parameters, string expectedScheme, string expected)
    {
        var challenge = AuthenticationChallenge.Of(scheme, parameters);

        challenge.Scheme.ShouldBe(expectedScheme);
        string.Join(';', challenge.Parameters.Select(pair => $"{pair.Key}={pair.Value}")).ShouldBe(expected);
    }
}
