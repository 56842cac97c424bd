using Forewave.Protocol;

namespace Forewave.Server.Http.Requests;

/// <summary>
/// Bounds the memory of the bodies that are being read, over all connections. What is small is not counted: it has its place in
/// the connection's own buffer. Thread-safe.
/// </summary>
internal sealed class BodyMemory(long most)
{
    /// <summary>Bodies up to here are not counted.</summary>
    public const int FreeBytes = 64 * 1024;

    private long _used;

    /// <summary>What is taken.</summary>
    public long UsedBytes => Volatile.Read(ref _used);

    /// <summary>Takes memory for a body; to be given back.</summary>
    /// <exception cref="ForewaveException"><c>TooManyRequests</c>: others have it all.</exception>
    public void Take(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= most)
            return;
        Interlocked.Add(ref _used, -bytes);
        throw new ForewaveException(ErrorCode.TooManyRequests, "The bodies of other requests have all the memory that there is for them.");
    }

    /// <summary>Gives it back.</summary>
    public void Give(long bytes) => Interlocked.Add(ref _used, -bytes);
}
