using Microsoft.Extensions.Logging;

namespace Forewave.Server.Export;

/// <summary>
/// Whether a collector takes what a signal sends: counted, and logged when it begins to fail and when it works again, not each time. For
/// the exporter's thread; the counts are for any.
/// </summary>
/// <param name="signal"><c>metrics</c> or <c>traces</c>.</param>
/// <param name="logger">Where to say so.</param>
internal sealed class ExportWatch(string signal, ILogger logger)
{
    private long _sent;
    private long _failed;
    private bool _isFailing;

    /// <summary>The signal.</summary>
    public string Signal => signal;

    /// <summary>Exports that were taken.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Exports that were not: what was in them is lost.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>An export ended.</summary>
    public void Note(bool isTaken)
    {
        Interlocked.Increment(ref isTaken ? ref _sent : ref _failed);
        if (_isFailing == !isTaken)
            return;
        _isFailing = !isTaken;
        if (isTaken)
            ServerLog.ExportWorks(logger, signal);
        else
            ServerLog.ExportFails(logger, signal);
    }
}
