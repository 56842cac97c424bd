using System.Buffers;
using Forewave.Client;
using Forewave.Client.Connections;
using Forewave.Client.Routing;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Server.Http.Consuming;

/// <summary>
/// Settles by handle, over one connection to the master of the handles' partition. What had no answer when the connection ended is sent again: a settle that was done
/// already succeeds. Thread-safe.
/// </summary>
internal sealed class SettleCalls(PartitionLinks links, ForewaveClientOptions options)
{
    /// <summary>Settles runs of one message each; gives the errors of those that failed, by their place.</summary>
    /// <param name="partition">That of the handles.</param>
    /// <param name="runs">The runs.</param>
    /// <param name="gone">Nobody waits any more.</param>
    /// <exception cref="ForewaveException">None of it is known to be done; <c>HandleInvalid</c>: there is no such partition.</exception>
    public async ValueTask<IReadOnlyDictionary<int, ForewaveException>> SettleAsync(PartitionNumber partition, SettleRun[] runs, CancellationToken gone)
    {
        long begun = options.TimeProvider.GetTimestamp();
        while (true)
        {
            var connection = await ConnectionAsync(partition, Left(begun), gone);
            SettleReply reply = new();
            if (connection.Register(reply) is not { } correlation)
                continue;
            ArrayBufferWriter<byte> bytes = new(64 + 48 * runs.Length);
            SettleFrameWriter.Write(bytes, correlation, runs);
            connection.Send(bytes.WrittenMemory);
            try
            {
                return await reply.Task.WaitAsync(Left(begun), options.TimeProvider, gone);
            }
            catch (ForewaveException) when (reply.IsLost && Left(begun) > TimeSpan.Zero)
            {
                gone.ThrowIfCancellationRequested();
            }
            catch (TimeoutException late)
            {
                throw new ForewaveException(ErrorCode.OutcomeUnknown, $"No answer within {options.RequestTimeout}.", late);
            }
        }
    }

    private async ValueTask<Connection> ConnectionAsync(PartitionNumber partition, TimeSpan patience, CancellationToken gone)
    {
        // The routes are known with the first connection.
        var any = await links.ConnectionAsync(patience, gone);
        if (any.Hello.Partition == partition.Value)
            return any;
        return links.Find(partition) is { } link
            ? await link.Link.ConnectionAsync(patience, gone)
            : throw new ForewaveException(ErrorCode.HandleInvalid, $"There is no partition {partition}.");
    }

    private TimeSpan Left(long begun)
    {
        var left = options.RequestTimeout - options.TimeProvider.GetElapsedTime(begun);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
