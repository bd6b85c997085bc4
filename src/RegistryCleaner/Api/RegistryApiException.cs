using System.Net;

namespace RegistryCleaner.Api;

/// <summary>The registry's API could not be reached, or answered what makes no sense.</summary>
public sealed class RegistryApiException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened, in words.</param>
    /// <param name="status">The status that the registry answered, if it did.</param>
    /// <param name="inner">What lay behind it.</param>
    public RegistryApiException(string message, HttpStatusCode? status = null, Exception? inner = null)
        : base(message, inner) => Status = status;

    /// <summary>The status that the registry answered; null where it did not answer.</summary>
    public HttpStatusCode? Status { get; }
}
