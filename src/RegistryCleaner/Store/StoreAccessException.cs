namespace RegistryCleaner.Store;

/// <summary>The store could not be reached, or reaching it broke off. The message says what to do.</summary>
public sealed class StoreAccessException : Exception
{
    /// <summary>Makes the exception.</summary>
    public StoreAccessException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with its cause.</summary>
    public StoreAccessException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
