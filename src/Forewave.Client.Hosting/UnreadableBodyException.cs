namespace Forewave.Client.Hosting;

/// <summary>A message's body is not what its handler takes.</summary>
public sealed class UnreadableBodyException : Exception
{
    /// <param name="message">What is wrong with it.</param>
    /// <param name="cause">What reading it threw.</param>
    public UnreadableBodyException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
