using Forewave.Protocol;

namespace Forewave.Storage;

/// <summary>The environment failed a store. The message says what was expected, what was found and what to do.</summary>
public sealed class StoreException : Exception
{
    /// <summary>Makes the failure.</summary>
    public StoreException(ErrorCode error, string message, Exception? cause = null)
        : base(message, cause)
    {
        Error = error;
    }

    /// <summary>The number that clients and operators see.</summary>
    public ErrorCode Error { get; }
}
